"""Accidents: standard output that is closed or full, no terminal, no access, no descriptors, odd names."""

import json
import os
import re
import resource
import signal
import subprocess
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from conftest import WINDOWS
from terminal import terminal_or_skip
from timing import PATIENCE_S, until

unix_only = pytest.mark.skipif(WINDOWS, reason="what Windows has instead is not tested here")
pytestmark = unix_only

NOBODY = 65534


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


# --------------------------------------------------------------------------------------------------------- access


@pytest.fixture
def stranger(tool):
    """Options of subprocess for a user who may not read what others may not; the folder is open to all."""
    tool.folder.chmod(0o755)
    if os.geteuid() == 0:
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return {}


def deny(path):
    """Nobody but root may read it; a test of another user denies itself."""
    path.chmod(0o000)


def test_a_segment_of_another_user_is_no_access(tool, stranger):
    tool("create", "mine", "8")
    tool("create", "theirs", "8")
    (tool.folder / "mine.im.shm").chmod(0o644)
    deny(tool.folder / "theirs.im.shm")
    done = run(tool, "ls", tool.folder, "--json", **stranger)
    assert done.returncode == 0, done.stderr
    states = {entry["segment"].split("/")[-1]: entry for entry in json.loads(done.stdout)}
    assert states["theirs.im.shm"]["state"] == "no access" and "ermission" in states["theirs.im.shm"]["problem"]
    assert states["mine.im.shm"]["state"] == "no frame yet"
    text = run(tool, "ls", tool.folder, **stranger).stdout
    assert "no access:" in text and "damaged" not in text
    checked = json.loads(run(tool, "doctor", tool.folder, "--json", **stranger).stdout)
    found = [entry for entry in checked if entry["check"] == "no access" and "theirs.im.shm" in entry["finding"]]
    assert len(found) == 1 and found[0]["severity"] == "problem" and "chmod" in found[0]["remedy"]
    assert "1 no access" in next(entry["finding"] for entry in checked if entry["check"] == "segments")
    assert run(tool, "info", "theirs", **stranger).returncode == 1
    (tool.folder / "theirs.im.shm").chmod(0o600)


def test_watch_says_that_nobody_wakes_who_may_only_read(tool, stranger):
    tool("create", "a", "8")
    (tool.folder / "a.im.shm").chmod(0o444)
    words = ("watch", "a", "-n", 1, "--interval", 0.05)
    assert "looks for frames every 0.5 ms" in run(tool, *words, "--latency", **stranger).stdout
    assert "looks for frames" not in run(tool, *words, **stranger).stdout
    (tool.folder / "a.im.shm").chmod(0o600)
    assert "looks for frames" not in tool(*words, "--latency")


def test_an_unreadable_folder_is_an_error(tool, stranger):
    secret = tool.folder / "secret"
    secret.mkdir()
    tool("create", secret / "a.im.shm", "8")
    tool("create", "b", "8")
    (tool.folder / "b.im.shm").chmod(0o644)
    deny(secret)
    try:
        for arguments in (("ls",), ("ls", "--names"), ("ls", "--json")):
            done = run(tool, *arguments, secret, tool.folder, **stranger)
            assert done.returncode == 1 and "secret: cannot be read: Permission denied" in done.stderr, arguments
            assert "b.im.shm" in done.stdout, "the other folder is listed"
        done = run(tool, "ls", secret, **stranger)
        assert done.returncode == 1 and "no segments" not in done.stdout
        done = run(tool, "doctor", secret, "--json", **stranger)
        found = [e for e in json.loads(done.stdout) if e["check"] == "no access" and "secret" in e["finding"]]
        assert done.returncode == 4 and [entry["severity"] for entry in found] == ["problem"]
        done = run(tool, "ls", secret / "below", **stranger)
        assert done.returncode == 1 and "below: cannot be read: Permission denied" in done.stderr
        done = run(tool, "ls", env={**tool.environment, "TMPDIR": str(secret)}, **stranger)
        assert done.returncode == 1 and "secret" in done.stderr
    finally:
        secret.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user needs root")
def test_doctor_says_what_it_cannot_see_of_other_users(tool, stranger):
    tool("create", "a", "8")
    done = run(tool, "doctor", tool.folder, "--json", **stranger)
    entries = json.loads(done.stdout)
    assert any(entry["check"] == "no access" and "some processes have open" in entry["finding"] for entry in entries)


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


