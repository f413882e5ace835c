"""Recordings that are stopped, killed, or find no more room: what is on the disk are real frames with their times."""

import contextlib
import functools
import json
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from conftest import WINDOWS, small_disk
from timing import PATIENCE_S

pytestmark = pytest.mark.skipif(WINDOWS, reason="signals and limits of POSIX")
ENDINGS = ["fits", "npy"]
SHAPE = (32, 32)


def load(path):
    """The frames of a complete recording, and its table as a dictionary of columns."""
    if path.suffix == ".npy":
        return np.load(path), json.loads(Path(f"{path}.json").read_text())
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # astropy warns of files that are cut or go on
        with fits.open(path, uint=True, memmap=False) as file:
            file.verify("exception")
            table = file["FRAMES"].data
            assert len(file) == 2
            return file[0].data, {name.lower(): table[name].tolist() for name in table.names}


def assert_real(path, at_least=1):
    """Every frame is the one that its counter names, with its checksum and time; returns how many there are."""
    data, table = load(path)
    counters = table["cnt0"]
    assert len(data) == len(counters) == len(table["atime_ns"]) >= at_least
    expected = np.asarray(counters)[:, None] - 1 + np.arange(data[0].size)[None, :]
    assert (data.reshape(len(data), -1) == expected.astype(data.dtype)).all()
    assert (np.diff(counters) == np.asarray(table["missed"][1:]) + 1).all()
    assert (np.diff(table["atime_ns"]) > 0).all() and abs(table["atime_ns"][0] / 1e9 - time.time()) < 600
    little = data.dtype.newbyteorder("<")
    assert [zlib.crc32(frame.astype(little).tobytes()) for frame in data] == table["crc32"]
    return len(data)


def names(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".im.shm"))


def files_of(ending, name="r"):
    return [f"{name}.fits"] if ending == "fits" else [f"{name}.npy", f"{name}.npy.json"]


@pytest.fixture
def source(tool):
    """A segment that a writer publishes 500 frames a second in."""
    tool("create", "src", "32x32", "int32", "--depth", 256)
    tool("keyword", "src", "EXPTIME", 0.5)
    writer = tool.start("fill", "src", "ramp", "--rate", 500)
    tool.wait_for_frames("src")
    yield "src"
    tool.interrupt(writer)


def wait_for_size(path, size_bytes):
    deadline = time.monotonic() + 60
    while not path.exists() or path.stat().st_size < size_bytes:
        assert time.monotonic() < deadline, f"{path} does not reach {size_bytes} bytes within 60 s"
        time.sleep(0.02)


def rows_of(path):
    """How many rows the journal has by now."""
    journal = Path(f"{path}.journal").read_bytes()
    if len(journal) < 16:
        return 0, 0
    start = 16 + struct.unpack_from("<I", journal, 8)[0]
    rows = [journal[at : at + 48] for at in range(start, len(journal) - 47, 48)]
    return sum(zlib.crc32(row[:44]) == struct.unpack_from("<I", row, 44)[0] for row in rows), start


def wait_for_rows(path, count):
    deadline = time.monotonic() + 60
    while not Path(f"{path}.journal").exists() or rows_of(path)[0] < count:
        assert time.monotonic() < deadline, f"fewer than {count} frames within 60 s"
        time.sleep(0.02)


def told_frames(path):
    """How many frames the header of a recording tells of: those that have reached the disk."""
    return int(re.search(rb"NAXIS3  = +(\d+)|\((\d+),", path.read_bytes()[:2880])[0].strip(b"(,").split()[-1])


