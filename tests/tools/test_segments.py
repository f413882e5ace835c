"""ls, info, create, set, fill, rm, keyword: creating and inspecting segments."""

import json
import shlex
import subprocess
import time

import numpy as np
import pytest
from conftest import TYPES, WINDOWS, file_name
from timing import PATIENCE_S, Lateness, unless_late


def newest(tool, segment):
    tool("save", segment, "newest.npy", "--force")
    return np.load(tool.folder / "newest.npy")


@pytest.mark.parametrize("atype", TYPES)
def test_create_reports_type_shape_and_depth(tool, atype):
    made = tool.json("create", "a", "3x4,5", atype, "--depth", 3)
    assert made["segment"] == tool.name(tool.folder / "a.im.shm")
    info = tool.json("info", "a")
    assert (info["type"], info["shape"], info["depth"], info["cnt0"]) == (atype, [3, 4, 5], 3, 0)
    assert info["state"] == "no frame yet"
    assert info["frame_bytes"] == 60 * np.dtype(atype).itemsize


@pytest.mark.skipif(WINDOWS, reason="Windows has no file modes: the folder's access list counts")
def test_create_sets_the_file_mode(tool):
    tool("create", "a", "4", "--mode", "640")
    assert (tool.folder / "a.im.shm").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("shape", ["0", "3x0", "x", "2x3x4x5", "4294967296", "-1", "3x"])
def test_create_refuses_bad_shapes(tool, shape):
    tool("create", "a", "--", shape, code=2)
    assert not list(tool.folder.iterdir())


@pytest.mark.parametrize(
    "arguments", [("4", "float"), ("4", "--depth", "0"), ("4", "--mode", "9"), ("4", "--keywords", "70000")]
)
def test_create_refuses_bad_arguments(tool, arguments):
    tool("create", "a", *arguments, code=2)
    assert not list(tool.folder.iterdir())


def test_ls_lists_all_segments_with_rates(tool):
    tool("create", "still", "8", "int16")
    tool("fill", "still", 3)
    tool("create", "live", "16x16", "uint16", "--depth", 4)
    writer = tool.start("fill", "live", "ramp", "--rate", 200)
    tool.wait_for_frames("live", 10)

    listed = {}

    def has_its_rate():
        listed.update((file_name(entry["segment"]), entry) for entry in tool.json("ls", tool.folder, "--interval", 1))
        assert set(listed) == {"still.im.shm", "live.im.shm"}
        live = listed["live.im.shm"]
        return 150 < live["rate_hz"] < 250 and live["state"] == "running" and live["age_s"] < 1

    unless_late(has_its_rate, 0.1, lambda: f"200 Hz in {listed}")
    live = listed["live.im.shm"]
    assert tool.is_number_of(live["writer_pid"], writer) and live["writer_alive"]
    assert listed["still.im.shm"]["rate_hz"] == 0
    text = tool("ls", tool.folder)
    assert "live.im.shm" in text and "uint16" in text and "16x16" in text and "running" in text
    assert "\033" not in text  # no colours off a terminal


def test_ls_looks_in_the_temporary_folder_without_arguments(tool):
    tool("create", "a", "8")
    assert tool.name(tool.folder / "a.im.shm") in tool("ls", "--names").split()


def test_ls_lists_a_damaged_file_with_the_reason(tool):
    tool("create", "good", "8")
    (tool.folder / "bad.im.shm").write_bytes(b"no segment at all")
    (tool.folder / "other.txt").write_text("not named like a segment")
    listed = {file_name(entry["segment"]): entry for entry in tool.json("ls", tool.folder)}
    assert set(listed) == {"good.im.shm", "bad.im.shm"}
    assert listed["bad.im.shm"]["state"] == "damaged" and "bad.im.shm" in listed["bad.im.shm"]["problem"]
    assert "damaged:" in tool("ls", tool.folder)