# ---------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["", ".im.shm", ".", "..", "folder/", "folder/.im.shm"])
@pytest.mark.parametrize(
    "command", [["create", "NAME", "4x4"], ["info", "NAME"], ["fill", "NAME", 1], ["set", "NAME", "x.npy", "--create"],
                ["replay", "x.npy", "NAME", "--rate", 1], ["camera", "NAME", "--interface", "fake", "--frames", 1],
                ["watch", "NAME"], ["show", "NAME"], ["keyword", "NAME"], ["save", "NAME", "y.npy"],
                ["unlock", "NAME"]],
    ids=lambda command: command[0],
)  # fmt: skip
def test_an_empty_name_is_refused(tool, command, name):
    (tool.folder / "folder").mkdir()
    np.save(tool.folder / "x.npy", np.zeros((2, 3), "float32"))
    before = sorted(tool.folder.rglob("*"))
    tool(*(name if word == "NAME" else word for word in command), code=2 if command[0] != "camera" or name else None)
    assert "expected a name" in tool.errors or "no segment given" in tool.errors or "aravis" in tool.errors.lower()
    assert sorted(tool.folder.rglob("*")) == before


def test_a_name_with_a_dot_is_listed(tool):
    tool("create", "wfs.1", "4x4")
    assert tool.json("info", "wfs.1")["state"] == "no frame yet"
    (tool.folder / "wfs.1.im.shm").rename(tool.folder / "wfs.2")  # as another program would name it
    (tool.folder / "notes").write_text("no segment")
    for arguments in ((), (tool.folder,)):
        paths = tool("ls", "--names", *arguments).splitlines()
        assert str(tool.folder / "wfs.2") in paths and str(tool.folder / "notes") not in paths
    assert [entry["state"] for entry in tool.json("ls") if entry["segment"].endswith("wfs.2")] == ["no frame yet"]
    tool("fill", "wfs.2", 1)
    assert tool.json("info", "wfs.2")["cnt0"] == 1
    tool("rm", "wfs.2")


@pytest.mark.parametrize("hiding", ["file", "folder", "link to nothing", "damaged segment"])
def test_what_is_no_segment_hides_none(tool, hiding):
    tool("create", "wfs", "4x4")
    tool("fill", "wfs", 7)
    here = tool.folder / "here"
    here.mkdir()
    if hiding == "file":
        (here / "wfs").write_text("notes")
    elif hiding == "folder":
        (here / "wfs").mkdir()
    elif hiding == "link to nothing":
        (here / "wfs").symlink_to("nowhere")
    else:
        (here / "wfs.im.shm").write_text("damaged")
    for arguments in (["info", "wfs"], ["show", "wfs"], ["fill", "wfs", 8], ["save", "wfs", "s.npy"],
                      ["keyword", "wfs"], ["watch", "wfs", "-n", 1, "--interval", 0.05], ["set", "wfs", "d.npy"],
                      ["set", "wfs", "d.npy", "--create"], ["replay", "d.npy", "wfs", "--rate", 100],
                      ["rm", "wfs", "--force"]):  # fmt: skip
        np.save(here / "d.npy", np.ones((4, 4), "float32"))
        done = run(tool, *arguments, cwd=here)
        assert done.returncode == 0, (arguments, done.stderr)
    assert not (tool.folder / "wfs.im.shm").exists() and [path.name for path in here.iterdir() if "wfs" in path.name]


def test_what_is_no_segment_does_not_stop_its_creation(tool):
    here = tool.folder / "here"
    (here / "wfs").mkdir(parents=True)
    np.save(here / "d.npy", np.ones((4, 4), "float32"))
    assert run(tool, "set", "wfs", "d.npy", "--create", cwd=here).returncode == 0
    assert (tool.folder / "wfs.im.shm").exists()


ESCAPES = "\x1b]0;owned\x07\x1b[31m\r\n\t\x7f\u009b\u202e"
VISIBLE = "\\x1b]0;owned\\x07\\x1b[31m\\r\\n\\t\\x7f\\u009b\\u202e"


def is_harmless(text):
    """No character that a terminal would obey, apart from line ends."""
    return not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


