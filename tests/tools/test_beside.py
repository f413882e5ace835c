"""The files beside a recording or an array: its sidecar and its journal, and what is somebody else's."""

import contextlib
import json
import os

import numpy as np
import pytest
from conftest import WINDOWS
from recordings import ENDINGS, assert_real, files_of, names
from timing import PATIENCE_S

posix = pytest.mark.skipif(WINDOWS, reason="files and pipes of POSIX")


@pytest.fixture
def recording(tool):
    """Five frames in n.npy."""
    tool("create", "src", "3x4", "uint16", "--depth", 16)
    recorder = tool.start("record", "src", "n.npy", "-n", 5)
    tool.wait_for_file("n.npy")
    tool("fill", "src", "ramp", "--rate", 200, "--frames", 5)
    recorder.communicate(timeout=PATIENCE_S)
    return tool.folder / "n.npy"


def test_keywords_that_are_not_finite_come_back(tool):
    tool("create", "src", "4", "--depth", 4)
    for name in ("inf", "-inf", "nan"):
        tool("keyword", "src", f"K{name}", "--", name)
    recorder = tool.start("record", "src", "k.npy", "-n", 1)
    tool.wait_for_file("k.npy")
    tool("fill", "src", 1)
    recorder.communicate(timeout=PATIENCE_S)
    tool("replay", "k.npy", "dst")
    assert tool.json("keyword", "dst") == tool.json("keyword", "src")


def test_save_replaces_a_recording_whole(tool, recording):
    tool("save", "src", "n.npy", "--force")
    assert not (tool.folder / "n.npy.json").exists()
    tool("set", "src", "n.npy")
    assert tool.errors == ""


def test_the_times_of_another_array_are_not_taken(tool, recording):
    for array in (np.zeros((5, 3, 4), "uint16"), np.zeros((3, 4), "uint16"), np.zeros((5, 3, 4)), np.zeros((6, 3, 4))):
        np.save(recording, array)
        tool("replay", "n.npy", "dst", code=2)
        assert "belongs to another array" in tool.errors and "no acquisition times" in tool.errors
        refused_or_taken = tool("replay", "n.npy", "dst", "--rate", 1000, "--json")
        assert json.loads(refused_or_taken)["frames"] == len(array)
        tool("rm", "dst")


@pytest.mark.parametrize("frame", [0, 4])
def test_an_array_that_differs_at_one_end_is_another_one(tool, recording, frame):
    cube = np.load(recording)
    cube[frame, 1, 1] += 1
    np.save(recording, cube)
    tool("replay", "n.npy", "dst", code=2)
    assert "belongs to another array" in tool.errors


def test_a_changed_frame_is_noticed(tool, recording):
    cube = np.load(recording)
    cube[2, 1, 1] += 1
    np.save(recording, cube)
    tool("replay", "n.npy", "dst", code=1)
    assert "frame 2" in tool.errors


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b"null", b'{"a": 1}', b"\xff\xfe", b'{"cnt0": [1]}', b"[" * 100000]
)
def test_a_foreign_file_beside_an_array_is_left_alone(tool, content):
    beside, journal = tool.folder / "a.npy.json", tool.folder / "a.npy.journal"
    beside.write_bytes(content)
    tool("create", "src", "4", "--depth", 4)
    tool("fill", "src", 1)
    tool("record", "src", "a.npy", "-n", 1, "--timeout", "1s", code=1)
    assert "--force" in tool.errors and beside.read_bytes() == content
    journal.write_bytes(content)
    tool("save", "src", "a.npy", code=1)
    tool("save", "src", "a.npy", "--force")
    tool("set", "src", "a.npy")
    assert "not used" in tool.errors and beside.read_bytes() == journal.read_bytes() == content


@pytest.mark.skipif(WINDOWS, reason="a file that is open elsewhere cannot be replaced there")
@pytest.mark.parametrize("ending", ENDINGS)
def test_who_may_only_read_an_older_recording_does_not_keep_it_from_being_replaced(tool, source, ending):
    import fcntl

    tool.record(source, f"r.{ending}", "-n", 3)
    with contextlib.ExitStack() as held:
        for name in files_of(ending):
            fcntl.flock(held.enter_context(open(tool.folder / name, "rb")), fcntl.LOCK_EX)
        tool.record(source, f"r.{ending}", "-n", 2, "--force")
    assert names(tool.folder) == files_of(ending) and assert_real(tool.folder / f"r.{ending}") == 2


@posix
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_save_touches_no_other_file(tool, source, ending):
    others = {name: name.encode() for name in (f"s.{ending}.part", f"s.{ending}.part2")}
    for name, content in others.items():
        (tool.folder / name).write_bytes(content)
    tool("save", source, f"s.{ending}")
    tool("save", source, f"s.{ending}", "--force")
    assert names(tool.folder) == [f"s.{ending}", *sorted(others)]
    assert all((tool.folder / name).read_bytes() == content for name, content in others.items())


@posix
@pytest.mark.parametrize("name", ["r.npy", "r.npy.json", "r.npy.json.part", "r.npy.journal", "r.fits.journal"])
def test_a_recording_touches_no_other_file_unless_forced(tool, source, name):
    (tool.folder / name).write_bytes(b"mine")
    recording = "r.fits" if "fits" in name else "r.npy"
    tool("record", source, recording, "-n", 3, code=1)
    assert "--force" in tool.errors and (tool.folder / name).read_bytes() == b"mine"
    assert names(tool.folder) == [name]
    tool.record(source, recording, "-n", 3, "--force")
    assert assert_real(tool.folder / recording) == 3


@posix
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_leaves_the_part_of_another_program(tool, source, ending):
    """Of a download, with or without frames, in place of an older file or not."""
    tool("create", "quiet", "4")
    part = tool.folder / f"r.{ending}.part"
    part.write_bytes(b"theirs")
    tool("record", "quiet", f"r.{ending}", "--timeout", "200ms", code=3)
    assert names(tool.folder) == [part.name] and part.read_bytes() == b"theirs"
    tool.record(source, f"r.{ending}", "-n", 3)
    tool.record(source, f"r.{ending}", "-n", 2, "--force")
    assert assert_real(tool.folder / f"r.{ending}") == 2
    assert names(tool.folder) == sorted([part.name, *files_of(ending)]) and part.read_bytes() == b"theirs"


@posix
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_pipe_beside_a_file_is_not_waited_for(tool, source, ending):
    path = tool.folder / f"r.{ending}"
    tool("save", source, path.name)
    for beside in (f"{path.name}.journal", f"{path.name}.json"):
        os.mkfifo(tool.folder / beside)
    tool("set", "new", path.name, "--create")
    tool("replay", path.name, "again", "--rate", 100)
    tool("save", source, path.name, "--force")
    tool("repair", path.name, code=1)
    assert (tool.folder / f"{path.name}.json").is_fifo()


@posix
@pytest.mark.parametrize("beside", ["r.npy.json", "r.npy.json.part", "r.npy.journal", "r.fits.journal"])
def test_a_folder_or_a_pipe_beside_is_never_replaced(tool, source, beside):
    """Not even an empty one, and not with --force: refused before anything is recorded."""
    recording = "r.fits" if "fits" in beside else "r.npy"
    for make, kind in ((os.mkdir, "folder"), (os.mkfifo, "pipe")):
        make(tool.folder / beside)
        for force in ([], ["--force"]):
            tool("record", source, recording, "-n", 3, *force, code=1)
            assert beside in tool.errors and kind in tool.errors, tool.errors
            assert names(tool.folder) == [beside]
        (tool.folder / beside).rmdir() if kind == "folder" else (tool.folder / beside).unlink()
