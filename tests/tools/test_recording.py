"""save, record, replay: files read back by astropy and NumPy, bit by bit."""

import json
import signal
import subprocess
import time

import numpy as np
import pytest
from astropy.io import fits
from conftest import TYPES, WINDOWS, file_name, small_disk
from timing import PATIENCE_S


def ramp(first, count, shape, atype):
    """Frames `first` to `first + count` of the tool's pattern ramp."""
    size = int(np.prod(shape))
    values = np.arange(size)[None, :] + np.arange(first, first + count)[:, None]
    if np.dtype(atype).kind == "c":
        values = values - 1j * values
    return values.astype(atype).reshape(count, *shape)


def fits_data(path):
    with fits.open(path, uint=True, memmap=False) as file:
        file.verify("exception")
        data, header = file[0].data, file[0].header.copy()
        table = file["FRAMES"].data.copy() if "FRAMES" in file else None
    if data is not None and header.get("CTYPE1") == "COMPLEX":
        data = data[..., 0] + 1j * data[..., 1]
    return data, header, table


def recorded_file(tool, name, atype, shape, frames=20):
    """Record `frames` frames of ramp; returns the numbers of the pattern's frames."""
    tool("create", "src", "x".join(map(str, shape)), atype, "--depth", 64)
    tool("keyword", "src", "EXPTIME", 0.1, "--comment", "s")
    recorder = tool.start("record", "src", name, "-n", frames, "--json")
    tool.wait_for_file(name)
    tool("fill", "src", "ramp", "--rate", 400, "--frames", frames)
    output, errors = recorder.communicate(timeout=PATIENCE_S)
    assert recorder.returncode == 0, errors
    report = json.loads(output)
    assert report["frames"] == frames and report["missed"] == 0 and report["gaps"] == []
    return report


@pytest.mark.parametrize("atype", TYPES)
@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_save_is_exact(tool, atype, ending):
    data = np.frombuffer(np.random.default_rng(2).bytes(60 * np.dtype(atype).itemsize), atype).reshape(3, 4, 5)
    if data.dtype.kind in "fc":
        data = np.nan_to_num(data)
    np.save(tool.folder / "in.npy", data)
    tool("set", "a", "in.npy", "--create")
    saved = tool.json("save", "a", f"out.{ending}")
    assert saved["cnt0"] == 1
    if ending == "npy":
        back = np.load(tool.folder / "out.npy")
    else:
        back, header, _ = fits_data(tool.folder / "out.fits")
        assert header["DAOCNT0"] == 1 and header["DAOTYPE"] == atype and header["DAOATIME"] == saved["atime_ns"]
    assert back.shape == data.shape and back.dtype == np.dtype(atype).newbyteorder(back.dtype.byteorder)
    assert (back == data).all()
    tool("create", "b", "3x4x5", atype)
    tool("set", "b", f"out.{ending}")
    tool("save", "b", "again.npy")
    assert np.load(tool.folder / "again.npy").tobytes() == data.tobytes()


def test_save_does_not_overwrite_unless_forced(tool):
    tool("create", "a", "4")
    tool("save", "a", "a.fits", code=1)  # no frame yet
    assert not (tool.folder / "a.fits").exists()
    tool("fill", "a", 1)
    tool("save", "a", "a.fits")
    tool("save", "a", "a.fits", code=1)
    assert "--force" in tool.errors
    tool("save", "a", "a.fits", "--force")
    tool("save", "a", "a.jpg", code=2)
    tool("save", "a", "b.fits", "--next", "--timeout", "100ms", code=3)
    assert tool.errors.endswith("a.im.shm: no frame for 100ms; expected one sooner (--timeout)\n")


@pytest.mark.parametrize("atype", TYPES)
def test_record_fits_is_exact(tool, atype):
    report = recorded_file(tool, "r.fits", atype, (3, 5))
    data, header, table = fits_data(tool.folder / "r.fits")
    assert data.shape == (20, 3, 5)
    assert (data == ramp(0, 20, (3, 5), atype)).all()
    assert table["CNT0"].tolist() == list(range(1, 21))
    assert table["MISSED"].tolist() == [0] * 20
    assert (np.diff(table["ATIME_NS"]) > 0).all() and abs(table["ATIME_NS"][-1] / 1e9 - time.time()) < 60
    assert abs((table["ATIME_NS"][-1] - table["ATIME_NS"][0]) / 1e9 - report["span_s"]) < 1e-6
    assert header["EXPTIME"] == 0.1 and header.comments["EXPTIME"] == "s"
    assert header["DAOMISS"] == 0 and header["DATE-BEG"] < header["DATE-END"]


@pytest.mark.parametrize("atype", TYPES)
@pytest.mark.parametrize("shape", [(7,), (2, 3, 4)])
def test_record_npy_is_exact(tool, atype, shape):
    recorded_file(tool, "r.npy", atype, shape)
    assert (np.load(tool.folder / "r.npy") == ramp(0, 20, shape, atype)).all()
    side = json.loads((tool.folder / "r.npy.json").read_text())
    assert side["cnt0"] == list(range(1, 21)) and side["missed"] == [0] * 20
    assert side["keywords"] == [{"name": "EXPTIME", "type": "double", "value": 0.1, "comment": "s"}]


