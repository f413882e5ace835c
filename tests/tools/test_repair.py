"""What daoshm repair makes of recordings that were killed, lost power, or were damaged, and of what is none."""

import functools
import json
import os
import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from conftest import WINDOWS
from recordings import ENDINGS, assert_real, contents, killed_recording, load, names, rows_of

pytestmark = pytest.mark.skipif(WINDOWS, reason="signals and limits of POSIX")


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
    tool.record(source, path.name, "-n", 20)
    assert tool.json("repair", path.name)["damaged"] == []
    content = bytearray(path.read_bytes())
    content[(192 if ending == "npy" else 2880) + 7 * 4096 + 100] ^= 4
    path.write_bytes(content)
    assert tool.json("repair", path.name, code=4)["damaged"] == [7]
    tool("replay", path.name, "dst", "--rate", 10000, code=1)
    assert "frame 7" in tool.errors and "damaged" in tool.errors
    tool("set", "dst", path.name, "--frame", 6)
    tool("set", "dst", path.name, "--frame", 7, code=1)
