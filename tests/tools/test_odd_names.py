"""Names of segments: empty ones, taken ones, those that terminals would obey, those in other writing."""

import re
import signal
import subprocess
import unicodedata

import numpy as np
import pytest
from terminal import terminal_or_skip
from test_strain import run, unix_only
from timing import PATIENCE_S

pytestmark = unix_only


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


@pytest.mark.parametrize("name", ["[a]", "[a,b]", "[[a]", "[", "\x01[a]", "{}", "{a,b}", "a,b"])
def test_a_name_in_brackets_is_no_list(tool, name):
    """As a shell leaves a pattern that fits no file."""
    for other in ("a", "b"):
        tool("create", other, "4x4")
    tool("create", name, "2x3")
    tool("create", f"{tool.folder}/{name}2", "2x3")
    assert tool.json("info", name)["shape"] == [2, 3]
    for comment in (["--comment", name], [f"--comment={name}"]):
        tool("keyword", name, name[:16], name, *comment)
        assert tool.json("keyword", name, name[:16])["comment"] == name
    tool("rm", name, f"{tool.folder}/{name}2")
    assert sorted(path.name for path in tool.folder.glob("*.im.shm")) == ["a.im.shm", "b.im.shm"]
    tool("rm", name, code=1)
    tool(name, code=2)
    tool("ls", "--json", f"{tool.folder}/{name}", code=1)
    tool("ls", f"--{name}={name}", code=2)
    assert repr(f"--{name}={name}")[1:-1] in tool.errors


def test_a_value_in_brackets_is_no_list(tool):
    """Written to its option with "=" as in a word of its own."""
    tool("create", "a", "2x2")
    for limits in (["--limits=[1,2]"], ["--limits", "[1,2]"], ["--limits={}", "2"], ["--limits", "{}", "2"]):
        tool("show", "a", *limits, code=2)
        found = limits[0].partition("=")[2] or limits[1]
        assert tool.errors == f"daoshm: --limits: '{found}'; expected a number that is finite\n"
    tool("record", "a", "r.npy", "-n[3,4]", code=2)
    assert "--frames: '[3,4]'" in tool.errors
    tool("keyword", "a", "K", "-5[m]", "--comment", "-1[x]")
    assert (tool.json("keyword", "a", "K")["value"], tool.json("keyword", "a", "K")["comment"]) == ("-5[m]", "-1[x]")
    tool("create", "-1[a]", "2x2")
    assert (tool.folder / "-1[a].im.shm").exists()
    tool("create", "--", "--b=[c]", "2x2")
    assert (tool.folder / "--b=[c].im.shm").exists()


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
