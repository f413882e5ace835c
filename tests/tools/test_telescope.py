"""What somebody at the telescope must see in watch, top and ls: a stalled camera, a late reader, a dead writer."""

import json
import re
import signal

import pytest
from conftest import EMULATOR
from terminal import terminal_or_skip
from timing import until

pytestmark = pytest.mark.skipif(bool(EMULATOR), reason="an emulator cannot stop processes")


def running(tool, depth=4):
    tool("create", "wfs", "8x8", "uint16", "--depth", depth)
    writer = tool.start("fill", "wfs", "ramp", "--rate", 100)
    tool.wait_for_frames("wfs", 5)
    return writer


def next_line(watch, is_wanted):
    """The first line of `watch --json` that is as wanted."""
    lines = []

    def found():
        lines.append(json.loads(watch.stdout.readline()))
        return lines[-1] if is_wanted(lines[-1]) else None

    return until(found, lambda: f"such a line; the last: {lines[-1]}")


def until_it_ages(terminal, pattern):
    ages = set()
    until(lambda: ages.update(re.findall(pattern, terminal.screen())) or len(ages) >= 3, "an age that grows")


def test_a_camera_that_stalls_is_idle_and_ages(tool):
    writer = running(tool)
    watch = tool.start("watch", "wfs", "--json", "--interval", 0.3)
    line = next_line(watch, lambda line: line["state"] == "running")
    assert line["rate_hz"] > 0
    writer.send_signal(signal.SIGSTOP)
    first = next_line(watch, lambda line: line["state"] == "idle")
    later = next_line(watch, lambda line: line["age_s"] > first["age_s"] + 0.5)
    assert later["state"] == "idle" and later["rate_hz"] == 0 and later["writer_alive"]
    text = tool("watch", "wfs", "-n", 1, "--interval", 0.2).splitlines()
    assert re.search(r"AGE +STATE", text[0]) and re.search(r"[\d.]+ s +idle$", text[1]), text
    with terminal_or_skip(tool) as terminal:
        terminal.run("top", tool.folder, "--interval", 0.2)
        terminal.wait_for("idle")
        until_it_ages(terminal, r"([\d.]+) s ")
        writer.send_signal(signal.SIGCONT)
        terminal.wait_for("running")
    next_line(watch, lambda line: line["state"] == "running")


def test_a_reader_that_falls_behind_is_named(tool):
    running(tool)
    reader = tool.start("record", "wfs", "r.npy")
    tool.wait_for_file("r.npy")
    watch = tool.start("watch", "wfs", "--json", "--interval", 0.3)
    text = tool.start("watch", "wfs", "--interval", 0.3)
    next_line(watch, lambda line: line["state"] == "running")
    reader.send_signal(signal.SIGSTOP)
    line = next_line(watch, lambda line: line["readers_missed"])
    found = line["readers_missed"][0]
    assert found["pid"] == reader.pid and found["missed"] > 0 and found["behind"] > 4
    assert line["missed"] == 0 or line["missed"] < line["frames"], "its own are counted on their own"
    entry = tool.json("ls", tool.folder)[0]
    assert entry["missed"] > 0 and entry["readers"] == 1
    with terminal_or_skip(tool) as terminal:
        terminal.run("top", tool.folder, "--interval", 0.2)
        screen = terminal.wait_for("running")
        assert re.search(r" 1 +[1-9]\d* running", screen), screen
    said = rf"reader {reader.pid} \S+: missed \d+ frames, is \d+ behind"
    until(lambda: re.search(said, text.stdout.readline()), "the word of the reader that falls behind")
    reader.send_signal(signal.SIGCONT)
    assert tool.interrupt(text)[0] == 0
    assert tool.interrupt(reader)[0] == 4, "frames are missing"


def test_a_writer_that_died_is_seen(tool):
    writer = running(tool)
    watch = tool.start("watch", "wfs", "--json", "--interval", 0.3)
    next_line(watch, lambda line: line["state"] == "running" and line["writer_alive"])
    with terminal_or_skip(tool) as terminal:
        terminal.run("top", tool.folder, "--interval", 0.2)
        terminal.wait_for("running")
        writer.kill()
        writer.wait()
        terminal.wait_for("writer gone")
    line = next_line(watch, lambda line: line["state"] == "writer gone")
    assert line["writer_pid"] == writer.pid and line["writer_alive"] is False
    text = tool("watch", "wfs", "-n", 1, "--interval", 0.2)
    assert text.rstrip().endswith(f"writer gone: {writer.pid}")


def test_a_live_picture_of_a_camera_that_stalls_ages(tool):
    writer = running(tool)
    with terminal_or_skip(tool) as terminal:
        terminal.run("show", "wfs", "--watch")
        terminal.wait_for("frame ")
        writer.send_signal(signal.SIGSTOP)
        until_it_ages(terminal, r"([\d.]+) s old")
        tool("create", "wfs", "3x3", "uint8")
        terminal.wait_for("replaced, following")
        terminal.keys("C-c")
        terminal.wait_for("exit=0")