def test_ls_info_and_show_change_nothing(tool):
    tool("create", "a", "8", "--depth", 2)
    tool("fill", "a", 1)
    before = (tool.folder / "a.im.shm").read_bytes()
    tool("ls", tool.folder)
    tool("info", "a")
    tool("show", "a")
    assert (tool.folder / "a.im.shm").read_bytes() == before


def test_names_are_utf8(tool):
    folder = tool.folder / "Größe µm"
    folder.mkdir()
    tool("create", folder / "äöü.im.shm", "4")
    tool("fill", folder / "äöü.im.shm", 3)
    assert [entry["segment"] for entry in tool.json("ls", folder)] == [tool.name(folder / "äöü.im.shm")]
    for ending in ("npy", "fits"):
        file = folder / f"ñ.{ending}"
        tool("save", folder / "äöü.im.shm", file)
        assert file.exists()
        tool("set", f"ß-{ending}", file, "--create")
        assert (tool.folder / f"ß-{ending}.im.shm").exists() and tool.json("info", f"ß-{ending}")["cnt0"] == 1


def test_ls_of_nothing(tool):
    assert tool.json("ls", tool.folder) == []
    assert "no segments" in tool("ls", tool.folder)
    tool("ls", tool.folder / "absent", code=1)


def test_info_lists_readers_and_keywords(tool):
    tool("create", "a", "8", "--depth", 4)
    tool("keyword", "a", "GAIN", 2.5, "--comment", "e-/ADU")
    tool("fill", "a", 1)
    reader = tool.start("record", "a", "r.npy")
    tool.wait_for_reader("a")
    info = tool.json("info", "a")
    assert len(info["reader_list"]) == 1 and tool.is_number_of(info["reader_list"][0]["pid"], reader)
    assert info["reader_list"][0]["alive"] and info["readers"] == 1
    assert info["keywords"] == [{"name": "GAIN", "type": "double", "value": 2.5, "comment": "e-/ADU"}]
    text = tool("info", "a")
    assert "GAIN" in text and str(info["reader_list"][0]["pid"]) in text
    assert tool.interrupt(reader)[0] == 0


def test_info_looks_again_when_another_segment_takes_the_name(tool):
    tool("create", "a", "8", "--keywords", 2)
    tool("keyword", "a", "OLD", 1)
    interval_s, is_in_time = 3, False
    while not is_in_time:
        tool("create", "a", "8", "--keywords", 2)
        info = tool.start("info", "a", "--interval", interval_s, "--json")
        time.sleep(0.5)  # it looks by then, or else there is but one segment to be seen
        tool("create", "a", "9", "--keywords", 3)
        is_in_time = info.poll() is None  # else it may have looked before: the machine was away
        interval_s = min(2 * interval_s, 60)
        output, errors = info.communicate(timeout=2 * PATIENCE_S)
        assert info.returncode == 0, errors
    seen = json.loads(output)
    assert (seen["shape"], seen["keyword_room"], seen["keywords"]) == ([9], 3, [])


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


@pytest.mark.parametrize(
    "value,atype",
    [("7", "uint8"), ("-3", "int64"), ("18446744073709551615", "uint64"), ("0.1", "float64"), ("1.5-2j", "complex64")],
)
def test_fill_with_a_number(tool, value, atype):
    tool("create", "a", "2x3", atype)
    tool("fill", "a", value)
    expected = np.full((2, 3), complex(value) if "j" in value else float(value) if "." in value else int(value), atype)
    assert (newest(tool, "a") == expected).all()


@pytest.mark.parametrize(
    "value,atype,code", [("256", "uint8", 1), ("-1", "uint32", 1), ("1j", "float32", 1), ("many", "int8", 2)]
)
def test_fill_refuses_what_does_not_fit(tool, value, atype, code):
    tool("create", "a", "4", atype)
    tool("fill", "a", value, code=code)
    assert value.rstrip("j") in tool.errors
    assert tool.json("info", "a")["cnt0"] == 0