def killed_recording(tool, ending, frames=100, told=0):
    path = tool.folder / f"r.{ending}"
    recorder = tool.start("record", "src", path.name)
    wait_for_rows(path, frames)
    deadline = time.monotonic() + 60
    while told_frames(path) < told:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    recorder.kill()
    recorder.communicate()
    return path


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("number", ["INT", "TERM", "HUP", "QUIT", "XCPU", "USR1", "USR2"])
def test_signals_end_a_recording_whole(tool, source, ending, number):
    path = tool.folder / f"r.{ending}"
    recorder = tool.start("record", source, path.name, "--json")
    wait_for_rows(path, 50)
    recorder.send_signal(signal.Signals[f"SIG{number}"])
    output, errors = recorder.communicate(timeout=PATIENCE_S)
    report = json.loads(output)
    assert recorder.returncode in (0, 4) and report["end"] == "interrupted", errors
    assert assert_real(path, 50) == report["frames"]
    assert names(tool.folder) == files_of(ending)


def test_nohup_keeps_a_recording_going(tool, source):
    command = tool.command_line("record", source, "r.npy", "-n", 200)
    recorder = subprocess.Popen(
        command, cwd=tool.folder, env=tool.environment, stdout=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    tool.running.append(recorder)
    wait_for_rows(tool.folder / "r.npy", 1)
    recorder.send_signal(signal.SIGHUP)
    assert recorder.wait(timeout=60) in (0, 4)
    assert assert_real(tool.folder / "r.npy") == 200


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_killed_recorder_leaves_real_frames_only(tool, source, ending):
    path = tool.folder / f"r.{ending}"
    recorder = tool.start("record", source, path.name)
    wait_for_rows(path, 1500)  # long enough for the disk to have some
    recorder.kill()
    recorder.communicate()
    rows = rows_of(path)[0]
    # Before the repair: what the header tells of is real, for readers that know nothing of the journal too.
    if ending == "npy":
        data = np.load(path)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with fits.open(path, memmap=False) as file:
                data = file[0].data.copy()
    assert 100 < len(data) <= rows
    starts = data.reshape(len(data), -1)[:, 0]
    assert (data.reshape(len(data), -1) == starts[:, None] + np.arange(32 * 32)[None, :]).all()
    assert tool.json("replay", path.name, "before", "--rate", 100000)["frames"] == len(data)
    assert "repair" in tool.errors
    # The repair brings back all, with their times.
    result = tool.json("repair", path.name)
    assert result["repaired"] and result["frames"] == rows and result["lost"] == 0
    assert assert_real(path) == rows
    assert names(tool.folder) == files_of(ending)
    again = tool.json("repair", path.name)
    assert not again["repaired"] and again["frames"] == rows and again["damaged"] == []
    if ending == "fits":
        assert fits.getheader(path)["EXPTIME"] == 0.5
    assert tool.json("replay", path.name, "after", "--rate", 100000)["frames"] == rows
    assert tool.json("keyword", "after")[0]["name"] == "EXPTIME"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_killed_recording_is_not_overwritten_unless_forced(tool, source, ending):
    path = killed_recording(tool, ending)
    tool("record", source, path.name, "-n", 1, code=1)
    assert "repair" in tool.errors
    path.unlink()
    tool("record", source, path.name, "-n", 1, code=1)  # its journal is still there
    assert "repair" in tool.errors
    tool("record", source, path.name, "-n", 5, "--force")
    assert assert_real(path) == 5
    assert names(tool.folder) == files_of(ending)


def test_a_recording_under_way_cannot_be_repaired_nor_replaced(tool, source):
    path = tool.folder / "r.fits"
    recorder = tool.start("record", source, path.name, "--json")
    wait_for_rows(path, 10)
    tool("repair", path.name, code=1)
    assert "another process is writing it" in tool.errors
    tool("record", source, path.name, "-n", 1, "--force", code=1)
    assert "another process is writing it" in tool.errors
    tool("save", source, path.name, "--force", code=1)
    assert "being recorded" in tool.errors
    _, output, _ = tool.interrupt(recorder)
    assert assert_real(path) == json.loads(output)["frames"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_the_power_cut_took_is_cut_out(tool, source, ending):
    """Rows and frames that did not reach the disk: as zeros, as garbage, and as a file that is too short."""
    path = killed_recording(tool, ending, frames=300, told=260)
    rows, start = rows_of(path)
    frame_bytes = 32 * 32 * 4
    first = {"npy": 192, "fits": 2880}[ending]
    content = bytearray(path.read_bytes())
    for frame in (0, 17, 18):
        content[first + frame * frame_bytes : first + (frame + 1) * frame_bytes] = bytes(frame_bytes)
    content[first + 40 * frame_bytes + 5] ^= 1
    path.write_bytes(content[: first + 250 * frame_bytes + 10])  # 250 and the following are gone
    journal = bytearray(Path(f"{path}.journal").read_bytes())
    journal[start + 100 * 48 : start + 101 * 48] = bytes(48)
    journal[start + 110 * 48 + 9] ^= 0x80
    Path(f"{path}.journal").write_bytes(journal)
    tool("repair", path.name, code=1)
    assert "frame 40 " in tool.errors and "--force" in tool.errors, "garbage that may be a user's work"
    result = tool.json("repair", path.name, "--force", code=4)
    kept = [i for i in range(250) if i not in (0, 17, 18, 40, 100, 110)]
    assert result["frames"] == len(kept) and result["lost"] == rows - len(kept)
    assert assert_real(path) == len(kept)
    counters = load(path)[1]["cnt0"]
    assert [cnt0 - counters[0] + 1 for cnt0 in counters] == kept


def test_a_repair_that_is_killed_can_be_repeated(tool, source):
    """Frames that were moved already, with their rows at both places, come once."""
    path = killed_recording(tool, "npy", frames=50)
    rows, start = rows_of(path)
    content, journal = bytearray(path.read_bytes()), bytearray(Path(f"{path}.journal").read_bytes())
    frame_bytes = 4096

    def move(source_place, to):
        journal[start + to * 48 : start + (to + 1) * 48] = journal[
            start + source_place * 48 : start + (source_place + 1) * 48
        ]
        content[192 + to * frame_bytes : 192 + (to + 1) * frame_bytes] = content[
            192 + source_place * frame_bytes : 192 + (source_place + 1) * frame_bytes
        ]

    for place in range(5, 20):  # frame 5 is lost, and 6 to 20 have moved
        move(place + 1, place)
    # 21 has moved without its row
    content[192 + 20 * frame_bytes : 192 + 21 * frame_bytes] = content[192 + 21 * frame_bytes : 192 + 22 * frame_bytes]
    path.write_bytes(content)
    Path(f"{path}.journal").write_bytes(journal)
    result = tool.json("repair", path.name, code=4)
    assert result["frames"] == rows - 1 and result["lost"] == 1
    counters = load(path)[1]["cnt0"]
    assert [cnt0 - counters[0] for cnt0 in counters] == [i for i in range(rows) if i != 5]
    assert_real(path)


def test_a_killed_recording_over_4_gib_is_repaired(tool, source):
    """Of frames that are holes on the disk, apart from those around each power of two of bytes, and the last."""
    rows, frame_bytes = 4 * 1024 + 8, 1 << 20
    killed_recording(tool, "fits").unlink()  # only for the journal's form
    path = tool.folder / "r.fits"
    journal = Path(f"{path}.journal").read_bytes()
    header = json.loads(journal[16 : 16 + struct.unpack_from("<I", journal, 8)[0]])
    text = json.dumps({**header, "type": "uint8", "frame_shape": [1024, 1024]}).encode()
    marked = {0, 1, 2047, 2048, 4095, 4096, rows - 1}
    zeros = zlib.crc32(bytes(frame_bytes))
    with path.open("wb") as file, Path(f"{path}.journal").open("wb") as journal_file:
        journal_file.write(b"daoJrnl1" + struct.pack("<II", len(text), zlib.crc32(text)) + text)
        for i in range(rows):
            frame = struct.pack("<Q", i + 1) * (frame_bytes // 8) if i in marked else None
            row = struct.pack("<QQQqQI", i, i + 1, 7, i, 0, zlib.crc32(frame) if frame else zeros)
            journal_file.write(row + struct.pack("<I", zlib.crc32(row)))
            if frame:
                file.seek(2880 + i * frame_bytes)
                file.write(frame)
        file.truncate(2880 + (rows + 5) * frame_bytes)  # reserved ahead
    assert tool.json("repair", path.name, timeout=600)["frames"] == rows
    with fits.open(path, memmap=True) as file:
        file.verify("exception")
        assert file[0].data.shape == (rows, 1024, 1024) and file["FRAMES"].data["CNT0"].tolist() == [
            *range(1, rows + 1)
        ]
    for frame in (*sorted(marked), 3000):
        tool("set", "new", path.name, "--create", "--frame", frame)
        tool("save", "new", "back.npy", "--force")
        expected = np.full(frame_bytes // 8, frame + 1 if frame in marked else 0, "<u8")
        assert (np.load(tool.folder / "back.npy").reshape(-1).view("<u8") == expected).all(), frame


def header_of_none(path):
    """What the header says before the first frame."""
    if path.suffix == ".npy":
        header = re.sub(rb"\(\d+,", b"(0,", path.read_bytes()[:191])
        return header.ljust(191) + b"\n"
    return re.sub(rb"NAXIS3  = +\d+", b"NAXIS3  =" + b"0".rjust(21), path.read_bytes()[:2880])


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_of_which_nothing_is_left_is_removed(tool, source, ending):
    path = killed_recording(tool, ending)
    path.write_bytes(header_of_none(path) + bytes(5 * 4096))  # a power cut within the first second
    assert tool.json("repair", path.name, code=4)["files"] == []
    assert names(tool.folder) == []


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_journal_is_kept_while_something_without_frames_has_the_name(tool, source, ending, force):
    """The recording was moved away, and is repaired when it is back."""
    path = killed_recording(tool, ending, told=10)
    rows, kept = rows_of(path)[0], tool.folder / "kept"
    path.rename(kept)
    head = kept.read_bytes()
    first = {"npy": 192, "fits": 2880}[ending]
    for content in b"", head[:100], head[:first], head[:first] + bytes(9 * 4096), bytes(len(head)), bytes(100):
        path.write_bytes(content)
        before = contents(tool.folder)
        tool("repair", path.name, *force, code=1)
        assert "journal" in tool.errors and contents(tool.folder) == before
    path.unlink()
    os.mkfifo(path)
    tool("repair", path.name, *force, code=1)
    assert "pipe" in tool.errors and path.is_fifo()
    path.unlink()
    kept.rename(path)
    assert tool.json("repair", path.name)["frames"] == rows


def contents(folder):
    """But for the file of the records, which has nothing before the end."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix not in (".shm", ".part")}


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["", "force"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_another_file_of_that_name_is_not_repaired_away(tool, source, ending, force):
    """Of other programs: of another shape and type, of the same, longer, shorter, no image at all."""
    path = killed_recording(tool, ending)
    data = np.arange(4 * 32 * 32, dtype="float32").reshape(4, 32, 32)
    strangers = [data.astype("int16"), data[:, :, :31], data[0], data]

    def save(array):
        fits.writeto(path, array, overwrite=True) if ending == "fits" else np.save(path, array)

    for write in (*(functools.partial(save, array) for array in strangers), lambda: path.write_text("a text\n" * 999)):
        write()
        before = contents(tool.folder)
        tool("repair", path.name, *force, code=1)
        assert "journal" in tool.errors and "remove" in tool.errors and contents(tool.folder) == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_that_was_worked_on_is_not_repaired_away(tool, source, ending):
    path = killed_recording(tool, ending, told=10)
    start = 192 if ending == "npy" else 2880
    content = bytearray(path.read_bytes())
    for at in range(start + 64, len(content), 4096):  # a little of every frame
        content[at] ^= 0x55
    path.write_bytes(content)
    before = contents(tool.folder)
    tool("repair", path.name, code=1)
    assert "frame 0 " in tool.errors and contents(tool.folder) == before
    tool("repair", path.name, "--force", code=1)
    assert "not one frame" in tool.errors
    assert path.read_bytes() == before[path.name]


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


def test_repair_tells_what_it_cannot(tool, source):
    tool("repair", "none.fits", code=1)
    tool("repair", "none.jpg", code=2)
    tool("save", source, "a.npy")
    tool("repair", "a.npy", code=1)
    assert "journal" in tool.errors
    path = killed_recording(tool, "fits")
    for damaged in (b"", b"short", b"x" * 100, b"daoJrnl1" + b"\xff" * 8, b"daoJrnl1" + bytes(8)):
        Path(f"{path}.journal").write_bytes(damaged)
        tool("repair", path.name, code=1)
        assert "journal" in tool.errors


@pytest.mark.parametrize("ending", ENDINGS)
def test_checks_complete_recordings(tool, source, ending):
    path = tool.folder / f"r.{ending}"
    tool("record", source, path.name, "-n", 20)
    assert tool.json("repair", path.name)["damaged"] == []
    content = bytearray(path.read_bytes())
    content[(192 if ending == "npy" else 2880) + 7 * 4096 + 100] ^= 4
    path.write_bytes(content)
    assert tool.json("repair", path.name, code=4)["damaged"] == [7]
    tool("replay", path.name, "dst", "--rate", 10000, code=1)
    assert "frame 7" in tool.errors and "damaged" in tool.errors
    tool("set", "dst", path.name, "--frame", 6)
    tool("set", "dst", path.name, "--frame", 7, code=1)


def with_limit(limit_bytes, ignored):
    def prepare():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN if ignored else signal.SIG_DFL)

    return prepare


def run_limited(tool, *arguments, limit_bytes, ignored=False):
    return subprocess.run(
        tool.command_line(*arguments), cwd=tool.folder, env=tool.environment, capture_output=True, encoding="utf-8",
        timeout=120, check=False, preexec_fn=with_limit(limit_bytes, ignored),
    )  # fmt: skip


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("limit_kib", [0, 1, 3, 7, 15, 20, 1024])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_size_limit_ends_a_recording_whole(tool, source, ending, limit_kib, ignored):
    done = run_limited(tool, "record", source, f"r.{ending}", limit_bytes=limit_kib * 1024, ignored=ignored)
    assert done.returncode == 1 and "ulimit" in done.stderr, (done.returncode, done.stderr)
    least = (limit_kib * 1024 - 8 * 2880) // 4096 - 3 if limit_kib == 1024 else 0
    if names(tool.folder):
        assert names(tool.folder) == files_of(ending)
        assert assert_real(tool.folder / f"r.{ending}") >= max(least, 1)
    else:
        assert least == 0


@pytest.mark.parametrize("limit_kib", [0, 1, 3, 4])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_forced_recording_without_room_leaves_the_older_one(tool, source, ending, limit_kib):
    tool("record", source, f"r.{ending}", "-n", 3)
    older = {name: (tool.folder / name).read_bytes() for name in files_of(ending)}
    done = run_limited(tool, "record", source, f"r.{ending}", "--force", limit_bytes=limit_kib * 1024, ignored=True)
    assert done.returncode == 1 and "ulimit" in done.stderr, (done.returncode, done.stderr)
    assert {name: (tool.folder / name).read_bytes() for name in names(tool.folder)} == older


@pytest.mark.skipif(WINDOWS, reason="a file that is open elsewhere cannot be replaced there")
@pytest.mark.parametrize("ending", ENDINGS)
def test_who_may_only_read_an_older_recording_does_not_keep_it_from_being_replaced(tool, source, ending):
    import fcntl

    tool("record", source, f"r.{ending}", "-n", 3)
    with contextlib.ExitStack() as held:
        for name in files_of(ending):
            fcntl.flock(held.enter_context(open(tool.folder / name, "rb")), fcntl.LOCK_EX)
        tool("record", source, f"r.{ending}", "-n", 2, "--force")
    assert names(tool.folder) == files_of(ending) and assert_real(tool.folder / f"r.{ending}") == 2


def test_the_limit_of_the_second_file_counts_too(tool):
    """Frames of one byte: the sidecar file and the journal are longer than the recording."""
    tool("create", "src", "1", "uint8", "--depth", 512)
    writer = tool.start("fill", "src", "ramp", "--rate", 1000)
    tool.wait_for_frames("src")
    for ending in ENDINGS:
        done = run_limited(tool, "record", "src", f"r.{ending}", limit_bytes=20000)
        assert done.returncode == 1 and "ulimit" in done.stderr
        data, table = load(tool.folder / f"r.{ending}")
        assert len(data) > 50 and (data[:, 0] == (np.asarray(table["cnt0"]) - 1) % 256).all()
    assert names(tool.folder) == sorted(files_of("fits") + files_of("npy"))
    tool.interrupt(writer)


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_save_that_fails_leaves_nothing_and_the_old_file(tool, source, ending, ignored):
    for limit_bytes in (0, 100, 4000):
        done = run_limited(tool, "save", source, f"s.{ending}", limit_bytes=limit_bytes, ignored=ignored)
        assert done.returncode == 1 and "ulimit" in done.stderr
        assert names(tool.folder) == []
    tool("save", source, f"s.{ending}")
    before = (tool.folder / f"s.{ending}").read_bytes()
    done = run_limited(tool, "save", source, f"s.{ending}", "--force", limit_bytes=4000, ignored=ignored)
    assert done.returncode == 1
    assert names(tool.folder) == [f"s.{ending}"] and (tool.folder / f"s.{ending}").read_bytes() == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_save_touches_no_other_file(tool, source, ending):
    others = {name: name.encode() for name in (f"s.{ending}.part", f"s.{ending}.part2")}
    for name, content in others.items():
        (tool.folder / name).write_bytes(content)
    tool("save", source, f"s.{ending}")
    tool("save", source, f"s.{ending}", "--force")
    assert names(tool.folder) == [f"s.{ending}", *sorted(others)]
    assert all((tool.folder / name).read_bytes() == content for name, content in others.items())


@pytest.mark.parametrize("name", ["r.npy", "r.npy.json", "r.npy.json.part", "r.npy.journal", "r.fits.journal"])
def test_a_recording_touches_no_other_file_unless_forced(tool, source, name):
    (tool.folder / name).write_bytes(b"mine")
    recording = "r.fits" if "fits" in name else "r.npy"
    tool("record", source, recording, "-n", 3, code=1)
    assert "--force" in tool.errors and (tool.folder / name).read_bytes() == b"mine"
    assert names(tool.folder) == [name]
    tool("record", source, recording, "-n", 3, "--force", code=None)
    assert assert_real(tool.folder / recording) == 3


@pytest.mark.parametrize("ignored", [False, True])
def test_a_segment_over_the_limit_leaves_nothing(tool, ignored):
    np.save(tool.folder / "a.npy", np.zeros((512, 512)))
    np.save(tool.folder / "b.npy", np.zeros((4, 512, 512)))
    commands = [
        ("create", "big", "512x512"), ("set", "big", "a.npy", "--create"), ("replay", "b.npy", "big", "--rate", 10),
    ]  # fmt: skip
    for command in commands:
        done = run_limited(tool, *command, limit_bytes=100_000, ignored=ignored)
        assert done.returncode == 1 and "big" in done.stderr, (done.returncode, done.stderr)
        assert sorted(path.name for path in tool.folder.iterdir()) == ["a.npy", "b.npy"]


@pytest.mark.parametrize("command", ["-n", "-t", "SIGINT", "timeout", "removed"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_without_a_frame_leaves_no_file_and_the_old_one(tool, ending, command):
    tool("create", "src", "4", "--depth", 4)
    for old in (None, b"an old file"):
        if old:
            (tool.folder / f"r.{ending}").write_bytes(old)
        before = names(tool.folder)
        recorder = tool.start("record", "src", f"r.{ending}", "--json", "--force",
                              *(["--timeout", "500ms"] if command in ("-n", "timeout") else []))  # fmt: skip
        wait_for_size(tool.folder / f"r.{ending}.journal", 20)
        if command == "removed":
            tool("rm", "src", "--force")
        elif command in ("SIGINT", "-t"):
            recorder.send_signal(signal.SIGINT)
        output, errors = recorder.communicate(timeout=PATIENCE_S)
        expected = {"SIGINT": 0, "-t": 0, "removed": 1}.get(command, 3)
        assert recorder.returncode == expected, errors
        assert json.loads(output)["frames"] == 0 and json.loads(output)["files"] == []
        assert names(tool.folder) == before
        if old:
            assert (tool.folder / f"r.{ending}").read_bytes() == old
        if command == "removed":
            tool("create", "src", "4", "--depth", 4)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_that_is_moved_goes_on_and_says_so(tool, source, ending):
    recorder = tool.start("record", source, f"r.{ending}")
    wait_for_rows(tool.folder / f"r.{ending}", 100)
    (tool.folder / f"r.{ending}").rename(tool.folder / f"moved.{ending}")
    wait_for_rows(tool.folder / f"r.{ending}", 300)
    code, _, errors = tool.interrupt(recorder)
    assert code == 1 and f"r.{ending}" in errors and "moved" in errors, errors
    if ending == "npy":
        (tool.folder / "r.npy.json").rename(tool.folder / "moved.npy.json")
    assert names(tool.folder) == files_of(ending, "moved") and assert_real(tool.folder / f"moved.{ending}") >= 300


@pytest.mark.parametrize("again", [False, True], ids=["removed", "replaced"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_recording_whose_file_is_removed_ends_soon_and_leaves_nothing(tool, source, ending, again):
    recorder = tool.start("record", source, f"r.{ending}")
    wait_for_rows(tool.folder / f"r.{ending}", 100)
    (tool.folder / f"r.{ending}").unlink()
    if again:
        (tool.folder / f"r.{ending}").write_text("another file")
    _, errors = recorder.communicate(timeout=60)
    assert recorder.returncode == 1 and "removed while it was recorded" in errors, errors
    assert names(tool.folder) == ([f"r.{ending}"] if again else [])
    assert not again or (tool.folder / f"r.{ending}").read_text() == "another file"


@pytest.mark.skipif("asan" in os.environ["DAOSHM"], reason="the sanitizer needs terabytes of addresses")
@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_memory_is_allowed_the_frames_stay(tool, ending):
    """From too little for two frames to enough for some, but never for the buffer that is asked for."""
    tool("create", "src", "1024x2048", "float32", "--depth", 4)
    writer = tool.start("fill", "src", 7, "--rate", 20)
    tool.wait_for_frames("src")
    ends = set()
    for limit_mib in range(40, 640, 40):
        done = subprocess.run(
            tool.command_line("record", "src", f"r.{ending}", "-n", 4, "--buffer", 4096), cwd=tool.folder,
            env=tool.environment, capture_output=True, encoding="utf-8", timeout=120, check=False,
            preexec_fn=functools.partial(resource.setrlimit, resource.RLIMIT_AS, (limit_mib << 20, limit_mib << 20)),
        )  # fmt: skip
        if "shared librar" in done.stderr or done.returncode < 0:  # the system could not even start it
            continue
        ends.add(done.returncode)
        if done.returncode == 1:
            assert re.search("memory|thread|mapp", done.stderr), (limit_mib, done.stderr)
            if names(tool.folder):  # the frames until then
                assert names(tool.folder) == files_of(ending)
        else:
            assert done.returncode in (0, 4) and len(load(tool.folder / f"r.{ending}")[0]) == 4, done.stderr
        for name in names(tool.folder):
            (tool.folder / name).unlink()
    assert 1 in ends and ends & {0, 4}, ends
    tool.interrupt(writer)


FILLER = """
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
print("ready", flush=True)
sys.stdin.readline()
step = 1 << 20
while True:
    try:
        os.write(file, bytes(step))
    except OSError:
        step = max(step // 2, 512)
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_disk_that_another_process_fills_costs_nothing_recorded(tool, source, ending):
    """The filler takes each byte that becomes free, so that the end finds only what was reserved."""
    with small_disk(tool, megabytes=20) as small:
        path = small / f"r.{ending}"
        recorder = tool.start("record", source, path, "--json")
        filler = subprocess.Popen(
            [sys.executable, "-c", FILLER, small / "filler"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        tool.running.append(filler)
        assert filler.stdout.readline() == "ready\n"
        wait_for_rows(path, 300)
        filler.stdin.write("go\n")
        filler.stdin.flush()
        output, errors = recorder.communicate(timeout=120)
        assert recorder.returncode == 1 and "full" in errors, errors
        assert assert_real(path, 300) == json.loads(output)["frames"]
        assert names(small) == sorted([*files_of(ending), "filler"])
        filler.kill()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_nothing_half_made(tool, source, ending):
    np.save(tool.folder / "a.npy", np.zeros((512, 512)))
    with small_disk(tool, megabytes=1) as small:
        (small / "filler").write_bytes(bytes((1 << 20) - 4096))
        for command in (
            ("save", source, small / f"s.{ending}"),
            ("record", source, small / f"r.{ending}"),
            ("create", small / "c.im.shm", "512x512"),
            ("set", small / "c.im.shm", "a.npy", "--create"),
        ):
            tool(*command, code=1)
            assert "full" in tool.errors or "space" in tool.errors.lower(), (command, tool.errors)
            assert names(small) == ["filler"] and not list(small.glob("*.shm*")), command


SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
static int calls;
/* The call of that number, and with a minus all from it on, fail. */
static int fails(void)
{
    const int chosen = atoi(getenv("FAIL_AT"));
    const int call = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    errno = EIO;
    return chosen < 0 ? call >= -chosen : call == chosen;
}
#define SHIM(result, name, parameters, arguments) \
    result name parameters { return fails() ? -1 : ((result(*) parameters)dlsym(RTLD_NEXT, #name)) arguments; }
SHIM(ssize_t, pwrite, (int file, const void *data, size_t size, off_t at), (file, data, size, at))
SHIM(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t at), (file, data, size, at))
SHIM(int, fdatasync, (int file), (file))
SHIM(int, fsync, (int file), (file))
SHIM(int, ftruncate, (int file, off_t size), (file, size))
SHIM(int, ftruncate64, (int file, off64_t size), (file, size))
SHIM(int, rename, (const char *from, const char *to), (from, to))
int posix_fallocate(int file, off_t at, off_t size)
{ return fails() ? EIO : ((int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate"))(file, at, size); }
int posix_fallocate64(int file, off64_t at, off64_t size)
{ return fails() ? EIO : ((int (*)(int, off64_t, off64_t))dlsym(RTLD_NEXT, "posix_fallocate64"))(file, at, size); }
"""


@pytest.mark.skipif("asan" in os.environ["DAOSHM"], reason="the sanitizer must be the first library")
@pytest.mark.skipif(shutil.which("cc") is None, reason="no compiler for the library that fails calls")
@pytest.mark.parametrize("for_ever", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_call_fails_the_frames_stay(tool, source, ending, for_ever):
    """Each of the first calls that change files fails in turn, with an error of the disk."""
    (tool.folder / "shim.c").write_text(SHIM)
    shim = tool.folder / "shim.so"
    if subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, tool.folder / "shim.c"], check=False).returncode:
        pytest.skip("no C compiler")
    # What is made when there was no failure, and what each of those calls leaves when it fails.
    for number in range(1, 60):
        folder = tool.folder / f"n{number}"
        folder.mkdir()
        path = folder / f"r.{ending}"
        environment = {"LD_PRELOAD": str(shim), "FAIL_AT": str(-number if for_ever else number)}
        output = tool("record", source, path, "-n", 12, "--json", code=None, **environment)
        left = names(folder)
        if any(name.endswith(".journal") for name in left):  # the end could not be written
            assert "repair" in tool.errors
            tool("repair", path, code=None)
            left = names(folder)
        if left:
            frames = assert_real(path)
            assert left == files_of(ending) and (not output or frames >= json.loads(output)["frames"])
        if not for_ever and not tool.errors:
            assert left == files_of(ending) and len(load(path)[0]) == 12
