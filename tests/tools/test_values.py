"""Numbers that a user gives: exactly what was typed, or an error that names it."""

import json

import numpy as np
import pytest
from conftest import WINDOWS, Tool, new_folder
from test_segments import newest

HUGE = "18446744073709551616"  # 2^64


@pytest.mark.parametrize(
    "value,stored",
    [("+3", 3), ("-0", 0), ("007", 7), ("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63)),
     ("1.5", 1.5), ("+1.5", 1.5), ("1e3", 1e3), ("1e308", 1e308), (".5", 0.5), ("5.", 5.0), ("-1E-3", -1e-3),
     ("inf", "inf"), ("-inf", "-inf"), ("nan", "nan"), ("5e-324", 5e-324), ("0e-999", 0.0),
     ("0x10", "0x10"), ("1_000", "1_000"), (" 5", " 5"), ("5 ", "5 "), ("1e", "1e"), ("+", "+"), ("1.5.2", "1.5.2"),
     ("2026-01-31", "2026-01-31"), ("", ""), ("e5", "e5"), ("nano", "nano")],
)  # fmt: skip
def test_a_keyword_has_the_value_that_was_typed(tool, value, stored):
    tool("create", "a", "4")
    tool("keyword", "a", "K", "--", value)
    found = tool.json("keyword", "a", "K")
    assert found["value"] == stored and isinstance(found["value"], type(stored)), found
    expected = "long" if isinstance(stored, int) else "double" if isinstance(stored, float) else None
    assert found["type"] == (expected or ("double" if stored in ("inf", "-inf", "nan") else "string"))


@pytest.mark.parametrize(
    "value,options",
    [("18446744073709551615", []), ("9223372036854775808", []), ("-9223372036854775809", []), ("9" * 100, []),
     ("1e400", []), ("-1e400", []), ("1e-400", []), ("1e400", ["--type", "double"]), ("1e-400", ["--type", "double"]),
     ("9007199254740993", ["--type", "double"]), ("1.5", ["--type", "long"]), ("1e3", ["--type", "long"]),
     ("x", ["--type", "double"]), ("", ["--type", "long"]), ("0x10", ["--type", "long"]), (" 5", ["--type", "long"])],
)  # fmt: skip
def test_a_keyword_that_would_be_changed_is_refused(tool, value, options):
    tool("create", "a", "4")
    tool("keyword", "a", "K", *options, "--", value, code=2)
    assert f"K: '{value}'; expected" in tool.errors
    assert tool.json("keyword", "a") == []


def test_explicit_types_keep_what_they_can(tool):
    tool("create", "a", "4")
    for value, options, stored in (
        ("9007199254740992", ["--type", "double"], 2.0**53), (HUGE, ["--type", "double"], 2.0**64),
        ("1e400", ["--type", "string"], "1e400"), ("+3", ["--type", "string"], "+3"), ("+3", ["--type", "long"], 3),
        ("3", ["--type", "double"], 3.0),
    ):  # fmt: skip
        tool("keyword", "a", "K", value, *options)
        assert tool.json("keyword", "a", "K")["value"] == stored


@pytest.mark.parametrize(
    "arguments", [["K", "5", "--rm"], ["K", "--comment", "c"], ["--comment", "c"], ["--rm"], [""], ["", "5"]]
)
def test_a_keyword_command_that_means_nothing_is_refused(tool, arguments):
    tool("create", "a", "4")
    tool("keyword", "a", "K", 1)
    tool("keyword", "a", *arguments, code=2)
    assert tool.json("keyword", "a") == [{"name": "K", "type": "long", "value": 1, "comment": ""}]


@pytest.mark.parametrize(
    "value,atype",
    [("1.5", "uint16"), ("-0.5", "int8"), ("1e-3", "uint64"), ("256", "uint8"), ("-129", "int8"), ("-1", "uint64"),
     (HUGE, "uint64"), ("-9223372036854775809", "int64"), ("nan", "int32"), ("inf", "uint8"), ("1j", "uint16"),
     ("1j", "float64"), ("1e39", "float32"), ("-1e39", "float32"), ("1e39", "complex64"), ("1e39j", "complex64"),
     ("1+1e39j", "complex64"), ("1e-60", "float32"), ("16777217", "float32"), ("16777217", "complex64"),
     ("9007199254740993", "float64"), ("18446744073709551615", "float64"), ("9007199254740993.0", "int64"),
     ("1e19", "uint64"), ("123456789012345678901234567890", "float64"), ("18446744073709551617", "complex128"),
     ("18446744073709551617", "float32"), ("147573952589676412929", "float32")],
)  # fmt: skip
def test_fill_refuses_a_number_that_the_type_does_not_hold(tool, value, atype):
    tool("create", "a", "4", atype)
    tool("fill", "a", "--", value, code=1)
    assert f"value: {value}; expected one that {atype} can hold" in tool.errors
    assert tool.json("info", "a")["cnt0"] == 0


@pytest.mark.parametrize(
    "value",
    ["1e400", "1e-400", "0x10", "1,5", " 1", "1 ", "", "1+", "j", "1+2", "1+2j3", "+-1", "1e", "infj2", "1+1e400j"],
)
def test_fill_refuses_what_is_no_number(tool, value):
    tool("create", "a", "4", "complex128")
    tool("fill", "a", "--", value, code=2)
    assert f"pattern: '{value}'; expected a number" in tool.errors


@pytest.mark.parametrize(
    "value,atype,stored",
    [("1e3", "uint16", 1000), ("255.0", "uint8", 255), ("+7", "int8", 7), ("-0", "uint8", 0), ("-0.0", "uint8", 0),
     ("18446744073709551615", "uint64", 2**64 - 1), ("16777218", "float32", 16777218.0),
     ("0.1", "float32", np.float32(0.1)),
     ("nan", "float32", np.nan), ("-inf", "float64", -np.inf), ("1e-3-2e2j", "complex128", 1e-3 - 200j),
     ("2j", "complex64", 2j), ("-1+1j", "complex64", -1 + 1j), ("7+0j", "uint8", 7),
     ("1e-40", "float32", np.float32(1e-40)),
     ("18446744073709549568", "float64", 18446744073709549568.0), ("147573952589676412928", "float32", 2.0**67),
     ("1e+2+1e+1j", "complex64", 100 + 10j)],
)  # fmt: skip
def test_fill_stores_exactly(tool, value, atype, stored):
    tool("create", "a", "4", atype)
    tool("fill", "a", "--", value)
    assert np.array_equal(newest(tool, "a"), np.full(4, stored, atype), equal_nan=np.dtype(atype).kind in "fc")


def test_fill_publishes_as_many_frames_as_it_is_told(tool):
    tool("create", "a", "4")
    for options, count in ((["--frames", 0], 0), (["--frames", 0, "--rate", 100], 0), ([], 1), (["--frames", 3], 4)):
        tool("fill", "a", 1, *options)
        assert tool.json("info", "a")["cnt0"] == count


@pytest.mark.parametrize("atype", ["uint8", "int8", "uint16", "float32"])
@pytest.mark.parametrize("pattern", ["noise", "spot", "wave"])
def test_patterns_fit_the_type(tool, atype, pattern):
    tool("create", "a", "64x64", atype)
    tool("fill", "a", pattern)
    image = newest(tool, "a")
    limit = {"uint8": 255, "int8": 127}.get(atype, 1000)
    assert image.min() >= 0 and image.max() <= limit and image.max() > 0.6 * limit
    assert (image == image.max()).sum() < 64 * 64 / 10, "nothing is cut off"


@pytest.mark.parametrize(
    "options,message",
    [(["--high", 300], "300"), (["--low", -1], "-1"), (["--low", 5, "--high", 4], "--low: 5"),
     (["--high", "nan"], "nan"), (["--low", "inf"], "inf"), (["--high", "1e400"], "1e400")],
)  # fmt: skip
def test_patterns_refuse_limits_that_do_not_fit(tool, options, message):
    tool("create", "a", "4", "uint8")
    tool("fill", "a", "noise", *options, code=2)
    assert message in tool.errors and tool.json("info", "a")["cnt0"] == 0


REALS = [
    ("ls", "--interval"), ("top", "--once", "--interval"), ("info", "a", "--interval"), ("watch", "a", "--interval"),
    ("show", "a", "--fps"), ("show", "a", "--clip"), ("fill", "a", "1", "--rate"), ("fill", "a", "noise", "--low"),
    ("fill", "a", "noise", "--high"), ("bench", "--time"), ("replay", "r.npy", "a", "--rate"),
    ("camera", "c", "--interface", "fake", "--frames", 1, "--exposure"),
    ("camera", "c", "--interface", "fake", "--frames", 1, "--frame-rate"),
    ("camera", "c", "--interface", "fake", "--frames", 1, "--gain"),
]  # fmt: skip
COUNTS = [
    ("watch", "a", "-n"), ("create", "b", "4", "--depth"), ("set", "b", "r.npy", "--create", "--depth"),
    ("replay", "r.npy", "b", "--rate", 1, "--depth"), ("record", "a", "x.npy", "-n"),
    ("record", "a", "x.npy", "-n", 1, "--buffer"), ("camera", "c", "--interface", "fake", "--frames"),
    ("camera", "c", "--interface", "fake", "--frames", 1, "--depth"),
    ("camera", "c", "--interface", "fake", "--frames", 1, "--buffers"),
    ("camera", "c", "--interface", "fake", "--frames", 1, "--packet-size"),
]  # fmt: skip
FROM_ZERO = [
    ("fill", "a", "1", "--frames"), ("fill", "a", "ramp", "--first"), ("show", "a", "--slice"),
    ("create", "b", "4", "--keywords"), ("set", "a", "r.npy", "--frame"),
]  # fmt: skip
SPANS = [
    ("save", "a", "x.npy", "--next", "--timeout"), ("record", "a", "x.npy", "-t"), ("doctor", "--stale"),
    ("record", "a", "x.npy", "-n", 1, "--timeout"), ("camera", "c", "--interface", "fake", "--duration"),
    ("camera", "c", "--interface", "fake", "--frames", 1, "--timeout"),
]  # fmt: skip
NO_NUMBER = ["", " 1", "1 ", "x", "0x10", "1,5", "--", "1e"]
OPTIONS = (
    [(option, value) for option in REALS for value in [*NO_NUMBER, "nan", "inf", "-inf", "1e400"]]
    + [(option, value) for option in COUNTS
       for value in [*NO_NUMBER, "0", "-1", "1.5", "1e3", "nan", HUGE, "+", "1_0"]]
    + [(option, value) for option in FROM_ZERO for value in [*NO_NUMBER, "-1", "1.5", "nan", HUGE]]
    + [(option, value) for option in SPANS
       for value in [*NO_NUMBER, "nan", "inf", "0", "0s", "-1s", "1e400s", "1d", "1 s", "s", "1e-20s", "0x10s"]]
)  # fmt: skip


@pytest.fixture(scope="module")
def numbers_tool():
    """One tool for all values: none of them changes anything."""
    with new_folder() as folder:
        tool = Tool(folder)
        tool("create", "a", "2x2x2", "uint8")
        tool("fill", "a", 1)
        np.save(tool.folder / "r.npy", np.zeros((3, 2, 2, 2), "uint8"))
        yield tool
        tool.stop()


@pytest.mark.parametrize(
    "option", sorted({option for option, _ in OPTIONS}, key=str), ids=lambda o: " ".join(map(str, o))
)
def test_options_take_only_numbers_that_mean_something(numbers_tool, option):
    before = sorted(path.name for path in numbers_tool.folder.iterdir())
    for value in [value for other, value in OPTIONS if other == option]:
        *words, name = option
        joined = f"{name}={value}" if name.startswith("--") else f"{name}{value}"
        if not value and not name.startswith("--"):
            continue
        numbers_tool(*words, joined, code=2, timeout=20)
        assert sorted(path.name for path in numbers_tool.folder.iterdir()) == before, (option, value)
    assert numbers_tool.json("info", "a")["cnt0"] == 1


@pytest.mark.parametrize("value", ["nan", "1e400", "0", "61", "-1"])
def test_limits_of_intervals(tool, value):
    for command in (["ls"], ["top", "--once"], ["show", "a", "--fps"][:1]):
        if command[0] != "show":
            tool(*command, f"--interval={value}", code=2)
            assert f"'{value}'; expected a number from" in tool.errors


def test_numbers_are_decimal(tool):
    tool("create", "a", "4", "--depth", "010")
    assert tool.json("info", "a")["depth"] == 10
    tool("create", "b", "4", "--depth", "+2")
    assert tool.json("info", "b")["depth"] == 2


@pytest.mark.parametrize("limits", [("nan", "1"), ("1", "1"), ("2", "1"), ("0", "inf"), ("x", "1")])
def test_show_refuses_limits_that_span_nothing(tool, limits):
    tool("create", "a", "4x4")
    tool("fill", "a", 1)
    tool("show", "a", "--limits", *limits, code=2)


@pytest.mark.parametrize("size", ["0x0", "10", "5000x10", "10x5000", "1x2x3", "x", "4294967295x4294967295", "-1x5"])
def test_show_refuses_sizes_that_no_terminal_has(tool, size):
    tool("create", "a", "4x4")
    tool("fill", "a", 1)
    tool("show", "a", f"--size={size}", code=2)


@pytest.mark.parametrize("shape", ["4", "4x4", "3x4x4"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_frame_without_a_finite_value_has_no_statistics(tool, shape, value):
    axes = tuple(map(int, shape.split("x")))
    np.save(tool.folder / "x.npy", np.full(axes, value, "float32"))
    tool("set", "a", "x.npy", "--create")
    text = tool("show", "a")
    assert "min -  mean -  max -  rms -" in text and "min 0" not in text
    line = tool("watch", "a", "-n", 1, "--interval", 0.05).splitlines()[-1]
    assert line.split()[2:6] == ["-"] * 4
    found = json.loads(tool("watch", "a", "-n", 1, "--interval", 0.05, "--json"))
    assert found["min"] is None and found["rms"] is None


@pytest.mark.skipif(WINDOWS, reason="what is in /dev/shm is tested where there is one")
@pytest.mark.parametrize(
    "value,is_on", [("1", True), ("0", False), ("off", False), ("no", False), ("2", False), ("", False)]
)
def test_only_one_switches_compatibility_on(tool, value, is_on):
    """`create` decides for itself; a segment made along the way, as by `set`, follows the environment."""
    np.save(tool.folder / "x.npy", np.zeros(4, "float32"))
    name = f"daoshm-test-{tool.folder.name}"
    try:
        tool("set", name, "x.npy", "--create", DAO_COMPATIBILITY=value)
        assert tool.json("info", name)["dao_semaphores"] == is_on
    finally:
        tool("rm", name, "--force")
