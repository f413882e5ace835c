"""What the tests know of recordings: the frames in them, the files of them, and how far they are."""

import json
import re
import struct
import time
import warnings
import zlib
from pathlib import Path

import numpy as np
from astropy.io import fits

ENDINGS = ["fits", "npy"]


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


def contents(folder):
    """But for the file of the records, which has nothing before the end."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix not in (".shm", ".part")}


def files_of(ending, name="r"):
    return [f"{name}.fits"] if ending == "fits" else [f"{name}.npy", f"{name}.npy.json"]


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
