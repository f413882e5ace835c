"""Frames of numbers at the ends of what their type holds."""

import math
import struct

import numpy as np
import pytest

LARGEST = float(np.finfo(float).max)
SMALLEST = 5e-324


def put(tool, values):
    np.save(tool.folder / "x.npy", np.array(values))
    tool("set", "a", "x.npy", "--create")


@pytest.mark.parametrize(
    "low,high,middle",
    [(-LARGEST, LARGEST, "0"), (LARGEST / 2, LARGEST, "1.3483e+308"), (0, SMALLEST, "0"), (0, 1e-310, "5e-311"),
     (-1e-320, 1e-310, "5e-311"), (-1, 1, "0")],
)  # fmt: skip
def test_a_curve_is_drawn_however_far_apart_its_values_are(tool, low, high, middle):
    put(tool, [low, high, low, np.nan, np.inf, -np.inf, high])
    lines = tool("show", "a", "--size", "40x12").splitlines()
    rows = [line.split("│")[1] for line in lines if "│" in line]
    assert all(set(row) != {"\u2800"} for row in rows), "from the lowest value to the highest: in each row"
    labels = [line.split("│")[0].strip() for line in lines if "│" in line and line.split("│")[0].strip()]
    assert labels[1] == middle and float(labels[0]) > float(labels[1])


def test_a_picture_has_its_grey_levels_however_far_apart_its_values_are(tool):
    for scale in (LARGEST, 1.0, 1e-310):
        put(tool, np.array([[-1, -0.5], [0, 0.5], [0.25, 1]]) * scale)
        lines = tool("show", "a", "--size", "20x20", "--colours", "none").splitlines()
        picture = "".join(line.strip() for line in lines if set(line.strip()) <= set(" ░▒▓█") and line.strip())
        assert set("░▒▓█") <= set(picture), (scale, lines)


@pytest.mark.parametrize("scale", [1e308, 1e200, 1.0, 1e-200, 1e-300])
def test_statistics_neither_overflow_nor_vanish(tool, scale):
    put(tool, np.array([1, -1, 0.5, 1.5, np.nan]) * scale)
    line = tool.json("watch", "a", "-n", "1", "--interval", "0.05")
    assert line["mean"] == pytest.approx(0.5 * scale) and line["rms"] == pytest.approx(np.sqrt(1.125) * scale)
    assert line["min"] == -scale and line["max"] == 1.5 * scale


@pytest.mark.parametrize("pattern", ["spot", "wave", "noise"])
def test_a_pattern_stays_within_limits_that_are_far_apart(tool, pattern):
    tool("create", "a", "6x7", "float64")
    tool("fill", "a", pattern, "--low", -LARGEST, "--high", LARGEST)
    tool("save", "a", "x.npy")
    values = np.load(tool.folder / "x.npy")
    assert np.isfinite(values).all() and values.max() > 0 > values.min()


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, 1e300, 9.3e9, -1.0, 0.0])
def test_a_time_that_is_none_is_not_told_as_one(tool, seconds):
    """Those of the creation and the last access, which DAO has in seconds."""
    tool("create", "a", "4")
    with (tool.folder / "a.im.shm").open("r+b") as file:
        file.seek(112)  # docs/format.md
        file.write(struct.pack("<dd", seconds, seconds))
    found = tool.json("info", "a", "--interval", 0.01)
    assert found["creation_time_ns"] is None and found["last_access_ns"] is None
    lines = tool("info", "a", "--interval", 0.01).splitlines()
    told = [line.split()[-1] for line in lines if line.startswith(("created", "last access"))]
    assert told == ["-", "-"]
