"""Standard output that is closed or full, no terminal, no descriptors."""

import json
import os
import re
import resource
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import WINDOWS
from terminal import terminal_or_skip
from timing import until

unix_only = pytest.mark.skipif(WINDOWS, reason="what Windows has instead is not tested here")
pytestmark = unix_only


def run(tool, *arguments, **options):
    """The tool with other standard streams, limits or another user."""
    return subprocess.run(
        tool.command_line(*arguments),
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60,
           "cwd": tool.folder, "env": tool.environment, "encoding": "utf-8", "check": False, **options},
    )  # fmt: skip


def commands_that_print(tool):
    tool("create", "a", "8x8", "--depth", 4)
    tool("fill", "a", "ramp", "--frames", 3)
    tool("save", "a", "cube.npy")
    return [
        ("--help",), ("--version",), ("ls",), ("ls", "--json"), ("ls", "--names"), ("top", "--once"), ("info", "a"),
        ("info", "a", "--json"), ("watch", "a", "-n", 1, "--interval", 0.05),
        ("watch", "a", "-n", 1, "--interval", 0.05, "--json"), ("show", "a"), ("create", "b", 4),
        ("create", "c", 4, "--json"), ("unlock", "a"), ("keyword", "a"), ("keyword", "a", "--json"),
        ("save", "a", "s.npy"), ("save", "a", "s.fits", "--json"), ("replay", "cube.npy", "r", "--rate", 1000),
        ("bench", "--time", 0.05), ("bench", "--time", 0.05, "--json"), ("doctor",), ("doctor", "--json"),
        ("completion", "bash"), ("manual",),
        ("manual", "record"), ("camera", "--list", "--interface", "fake"),
    ]  # fmt: skip


def all_commands(tool):
    text = tool("--help").split("Subcommands:")[1].split("Examples:")[0]
    return re.findall(r"^  (\w+)", text, re.MULTILINE)


def test_a_full_disk_behind_standard_output_is_an_error(tool):
    printing = commands_that_print(tool)
    printing += [(command, "--help") for command in all_commands(tool)]
    with open("/dev/full", "w") as full:
        for arguments in printing:
            done = run(tool, *arguments, stdout=full)
            assert done.returncode == 1, (arguments, done.stderr)
            assert "standard output: cannot be written: No space left" in done.stderr, (arguments, done.stderr)
            assert done.stderr.count("daoshm:") == 1, (arguments, done.stderr)


def test_a_closed_standard_output_is_an_error_and_never_a_segment(tool):
    printing = commands_that_print(tool)
    for arguments in printing:
        done = run(tool, *arguments, stdout=None, preexec_fn=lambda: os.close(1))
        assert done.returncode == 1 and "standard output: cannot be written" in done.stderr, (arguments, done.stderr)
    for path in tool.folder.glob("*.im.shm"):
        assert not re.search(b'SEGMENT|"segment"|"state"|_daoshm|Usage', path.read_bytes()), f"output went into {path}"


def test_a_pipe_that_nobody_reads_is_an_error(tool):
    for arguments in commands_that_print(tool):
        reading, writing = os.pipe()
        os.close(reading)
        done = run(tool, *arguments, stdout=writing)
        os.close(writing)
        assert done.returncode == 1 and "Broken pipe" in done.stderr, (arguments, done.returncode, done.stderr)


@pytest.mark.parametrize("arguments", [("watch",), ("watch", "--json"), ("show", "--watch")])
def test_an_endless_command_ends_when_its_output_fails(tool, arguments):
    tool("create", "a", "8x8", "--depth", 4)
    tool.start("fill", "a", "ramp", "--rate", 50)
    tool.wait_for_frames("a", 2)
    command, *options = arguments
    with open("/dev/full", "w") as full:
        done = run(tool, command, "a", *options, stdout=full)
    assert done.returncode == 1 and "No space left" in done.stderr


def test_output_fails_late_too(tool):
    """A file that takes only the first bytes."""
    tool("create", "a", "8x8")
    limit = lambda: (  # noqa: E731
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )
    with open(tool.folder / "out", "w") as out:
        done = run(tool, "completion", "bash", stdout=out, preexec_fn=limit)
    assert done.returncode == 1 and "standard output" in done.stderr
    assert (tool.folder / "out").stat().st_size == 1000


def test_nothing_to_say_needs_no_output(tool):
    tool("create", "a", "8")
    assert run(tool, "fill", "a", 1, stdout=None, preexec_fn=lambda: os.close(1)).returncode == 0
    assert tool.json("info", "a")["cnt0"] == 1


# ---------------------------------------------------------------------------------------------------- no terminal


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_top_without_a_terminal_ends_with_one_line(tool, stream):
    tool("create", "a", "8")
    with terminal_or_skip(tool) as terminal:
        redirected = {"stdin": "< /dev/null", "stdout": "| cat"}[stream]
        words = " ".join(tool.command_line("top"))
        terminal.tmux("send-keys", "-l", f"bash -c 'set -o pipefail; {words} {redirected}'; echo exit=$?")
        terminal.keys("Enter")
        screen = terminal.wait_for("exit=2")
        assert f"standard {stream.removeprefix('std')}put is not a terminal" in screen and "--once" in screen
        assert screen.count("daoshm: ") == 1


def test_top_once_shows_one_table_anywhere(tool):
    tool("create", "b", "8")
    tool("create", "a", "8x8", "uint16")
    text = tool("top", "--once", "--interval", 0.1, "--sort", "type", tool.folder)
    lines = text.splitlines()
    assert "SEGMENT" in lines[0] and "STATE" in lines[0] and len(lines) == 3
    assert "a.im.shm" in lines[1] and "b.im.shm" in lines[2]
    assert "a.im.shm" not in tool("top", "--once", "--interval", 0.1, "--filter", "b.im", tool.folder)


def test_top_ends_with_its_terminal(tool):
    tool("create", "a", "8")
    with terminal_or_skip(tool) as terminal:
        terminal.tmux("send-keys", "-l", f"trap '' HUP; echo $$ > {tool.folder}/pid; exec {tool.command[-1]} top")
        terminal.keys("Enter")
        terminal.wait_for("q quit")
        pid = int((tool.folder / "pid").read_text())
    until(lambda: not is_running(pid), "the end of top without a terminal")


def is_running(pid):
    """Neither gone nor a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_more_segments_than_descriptors_are_all_listed(tool):
    count = 300
    tool("create", "s0", "4")
    image = (tool.folder / "s0.im.shm").read_bytes()
    for number in range(1, count):
        (tool.folder / f"s{number}.im.shm").write_bytes(image)
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))  # noqa: E731
    listed = json.loads(run(tool, "ls", tool.folder, "--json", "--interval", 0.05, preexec_fn=limit).stdout)
    assert len(listed) == count and all(entry["state"] == "no frame yet" for entry in listed)
    assert len(run(tool, "top", "--once", tool.folder, preexec_fn=limit).stdout.splitlines()) == count + 1
    checked = json.loads(run(tool, "doctor", tool.folder, "--json", preexec_fn=limit).stdout)
    assert f"{count} in" in checked[0]["finding"] and ("no access", "problem") not in [
        (e["check"], e["severity"]) for e in checked
    ]