@pytest.mark.parametrize("ending", ["fits", "npy"])
@pytest.mark.parametrize("atype", TYPES)
def test_replay_gives_back_what_was_recorded(tool, atype, ending):
    recorded_file(tool, f"r.{ending}", atype, (3, 5))
    tool("create", "dst", "3x5", atype, "--depth", 64)
    recorder = tool.start("record", "dst", "again.npy", "-n", 20)
    tool.wait_for_file("again.npy")
    assert tool.json("replay", f"r.{ending}", "dst", "--keep-times")["frames"] == 20
    recorder.communicate(timeout=PATIENCE_S)
    assert recorder.returncode == 0
    assert (np.load(tool.folder / "again.npy") == ramp(0, 20, (3, 5), atype)).all()
    times = json.loads((tool.folder / "again.npy.json").read_text())["atime_ns"]
    if ending == "npy":
        assert times == json.loads((tool.folder / "r.npy.json").read_text())["atime_ns"]
    else:
        assert times == fits_data(tool.folder / "r.fits")[2]["ATIME_NS"].tolist()


def test_replay_rates_and_loop(tool):
    span_s = recorded_file(tool, "r.fits", "uint16", (4, 4), frames=41)["span_s"]
    recorded = tool.json("replay", "r.fits", "fresh")
    assert span_s < recorded["elapsed_s"] < span_s + 20
    info = tool.json("info", "fresh")
    assert info["shape"] == [4, 4] and info["type"] == "uint16" and info["cnt0"] == 41
    assert info["keywords"][0]["name"] == "EXPTIME"
    assert 0.38 < tool.json("replay", "r.fits", "fresh", "--rate", 100)["elapsed_s"] < 20
    player = tool.start("replay", "r.fits", "fresh", "--rate", 500, "--loop")
    tool.wait_for_frames("fresh", 82 + 100)
    code, output, _ = tool.interrupt(player)
    assert code == 0 and "frames" in output
    np.save(tool.folder / "plain.npy", np.zeros((3, 4, 4), "uint16"))
    tool("replay", "plain.npy", "fresh", code=2)
    assert tool.json("replay", "plain.npy", "fresh", "--rate", 1000)["frames"] == 3
    tool("create", "other", "5x5", "uint16")
    tool("replay", "r.fits", "other", code=1)
    assert "4x4" in tool.errors and "5x5" in tool.errors


@pytest.mark.skipif(WINDOWS, reason="stops a process by a signal")
@pytest.mark.parametrize("command", ["fill", "replay"])
def test_a_writer_that_was_stopped_makes_up_for_nothing(tool, command):
    """Else readers would get seconds of frames at once."""
    np.save(tool.folder / "r.npy", np.zeros((100, 4)))
    tool("create", "s", "4", "float64", "--depth", 8)
    arguments = ["fill", "s", 1] if command == "fill" else ["replay", "r.npy", "s", "--loop"]
    writer = tool.start(*arguments, "--rate", 200)
    tool.wait_for_frames("s", 10)
    writer.send_signal(signal.SIGSTOP)
    before = tool.json("info", "s")["cnt0"]
    time.sleep(5)
    began = time.monotonic()
    writer.send_signal(signal.SIGCONT)
    tool.wait_for_frames("s", before + 600)
    # Up to a second it may make up for, on a machine that has no time for it.
    assert time.monotonic() - began > 400 / 200 - 0.1
    assert tool.interrupt(writer)[0] == 0


def test_keywords_of_any_name_survive_fits(tool):
    tool("create", "src", "4", "--depth", 4)
    keywords = {
        "NAXIS": 3,
        "lower case": 1.5,
        "LONGERTHANEIGHT": "text's",
        "BZERO": "x",
        "DAOX": 2,
        "PI": 3.141592653589793,
        "BIG": -(2**63),
    }
    for name, value in keywords.items():
        tool("keyword", "src", name, "--", value)
    tool("fill", "src", 1)
    tool("save", "src", "k.fits")
    _, header, _ = fits_data(tool.folder / "k.fits")
    assert header["NAXIS"] == 1 and header["PI"] == 3.141592653589793
    recorder = tool.start("record", "src", "k2.fits", "-n", 1)
    while recorder.poll() is None:
        tool("fill", "src", 1)
    tool("replay", "k2.fits", "dst", "--rate", 10)
    expected = {name.upper(): value for name, value in keywords.items()}  # FITS has upper case only
    assert {entry["name"]: entry["value"] for entry in tool.json("keyword", "dst")} == expected


