"""What somebody at the telescope must see in watch, top and ls: a stalled camera, a late reader, a dead writer."""

import json
import re
import signal
import time

import pytest
from conftest import EMULATOR
from terminal import terminal_or_skip

pytestmark = pytest.mark.skipif(bool(EMULATOR), reason="an emulator cannot stop processes")


def running(tool, depth=4):
    tool("create", "wfs", "8x8", "uint16", "--depth", depth)
    writer = tool.start("fill", "wfs", "ramp", "--rate", 100)
    tool.wait_for_frames("wfs", 5)
    return writer


def next_line(watch, is_wanted):
    """The first line of `watch --json` that is as wanted."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        line = json.loads(watch.stdout.readline())
        if is_wanted(line):
            return line
    raise AssertionError(f"no such line within 30 s; the last: {line}")


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
        ages = set()
        deadline = time.monotonic() + 20
        while len(ages) < 3 and time.monotonic() < deadline:
            ages |= set(re.findall(r"([\d.]+) s ", terminal.screen()))
        assert len(ages) >= 3, "the age does not grow"
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
    reader.send_signal(signal.SIGCONT)
    _, output, _ = tool.interrupt(text)
    assert re.search(rf"reader {reader.pid} \S+: missed \d+ frames, is \d+ behind", output), output
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
        ages = set()
        deadline = time.monotonic() + 20
        while len(ages) < 3 and time.monotonic() < deadline:
            ages |= set(re.findall(r"([\d.]+) s old", terminal.screen()))
            time.sleep(0.1)
        assert len(ages) >= 3, "the age does not grow"
        tool("create", "wfs", "3x3", "uint8")
        terminal.wait_for("replaced, following")
        terminal.keys("C-c")
        terminal.wait_for("exit=0")
