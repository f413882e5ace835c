"""Files as other programs write them, and what set and replay make of them."""

import numpy as np
from astropy.io import fits

rng = np.random.default_rng(5)


def values(shape, atype):
    """Any bytes, but no NaN, which does not equal itself."""
    count = int(np.prod(shape)) if shape else 1
    data = np.frombuffer(rng.bytes(count * np.dtype(atype).itemsize), atype).reshape(shape)
    return np.nan_to_num(data) if data.dtype.kind in "fc" else data


def taken(tool, file, *options, name="s"):
    """What a segment created from the file holds; the segment is removed."""
    tool("set", name, file, "--create", *options)
    errors = tool.errors
    tool("save", name, "taken.npy", "--force")
    tool("rm", name)
    tool.errors = errors
    return np.load(tool.folder / "taken.npy")


def refused(tool, file, *words, code=1):
    """Neither set nor replay takes it, and nothing is left behind."""
    before = sorted(path.name for path in tool.folder.iterdir())
    for command in (("set", "new", file, "--create"), ("replay", file, "new", "--rate", 10)):
        tool(*command, code=code)
        for word in words:
            assert word in tool.errors, tool.errors
        assert "what():" not in tool.errors and "stoull" not in tool.errors
        assert sorted(path.name for path in tool.folder.iterdir()) == before


def write(tool, name, data, header=None, **options):
    path = tool.folder / name
    hdu = fits.PrimaryHDU(data, fits.Header(header or {}), **options)
    hdu.writeto(path, overwrite=True)
    return path


def stored(tool, name, data, cards):
    """A file with exactly these stored numbers and cards."""
    bitpix = {"u1": 8, "i2": 16, "i4": 32, "i8": 64, "f4": -32, "f8": -64}[data.dtype.str[1:]]
    lines = ["SIMPLE  =                    T", f"BITPIX  = {bitpix:>20}", f"NAXIS   = {data.ndim:>20}"]
    lines += [f"NAXIS{i + 1:<3}= {size:>20}" for i, size in enumerate(data.shape[::-1])]
    lines += [*cards, "END"]
    header = "".join(f"{line:<80}" for line in lines)
    content = header.ljust(-(-len(header) // 2880) * 2880).encode()
    body = data.astype(data.dtype.newbyteorder(">")).tobytes()
    (tool.folder / name).write_bytes(content + body.ljust(-(-len(body) // 2880) * 2880, b"\0"))
    return name


def fits_header(*cards):
    text = "".join(f"{key:8}= {value:>20}".ljust(80) for key, value in cards) + "END"
    return text.ljust(-(-len(text) // 2880) * 2880).encode()


def equal(found, expected):
    return found.shape == np.shape(expected) and np.array_equal(found, expected, equal_nan=found.dtype.kind == "f")


SECOND = 10**9
HOUR = 3600 * SECOND
NOW = 1_790_000_000 * SECOND


def recording_with(tool, times, missed=None, name="t.fits"):
    count = len(times)
    columns = {"CNT0": np.arange(1, count + 1), "CNT2": np.zeros(count), "ATIME_NS": np.array(times, "i8"),
               "MISSED": np.array(missed or [0] * count)}  # fmt: skip
    table = fits.BinTableHDU.from_columns(
        [fits.Column(title, "K", array=column) for title, column in columns.items()], name="FRAMES"
    )
    fits.HDUList([fits.PrimaryHDU(np.zeros((count, 2, 2), "int16")), table]).writeto(tool.folder / name, overwrite=True)
    return name


def steady(count, start=NOW, period=10**7):
    return [start + i * period for i in range(count)]