def test_fill_ramp_counts_on_and_patterns_keep_their_limits(tool):
    tool("create", "a", "300", "uint8")
    tool("fill", "a", "ramp", "--frames", 5)
    assert (newest(tool, "a") == (np.arange(300) + 4).astype("uint8")).all()
    assert tool.json("info", "a")["cnt0"] == 5
    tool("create", "b", "64x64", "float32")
    for pattern in ("noise", "spot", "wave"):
        tool("fill", "b", pattern, "--low", -5, "--high", 9)
        image = newest(tool, "b")
        assert image.min() >= -5 and image.max() <= 9 and image.max() - image.min() > 7


def test_fill_keeps_the_rate_and_ends_on_ctrl_c(tool):
    tool("create", "a", "16", "--depth", 4)
    begin = time.monotonic()
    with Lateness() as late:
        tool("fill", "a", 1, "--rate", 200, "--frames", 101)
        assert late.punctual_s() < 2
    assert time.monotonic() - begin > 0.45
    writer = tool.start("fill", "a", "ramp", "--rate", 100)
    tool.wait_for_frames("a", 110)
    assert tool.interrupt(writer)[0] == 0
    bounded = tool.start("fill", "a", "ramp", "--rate", 10, "--frames", 1000)
    tool.wait_for_frames("a", tool.json("info", "a")["cnt0"] + 2)
    assert tool.interrupt(bounded)[0] == 130


def test_rm_removes_segments_only(tool):
    tool("create", "a", "4")
    tool("create", "b", "4")
    (tool.folder / "c.im.shm").write_text("precious")
    tool("rm", "a", "b", "c", "absent", code=1)
    assert [path.name for path in tool.folder.iterdir()] == ["c.im.shm"]
    assert "c.im.shm" in tool.errors and "absent" in tool.errors


def test_rm_spares_what_is_read_unless_forced(tool):
    tool("create", "a", "4", "--depth", 2)
    reader = tool.start("record", "a", "r.npy")
    tool.wait_for_reader("a")
    tool("rm", "a", code=1)
    assert "--force" in tool.errors
    tool("rm", "a", "--force")
    _, errors = reader.communicate(timeout=PATIENCE_S)
    assert reader.returncode == 1 and "removed" in errors


def test_keywords(tool):
    tool("create", "a", "4", "--keywords", 3)
    tool("keyword", "a", "COUNT", -12, "--comment", "a count")
    tool("keyword", "a", "EXPTIME", 0.1)
    tool("keyword", "a", "FILTER", "2", "--type", "string")
    assert tool.json("keyword", "a") == [
        {"name": "COUNT", "type": "long", "value": -12, "comment": "a count"},
        {"name": "EXPTIME", "type": "double", "value": 0.1, "comment": ""},
        {"name": "FILTER", "type": "string", "value": "2", "comment": ""},
    ]
    assert tool("keyword", "a", "EXPTIME") == "0.1\n"
    tool("keyword", "a", "COUNT", 5)
    assert tool.json("keyword", "a", "COUNT") == {"name": "COUNT", "type": "long", "value": 5, "comment": "a count"}
    tool("keyword", "a", "MORE", 1, code=1)
    tool("keyword", "a", "FILTER", "seventeen bytes!!", code=1)
    tool("keyword", "a", "COUNT", "x", "--type", "long", code=2)
    tool("keyword", "a", "COUNT", "--rm")
    tool("keyword", "a", "COUNT", code=1)
    assert "COUNT" in tool.errors
    assert "EXPTIME" in tool("keyword", "a")


