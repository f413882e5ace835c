"""Terminals of any width: no line is broken by the terminal, and what is left out is the least important."""

import shlex
import socket

import numpy
import pytest
from conftest import WINDOWS
from terminal import terminal_or_skip
from timing import until

pytestmark = pytest.mark.skipif(WINDOWS, reason="tmux runs programs of its own system")


@pytest.fixture
def terminal(tool):
    tool.environment["DAO_NET_STATE"] = str(tool.folder / "net")
    with terminal_or_skip(tool) as terminal:
        yield terminal


def screen_of(terminal, columns, *arguments, rows=70):
    """What a command leaves on an empty terminal that is so wide; its lines as they were written."""
    script = terminal.tool.folder / "script"
    words = shlex.join(terminal.tool.command_line(*arguments))
    script.write_text(f"cd {terminal.tool.folder}\n{words} 2>&1\necho exit=$?\nexec sleep 1000\n")
    terminal.tmux("resize-window", "-x", str(columns), "-y", str(rows))
    terminal.tmux("respawn-pane", "-k", f"env TERM=screen-256color sh {script}")
    terminal.wait_for("exit=")
    lines = terminal.screen().rstrip().split("\n")
    written = terminal.tmux("capture-pane", "-p", "-J").rstrip().split("\n")
    assert len(lines) == len(written), f"{arguments} at {columns} columns:\n" + "\n".join(lines)
    return lines


@pytest.fixture
def segments(tool, terminal):
    tool("create", "a-camera-with-a-name-that-is-long", "24x16", "uint16", "--depth", 8)
    tool(
        "keyword", "a-camera-with-a-name-that-is-long", "EXPTIME", "0.002", "--comment", "seconds, of each of them " * 3
    )
    tool.start("fill", "a-camera-with-a-name-that-is-long", "spot", "--rate", 100)
    numpy.save(tool.folder / "cube.npy", numpy.linspace(-1e-7, 1e9, 60).reshape(3, 4, 5))
    tool("set", "cube", "cube.npy", "--create")
    numpy.save(tool.folder / "line.npy", numpy.linspace(-1.23456e-7, 1.23456e9, 300))
    tool("set", "line", "line.npy", "--create")
    (tool.folder / "a-segment-that-is-damaged.im.shm").write_bytes(b"x" * 5000)
    if "without the network" not in tool("net", "status", code=None) + tool.errors:
        publisher = tool.start("publish", "cube", "--port", 0, "--no-announce")
        assert "publishing" in publisher.stdout.readline()
    tool.wait_for_frames("a-camera-with-a-name-that-is-long")
    return "a-camera-with-a-name-that-is-long"


@pytest.mark.parametrize("columns", [10, 40, 80, 130])
def test_no_line_is_broken(tool, terminal, segments, columns):
    camera = segments
    for command in (
        ["ls", tool.folder], ["top", "--once", tool.folder], ["info", camera, "--interval", 0.05], ["keyword", camera],
        ["watch", camera, "-n", 2, "--interval", 0.1], ["watch", camera, "-n", 2, "--interval", 0.1, "--latency"],
        ["show", camera], ["show", camera, "--stretch", "asinh"], ["show", "cube", "--slice", 1], ["show", "line"],
        ["net", "status"], ["doctor", tool.folder], ["bench", "--time", 0.05],
    ):  # fmt: skip
        screen_of(terminal, columns, *command)


@pytest.mark.parametrize("columns", [10, 40, 80])
def test_why_a_segment_cannot_be_opened_is_told_whole(tool, terminal, segments, columns):
    whole = tool("ls", tool.folder).splitlines()[-1]
    assert whole.startswith("damaged: ") and "a-segment-that-is-damaged.im.shm" in whole
    screen = screen_of(terminal, columns, "ls", tool.folder)
    begin = next(number for number, line in enumerate(screen) if line.startswith("damaged:"))
    assert "".join(screen[begin : screen.index("exit=0")]).replace(" ", "") == whole.replace(" ", "")


