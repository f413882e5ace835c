"""set: a frame from a file into a segment."""

import numpy as np
import pytest
from conftest import TYPES
from test_segments import newest


@pytest.mark.parametrize("atype", TYPES)
def test_set_publishes_npy_bit_by_bit(tool, atype):
    data = np.frombuffer(np.random.default_rng(1).bytes(35 * np.dtype(atype).itemsize), atype).reshape(5, 7)
    np.save(tool.folder / "in.npy", data)
    tool("set", "a", "in.npy", "--create")
    assert newest(tool, "a").tobytes() == data.tobytes()
    assert tool.json("info", "a")["cnt0"] == 1


def test_set_takes_safe_casts_only(tool):
    tool("create", "a", "3", "float32")
    np.save(tool.folder / "small.npy", np.array([1, 2, 60000], "uint16"))
    tool("set", "a", "small.npy")
    assert newest(tool, "a").tolist() == [1, 2, 60000]
    np.save(tool.folder / "wide.npy", np.array([1.5, 2.5, -3.7], "float64"))
    tool("set", "a", "wide.npy", code=1)
    assert "float64" in tool.errors and "float32" in tool.errors
    tool("create", "b", "3", "int16")
    tool("set", "b", "wide.npy", "--cast")
    assert newest(tool, "b").tolist() == [2, 2, -4]
    np.save(tool.folder / "large.npy", np.array([1, 2, 70000], "int32"))
    tool("set", "b", "large.npy", "--cast", code=1)
    assert "70000" in tool.errors and "int16" in tool.errors
    assert newest(tool, "b").tolist() == [2, 2, -4]


def test_set_says_both_shapes(tool):
    tool("create", "a", "3x4", "float32")
    np.save(tool.folder / "in.npy", np.zeros((4, 3), "float32"))
    tool("set", "a", "in.npy", code=1)
    assert "4x3" in tool.errors and "3x4" in tool.errors


def test_set_takes_one_frame_of_many(tool):
    cube = np.arange(24, dtype="int32").reshape(2, 3, 4)
    np.save(tool.folder / "cube.npy", cube)
    tool("create", "a", "3x4", "int32")
    tool("set", "a", "cube.npy", "--frame", 1)
    assert (newest(tool, "a") == cube[1]).all()
    tool("set", "a", "cube.npy", "--frame", 2, code=1)


@pytest.mark.parametrize(
    "name,content", [("a.npy", b"\x93NUMPY\x01\x00"), ("a.npy", b"text"), ("a.fits", b"text"), ("a.txt", b"1 2")]
)
def test_set_refuses_bad_files(tool, name, content):
    (tool.folder / name).write_bytes(content)
    tool("create", "a", "3")
    tool("set", "a", name, code=2 if name.endswith("txt") else 1)
    assert name in tool.errors
    assert tool.json("info", "a")["cnt0"] == 0


@pytest.mark.parametrize("command", [["set"], ["replay", "--rate", 1]], ids=["set", "replay"])
def test_no_axis_is_cut_to_fit_a_segment(tool, command):
    shape = (1, 2**32 + 1)
    with open(tool.folder / "long.npy", "wb") as file:  # full of holes: it takes no room
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        file.truncate(file.tell() + shape[1])
    name, *options = command
    tool(name, *(["a", "long.npy", "--create"] if name == "set" else ["long.npy", "a"]), *options, code=1)
    assert "4294967297" in tool.errors and "4294967295" in tool.errors
    tool("info", "a", code=1)


def test_set_creates_a_segment_for_the_frame_that_was_asked_for(tool):
    np.save(tool.folder / "cube.npy", np.arange(24.0).reshape(4, 2, 3))
    tool("set", "one", "cube.npy", "--create", "--frame", 2)
    assert tool.json("info", "one")["shape"] == [2, 3]
    tool("save", "one", "one.npy")
    assert np.load(tool.folder / "one.npy")[0, 0] == 12
    tool("set", "all", "cube.npy", "--create")
    assert tool.json("info", "all")["shape"] == [4, 2, 3]
    tool("set", "all", "cube.npy", "--frame", 1, code=1)
    assert "--frame: 1" in tool.errors and "expected 0" in tool.errors


def test_set_refuses_short_files(tool):
    np.save(tool.folder / "s.npy", np.zeros((3, 4), "float32"))
    with open(tool.folder / "s.npy", "r+b") as file:
        file.truncate(150)
    tool("set", "a", "s.npy", "--create", code=1)