@pytest.mark.parametrize(
    "arguments,code,message",
    [
        (("create", "b", "0"), 2, "shape: '0'; expected one to three sizes from 1 to 4294967295, such as"),
        (
            ("create", "b", "4", "--mode", "9"),
            2,
            "--mode: '9'; expected octal digits from 1 to 777, such as 600 or 660",
        ),
        (("fill", "a", "256"), 1, "value: 256; expected one that uint8 can hold"),
        (("fill", "a", "many"), 2, "pattern: 'many'; expected a number or one of ramp, noise, spot, wave"),
        (("keyword", "a", "N", "x", "--type", "long"), 2, "N: 'x'; expected a 64-bit integer"),
        (("record", "a", "r.jpg"), 2, "r.jpg: file name ends in '.jpg'; expected one of .npy, .fits, .fit, .fts"),
        (("record", "a", "r.npy", "-t", "soon"), 2, "time span: 'soon'; expected a positive number with a unit"),
        (("set", "a", "wrong.npy"), 1, "wrong.npy: shape 3; expected that of a: 4"),
        (("set", "a", "wide.npy"), 1, "wide.npy: elements of type float64; expected a type of which"),
        (
            ("replay", "wrong.npy", "a"),
            2,
            "wrong.npy: no acquisition times in the file; expected a recording, or --rate",
        ),
    ],
)
def test_errors_name_the_thing_what_was_found_and_what_was_expected(tool, arguments, code, message):
    tool("create", "a", "4", "uint8")
    np.save(tool.folder / "wrong.npy", np.zeros(3, "uint8"))
    np.save(tool.folder / "wide.npy", np.zeros(4))
    tool(*arguments, code=code)
    assert tool.errors.startswith(f"daoshm: {message}")


@pytest.mark.parametrize(
    "line,message",
    [
        ("", "no command; expected one of daoshm --help"),
        ("nonsense", "'nonsense': no such command; expected one of daoshm --help"),
        ("nonsense --json", "'nonsense': no such command; expected one of daoshm --help"),
        ("--nonsense", "'--nonsense': no such option; expected one of daoshm --help"),
        ("ls --nonsense", "'--nonsense': no such option; expected one of daoshm ls --help"),
        ("bench --mode spin", "'--mode': no such option; expected one of daoshm bench --help"),
        ("info --nonsense", "'--nonsense': no such option; expected one of daoshm info --help"),
        ("show a b", "'b': one argument too many; expected those of daoshm show --help"),
        ("info", "segment: not given; expected as daoshm info --help says"),
        ("create a 4 float", "type: 'float'; expected one of uint8, int8, uint16"),
        ("completion csh", "shell: 'csh'; expected one of bash, zsh, fish"),
        ("watch a -n", "--lines: without its value; expected as daoshm watch --help says"),
        ("top --interval nan", "--interval: 'nan'; expected a number from"),
    ],
)
def test_usage_errors_name_the_word(tool, line, message):
    tool(*line.split(), code=2)
    assert tool.errors.startswith(f"daoshm: {message}") and tool.errors.count("\n") == 1, tool.errors


def test_help(tool):
    assert "Exit codes:" in tool("--help")
    assert tool("--version").startswith("daoshm ")
    for command in tool("--help").split("Subcommands:")[1].split("Examples:")[0].splitlines():
        if command.startswith("  ") and not command.startswith("   "):
            text = tool(command.split()[0], "--help")
            assert "Example" in text or "source" in text, command


def test_completion_knows_commands_options_choices_and_segments(tool):
    tool("create", "abc", "4")
    script = tool.folder / "completion"
    script.write_text(tool("completion", "bash"))

    def complete(*words):
        quoted = " ".join(f"'{word}'" for word in words)
        code = f"""
            daoshm() {{ {shlex.join(tool.command)} "$@"; }}
            . {script}
            COMP_WORDS=({quoted}) COMP_CWORD={len(words) - 1}
            _daoshm
            printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        run = subprocess.run(
            ["bash", "-c", code], capture_output=True, text=True, env=tool.environment, check=True, cwd=tool.folder
        )
        return run.stdout.split()

    assert sorted(complete("daoshm", "re")) == ["record", "relay", "repair", "replay"]
    assert complete("daoshm", "show", "abc", "--str") == ["--stretch"]
    assert "asinh" in complete("daoshm", "show", "--stretch", "")
    assert tool.name(tool.folder / "abc.im.shm") in complete("daoshm", "info", "")
    assert complete("daoshm", "create", "x", "4", "complex") == ["complex64", "complex128"]