def test_escape_sequences_in_names_are_printed_escaped(tool):
    name = f"a{ESCAPES}"
    tool("create", name, "4", "--depth", 2)
    assert f"a{VISIBLE}" in tool("ls")
    assert [entry["segment"] for entry in tool.json("ls", tool.folder)] == [str(tool.folder / f"{name}.im.shm")]
    tool("keyword", name, "K\x1b[2J", "v\x1b[2J", "--comment", "c\x1b[2J\u009b")
    recorder = tool.start("record", name, "r.npy", "-n", 1)
    tool.wait_for_file("r.npy")
    (tool.folder / f"damaged{ESCAPES}.im.shm").write_text("x")
    printed = []
    for arguments in (["ls"], ["ls", "--json"], ["top", "--once"], ["info", name], ["info", name, "--json"],
                      ["fill", name, 1], ["show", name], ["watch", name, "-n", 1, "--interval", 0.05],
                      ["keyword", name], ["keyword", name, "--json"], ["keyword", name, "K\x1b[2J"],
                      ["save", name, "s.fits"], ["save", name, "s.npy", "--json"], ["set", name, "s.npy"],
                      ["replay", "s.npy", name, "--rate", 10], ["replay", "s.npy", name, "--rate", 10, "--json"],
                      ["unlock", name], ["create", f"b{ESCAPES}", 4], ["create", f"b{ESCAPES}", 4, "--json"],
                      ["info", f"no{ESCAPES}"], ["rm", name], ["rm", f"no{ESCAPES}"], ["ls", f"no{ESCAPES}"],
                      ["set", name, f"no{ESCAPES}.npy"], ["fill", name, ESCAPES], [ESCAPES],
                      ["keyword", name, ESCAPES], ["doctor", "."], ["doctor", ".", "--json"],
                      ["create", "c", ESCAPES], ["create", "c", 4, ESCAPES],
                      ["watch", name, "-n", ESCAPES]):  # fmt: skip
        done = run(tool, *arguments)
        assert is_harmless(done.stdout), (arguments, done.stdout)
        assert is_harmless(done.stderr), (arguments, done.stderr)
        printed.append(done.stdout)
    assert sum(VISIBLE in text for text in printed) >= 8
    assert any("K\\x1b[2J" in text and "v\\x1b[2J" in text and "c\\x1b[2J\\u009b" in text for text in printed)
    output, errors = recorder.communicate(timeout=PATIENCE_S)
    assert is_harmless(output + errors), (output, errors)


def test_readers_with_escape_sequences_in_their_name(tool):
    """A process's name is what it says it is."""
    tool("create", "a", "4", "--depth", 2)
    copy = tool.folder / "r\x1b[31mx"
    copy.symlink_to(tool.command[-1])
    reader = subprocess.Popen([copy, "record", "a", "r.npy"], cwd=tool.folder, env=tool.environment)
    tool.running.append(reader)
    try:
        tool.wait_for_file("r.npy")
        text = tool("info", "a")
        assert is_harmless(text) and "r\\x1b[31mx" in text
        assert is_harmless(tool("info", "a", "--json"))
    finally:
        reader.send_signal(signal.SIGINT)
        reader.wait(timeout=PATIENCE_S)


def test_top_prints_names_escaped(tool):
    tool("create", "a\x1b[31mb", "4")
    with terminal_or_skip(tool) as terminal:
        terminal.run("top", tool.folder, "--interval", 0.2)
        terminal.wait_for("a\\x1b[31mb")
        terminal.keys("q")
        terminal.wait_for("exit=0")


def columns_of(text):
    """How wide a terminal shows it."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


WIDE_NAMES = ["a", "星" * 4, "e\u0301toile", "\U0001f52d", "ﾊﾛ"]


def test_columns_are_straight_whatever_the_names_are_written_in(tool):
    for name in WIDE_NAMES:
        tool("create", name, "4x4", "uint16")
        tool("keyword", "a", name, 1, "--comment", "comment")
    for lines, mark in (
        (tool("ls", tool.folder).splitlines()[1:], " uint16"),
        (tool("keyword", "a").splitlines(), " comment"),
    ):
        found = {columns_of(line[: line.index(mark)]) for line in lines if mark in line}
        assert len(found) == 1 and sum(mark in line for line in lines) == len(WIDE_NAMES), lines


def test_top_is_straight_whatever_the_names_are_written_in(tool):
    names = [*WIDE_NAMES, "星" * 12]
    for name in names:
        tool("create", name, "4x4", "uint16")
    with terminal_or_skip(tool) as terminal:
        terminal.tmux("resize-window", "-x", "46", "-y", "20")
        terminal.run("top", tool.folder, "--interval", 0.2)
        terminal.wait_for("no frame yet")
        lines = [line for line in terminal.screen().splitlines() if "no frame yet" in line]
        assert len({columns_of(line[: line.index("no frame yet")]) for line in lines}) == 1, lines
        assert len(lines) == len(names) and any(re.match("…星+", line) for line in lines)
        terminal.keys("q")
        terminal.wait_for("exit=0")


def test_names_for_programs_are_as_they_are(tool):
    tool("create", "a\x1b[31m", "4")
    assert f"{tool.folder}/a\x1b[31m.im.shm\n" == tool("ls", "--names", tool.folder)
