"""ls, info, create, fill, rm, keyword: creating and inspecting segments."""

import json
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
    assert "(frame id; in event mode the number of events)" in text
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


def test_rm_spares_what_is_written_unless_forced(tool):
    tool("create", "a", "4", "--depth", 2)
    writer = tool.start("fill", "a", "ramp", "--rate", 20)
    tool.wait_for_frames("a")
    for _ in range(5):  # it does not matter whether a frame is being written just then
        tool("rm", "a", code=1)
        assert "writes to it" in tool.errors and "--force" in tool.errors
    tool.wait_for_frames("a", tool.frames_in("a") + 2)
    tool("rm", "a", "--force")
    _, errors = writer.communicate(timeout=PATIENCE_S)
    assert writer.returncode == 1 and "removed" in errors
    tool("create", "a", "4")
    tool("fill", "a", 1)
    tool("rm", "a")  # its writer has ended


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