def test_what_is_left_out_is_the_least_important(tool, terminal, segments):
    camera = segments

    def titles(columns, *command, line=0):
        return screen_of(terminal, columns, *command)[line].split()

    watch = ["watch", camera, "-n", 1, "--interval", 0.1]
    assert titles(130, *watch) == ["RATE", "JITTER", "MIN", "MEAN", "MAX", "RMS", "MISSED", "AGE", "STATE"]
    assert titles(80, *watch) == ["RATE", "JITTER", "MEAN", "MAX", "MISSED", "AGE", "STATE"]
    assert titles(40, *watch) == ["RATE", "MISSED", "STATE"]
    assert titles(10, *watch) == ["RATE"]
    latency = titles(100, *watch, "--latency", line=1)
    assert {"RATE", "WAKE", "P50", "P99", "MAX", "MISSED", "STATE"} <= set(latency) and "RMS" not in latency
    ls = ["ls", tool.folder]  # not what others have elsewhere
    assert {"SEGMENT", "RATE", "STATE"} <= set(titles(60, *ls)) and "DEPTH" not in titles(60, *ls)
    assert titles(10, *ls) == ["SEGMENT"]


@pytest.mark.parametrize("columns", [40, 80])
def test_the_help_breaks_no_word_and_leaves_none_out(tool, terminal, columns):
    for command in (["--help"], ["record", "--help"], ["camera", "--help"], ["fill", "--help"]):
        screen = screen_of(terminal, columns, *command, rows=200)
        assert " ".join(screen[: screen.index("exit=0")]).split() == tool(*command).split()


def test_descriptions_stay_in_their_column(tool, terminal):
    lines = screen_of(terminal, 80, "create", "--help")
    first = next(number for number, line in enumerate(lines) if "--dao-semaphores" in line)
    assert lines[first].index("Also") == len(lines[first + 1]) - len(lines[first + 1].lstrip())


def test_a_long_message_of_a_subscriber_hides_no_numbers(tool, terminal):
    if "without the network" in tool("net", "status", code=None) + tool.errors:
        pytest.skip("this daoshm was built without ZeroMQ")
    with socket.create_server(("127.0.0.1", 0)) as other:  # no publisher
        tool.start("subscribe", f"127.0.0.1:{other.getsockname()[1]}:wfs", "--as", "a-copy-with-a-name-that-is-long")
        until(lambda: any(len(entry["message"] or "") > 40 for entry in tool.json("net", "status")), "a message")
        titles = screen_of(terminal, 80, "net", "status")[0].split()
        assert {"SEGMENT", "STATE", "RATE", "AGE", "LOST"} <= set(titles)


def test_show_keeps_its_picture_on_the_screen(tool, terminal, segments):
    camera = segments
    for columns in (20, 40, 80):
        lines = screen_of(terminal, columns, "show", camera, "--colours", "24bit")
        assert "long" in lines[0] and any("▀" in line for line in lines), lines
        assert "max " in lines[-2] and lines[-1].startswith("exit=0"), lines
        assert max(map(len, lines)) <= columns


def test_a_live_line_follows_the_size_of_its_terminal(tool, terminal, segments):
    camera = segments
    terminal.tmux("resize-window", "-x", "130", "-y", "30")
    terminal.tmux(
        "respawn-pane",
        "-k",
        shlex.join(tool.command_line("watch", tool.folder / f"{camera}.im.shm", "--interval", 0.2)),
    )
    terminal.wait_for("running")
    terminal.tmux("resize-window", "-x", "45", "-y", "30")
    terminal.tmux("clear-history")
    terminal.wait_for("RATE   MISSED  STATE")


def test_a_pipe_gets_all(tool, segments):
    camera = segments
    assert "READERS" in tool("ls") and "SHAPE" in tool("ls") and f"{camera}.im.shm" in tool("ls")
    assert "P99.9" in tool("watch", camera, "-n", 1, "--interval", 0.1, "--latency", COLUMNS="20")