@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_ctrl_c_leaves_a_valid_file(tool, ending):
    tool("create", "src", "64x64", "float32", "--depth", 64)
    writer = tool.start("fill", "src", "ramp", "--rate", 500)
    tool.wait_for_frames("src")
    endless = tool.start("record", "src", f"a.{ending}", "--json")
    bounded = tool.start("record", "src", f"b.{ending}", "--json", "-n", 1000000)
    tool.wait_for_reader("src", 2)
    tool.wait_until_read_more("src", 100)
    for process, expected in ((endless, 0), (bounded, 130)):
        code, output, errors = tool.interrupt(process)
        report = json.loads(output)
        assert report["end"] == "interrupted", errors
        assert code in (expected, 4 if expected == 0 else expected)
        path = tool.folder / file_name(report["files"][0])
        data = np.load(path) if ending == "npy" else fits_data(path)[0]
        counters = (
            json.loads((tool.folder / f"{path.name}.json").read_text())["cnt0"]
            if ending == "npy"
            else fits_data(path)[2]["CNT0"].tolist()
        )
        assert len(data) == report["frames"] == len(counters) > 50
        for frame, cnt0 in zip(data, counters, strict=True):
            assert frame[0, 0] == cnt0 - 1 and frame[-1, -1] == cnt0 - 1 + 4095
    tool.interrupt(writer)


def test_gaps_are_reported(tool):
    tool("create", "src", "1024x1024", "float32", "--depth", 1)
    recorder = tool.start("record", "src", "g.npy", "-n", 5, "--json", "--buffer", 1)
    tool.wait_for_file("g.npy")
    tool.wait_for_reader("src")
    recorder.send_signal(subprocess.signal.SIGSTOP)
    tool("fill", "src", "ramp", "--frames", 3)
    recorder.send_signal(subprocess.signal.SIGCONT)
    tool("fill", "src", "ramp", "--rate", 10, "--frames", 1)
    recorder.send_signal(subprocess.signal.SIGSTOP)
    tool("fill", "src", "ramp", "--frames", 7)
    recorder.send_signal(subprocess.signal.SIGCONT)
    tool.fill_until_it_ends("src", recorder, "ramp")
    output, _ = recorder.communicate(timeout=PATIENCE_S)
    report = json.loads(output)
    side = json.loads((tool.folder / "g.npy.json").read_text())
    assert recorder.returncode == 4 and report["missed"] > 0
    assert report["missed"] == sum(side["missed"]) == side["cnt0"][-1] - side["cnt0"][0] + 1 - 5
    assert [gap["before_frame"] for gap in report["gaps"]] == [i for i, missed in enumerate(side["missed"]) if missed]


def test_record_times_out_and_takes_time_spans(tool):
    tool("create", "src", "4", "--depth", 64)
    tool("record", "src", "a.fits", "--timeout", "200ms", code=3)
    assert sorted(path.name for path in tool.folder.iterdir()) == ["src.im.shm"]
    writer = tool.start("fill", "src", "ramp", "--rate", 100)
    tool.wait_for_frames("src")
    report = tool.json("record", "src", "b.npy", "-t", "1s")
    # a writer that was held up catches up with its rate
    assert 0 < report["frames"] <= 1000 and report["span_s"] < 20
    tool.interrupt(writer)
    tool("record", "src", "b.npy", "-n", 1, code=1)
    tool("record", "src", "c.npy", "-t", "soon", code=2)


def test_record_follows_a_restarted_writer(tool):
    tool("create", "src", "4", "float32", "--depth", 8)
    recorder = tool.start("record", "src", "a.npy", "-n", 6, "--json")
    tool.wait_for_file("a.npy")
    tool("fill", "src", "ramp", "--rate", 50, "--frames", 3)
    tool.wait_until_read("src")
    tool("create", "src", "4", "float32", "--depth", 8)
    tool("fill", "src", "ramp", "--rate", 50, "--frames", 3)
    output, errors = recorder.communicate(timeout=PATIENCE_S)
    assert recorder.returncode == 0, errors
    report = json.loads(output)
    assert report["restarts"] == 1 and report["frames"] == 6
    assert json.loads((tool.folder / "a.npy.json").read_text())["cnt0"] == [1, 2, 3, 1, 2, 3]


@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_full_disk_leaves_a_valid_file(tool, ending):
    with small_disk(tool, megabytes=6) as small:
        tool("create", "src", "128x128", "float32", "--depth", 64)
        writer = tool.start("fill", "src", "ramp", "--rate", 200)
        tool.wait_for_frames("src")
        path = small / f"a.{ending}"
        tool("record", "src", path, code=1)
        assert "full" in tool.errors and "frames" in tool.errors
        tool.interrupt(writer)
        data = np.load(path) if ending == "npy" else fits_data(path)[0]
        counters = (
            json.loads((small / "a.npy.json").read_text())["cnt0"]
            if ending == "npy"
            else fits_data(path)[2]["CNT0"].tolist()
        )
        assert 60 < len(data) == len(counters) < 96
        assert (data[:, 0, 0] + 1 == counters).all() and (data[:, -1, -1] - data[:, 0, 0] == 128 * 128 - 1).all()
