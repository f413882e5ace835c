"""Files that other programs wrote, or changed: what set and replay make of them."""

import gzip
import io
import itertools
import json
import os
import shutil
import struct
import subprocess
import time
import warnings
import zlib

import numpy as np
import pytest
from astropy.io import fits
from conftest import TYPES, WINDOWS
from timing import PATIENCE_S, Lateness

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


def npy(tool, header, data=b"", version=(1, 0), name="h.npy"):
    """A file with a header of our own."""
    header = header.encode("latin1") if version < (3, 0) else header.encode()
    length = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    (tool.folder / name).write_bytes(b"\x93NUMPY" + bytes(version) + length + header + data)
    return name


# ------------------------------------------------------------------------------------------------------------ .npy


@pytest.mark.parametrize("atype", TYPES)
def test_npy_of_every_order_and_version_is_read(tool, atype):
    # A version is about the header's length and letters, whatever the type: each order and shape meets each version, in
    # turn from type to type.
    orders = itertools.product(("<", ">"), ("C", "F"), ((), (5,), (3, 4), (2, 3, 4)))
    for number, (byte_order, order, shape) in enumerate(orders):
        version = (1 + (number + TYPES.index(atype)) % 3, 0)
        data = values(shape, atype)
        with (tool.folder / "a.npy").open("wb") as file:
            stored = np.asarray(data.astype(np.dtype(atype).newbyteorder(byte_order)), order=order)
            np.lib.format.write_array(file, stored, version=version)
        back = taken(tool, "a.npy", name=f"s{number}")
        assert back.dtype == atype and back.tobytes() == data.tobytes() and back.shape == (shape or (1,))


def test_a_fortran_cube_is_replayed_frame_by_frame(tool):
    cube = values((5, 3, 4), "uint16")
    np.save(tool.folder / "f.npy", np.asfortranarray(cube))
    tool("create", "dst", "3x4", "uint16", "--depth", 16)
    recorder = tool.start("record", "dst", "out.npy", "-n", 5)
    tool.wait_for_file("out.npy")
    tool("replay", "f.npy", "dst", "--rate", 1000)
    recorder.communicate(timeout=PATIENCE_S)
    assert (np.load(tool.folder / "out.npy") == cube).all()
    for frame in (0, 4):
        tool("set", "dst", "f.npy", "--frame", frame)
        tool("save", "dst", "one.npy", "--force")
        assert (np.load(tool.folder / "one.npy") == cube[frame]).all()


HEADERS = [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
    '{"descr": "<f4", "fortran_order": False, "shape": (2, 3)}',
    "{'shape': (2, 3,), 'descr': '<f4', 'fortran_order': False}",
    "{'descr': 'float32', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': 'f', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': 'single', 'fortran_order': False, 'shape': (0x2, 0b11)}",
    "{'descr': u'<f4', 'fortran_order': False, 'shape': (2L, 3L)}",
    " {\n 'descr'\t:'<f4' ,'fortran_order':False,\r\n'shape':( 2 ,3 ) }  # a comment\n",
    "{'descr': '<' 'f4', 'fortran_order': False, 'shape': ((2), +3)}",
    "{'descr': '|u1', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2," + " " * 9000 + "3)}",
    r"{r'descr': R'<f4', '\146ortran_order': False, '\x73hap\u0065': (2, 3)}",
]


@pytest.mark.parametrize("header", HEADERS)
def test_npy_headers_that_numpy_reads_are_read(tool, header):
    data = np.arange(6, dtype="<f4").reshape(2, 3)
    npy(tool, header, data.tobytes() + b"more")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Python 2
        assert (np.load(tool.folder / "h.npy") == data).all()
    assert (taken(tool, "h.npy") == data).all()


BAD_HEADERS = [
    ("", "header"),
    ("{", "header"),
    ("{}", "descr"),
    ("()", "dictionary"),
    ("'descr fortran_order shape'", "dictionary"),
    ("{'descr': '<f4', 'fortran_order': False}", "shape"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}", "key"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}", "fortran_order"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3]}", "shape"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': 6}", "shape"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)}", "shape"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)}", "fraction"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3) + (1,)}", "header"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} extra", "header"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3}", "header"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}", "header"),
    ("{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3)}", "header"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os')}", "__import__"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 3)}", "64 bits"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "shape"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551615,)}", "shape"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 300)}", "bytes of data"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (5000000000, 1)}", "bytes of data"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3)}", "expected"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 2, 2, 2)}", "axes"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': " + "(" * 100000 + ")" * 100000 + "}", "levels"),
    ("{'descr': " + "[" * 60000 + "}", "levels"),
    ("{'descr': '<f2', 'fortran_order': False, 'shape': (2, 3)}", "half"),
    ("{'descr': '|b1', 'fortran_order': False, 'shape': (2, 3)}", "bool"),
    ("{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", "long double"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "objects"),
    ("{'descr': '<U3', 'fortran_order': False, 'shape': (1,)}", "text"),
    ("{'descr': '|S3', 'fortran_order': False, 'shape': (1,)}", "bytes"),
    ("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,)}", "dates"),
    ("{'descr': '|V8', 'fortran_order': False, 'shape': (1,)}", "raw data"),
    ("{'descr': [('a', '<f4'), ('b', [('c', '<i2', (2,))])], 'fortran_order': False, 'shape': (1,)}", "structure"),
    ("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (1,)}", "structure"),
    ("{'descr': '', 'fortran_order': False, 'shape': (1,)}", "elements"),
    ("{'descr': 'x' , 'fortran_order': False, 'shape': (1,)}", "elements"),
    ("{'descr': None, 'fortran_order': False, 'shape': (1,)}", "elements"),
]


@pytest.mark.parametrize(("header", "word"), BAD_HEADERS, ids=range(len(BAD_HEADERS)))
def test_npy_headers_that_say_something_else_are_refused_by_name(tool, header, word):
    version = (1, 0) if len(header) < 60000 else (2, 0)
    refused(tool, npy(tool, header, bytes(64), version), word)


def test_npy_files_that_are_cut_or_none_are_refused(tool):
    file = io.BytesIO()
    np.save(file, np.zeros((2, 3)))
    whole = file.getvalue()
    for content in [whole[:length] for length in (0, 1, 5, 6, 7, 8, 9, 10, 11, 60, 127, 128, 175)]:
        (tool.folder / "c.npy").write_bytes(content)
        refused(tool, "c.npy", "c.npy")
    for version in (0, 4, 200, 255):
        (tool.folder / "c.npy").write_bytes(whole[:6] + bytes([version]) + whole[7:])
        refused(tool, "c.npy", "version")
    (tool.folder / "c.npy").write_bytes(b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + whole)
    refused(tool, "c.npy", "header of 4294967295 bytes")


def test_what_numpy_saves_of_other_types_is_refused_by_name(tool):
    arrays = {
        "bool": np.zeros(3, bool), "half": np.zeros(3, "f2"), "text": np.array(["a", "bc"]), "bytes": np.array([b"a"]),
        "dates": np.array(["2026-01-01"], "M8[D]"), "spans": np.array([1], "m8[s]"),
        "structure": np.zeros(3, [("a", "f4"), ("b", "i4", (2, 2))]), "objects": np.array([None, {}], object),
        "raw": np.zeros(2, "V5"), "long double": np.zeros(2, np.longdouble),
    }  # fmt: skip
    for word, array in arrays.items():
        np.save(tool.folder / "t.npy", array, allow_pickle=True)
        refused(tool, "t.npy", word)


# ------------------------------------------------------------------------------------------- the file beside a .npy


@pytest.fixture
def recording(tool):
    """Five frames in n.npy."""
    tool("create", "src", "3x4", "uint16", "--depth", 16)
    recorder = tool.start("record", "src", "n.npy", "-n", 5)
    tool.wait_for_file("n.npy")
    tool("fill", "src", "ramp", "--rate", 200, "--frames", 5)
    recorder.communicate(timeout=PATIENCE_S)
    return tool.folder / "n.npy"


def test_keywords_that_are_not_finite_come_back(tool):
    tool("create", "src", "4", "--depth", 4)
    for name in ("inf", "-inf", "nan"):
        tool("keyword", "src", f"K{name}", "--", name)
    recorder = tool.start("record", "src", "k.npy", "-n", 1)
    tool.wait_for_file("k.npy")
    tool("fill", "src", 1)
    recorder.communicate(timeout=PATIENCE_S)
    tool("replay", "k.npy", "dst")
    assert tool.json("keyword", "dst") == tool.json("keyword", "src")


def test_save_replaces_a_recording_whole(tool, recording):
    tool("save", "src", "n.npy", "--force")
    assert not (tool.folder / "n.npy.json").exists()
    tool("set", "src", "n.npy")
    assert tool.errors == ""


def test_the_times_of_another_array_are_not_taken(tool, recording):
    for array in (np.zeros((5, 3, 4), "uint16"), np.zeros((3, 4), "uint16"), np.zeros((5, 3, 4)), np.zeros((6, 3, 4))):
        np.save(recording, array)
        tool("replay", "n.npy", "dst", code=2)
        assert "belongs to another array" in tool.errors and "no acquisition times" in tool.errors
        refused_or_taken = tool("replay", "n.npy", "dst", "--rate", 1000, "--json")
        assert json.loads(refused_or_taken)["frames"] == len(array)
        tool("rm", "dst")


def test_a_changed_frame_is_noticed(tool, recording):
    cube = np.load(recording)
    cube[2, 1, 1] += 1
    np.save(recording, cube)
    tool("replay", "n.npy", "dst", code=1)
    assert "frame 2" in tool.errors


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b"null", b'{"a": 1}', b"\xff\xfe", b'{"cnt0": [1]}', b"[" * 100000]
)
def test_a_foreign_file_beside_an_array_is_left_alone(tool, content):
    beside, journal = tool.folder / "a.npy.json", tool.folder / "a.npy.journal"
    beside.write_bytes(content)
    tool("create", "src", "4", "--depth", 4)
    tool("fill", "src", 1)
    tool("record", "src", "a.npy", "-n", 1, "--timeout", "1s", code=1)
    assert "--force" in tool.errors and beside.read_bytes() == content
    journal.write_bytes(content)
    tool("save", "src", "a.npy", code=1)
    tool("save", "src", "a.npy", "--force")
    tool("set", "src", "a.npy")
    assert "not used" in tool.errors and beside.read_bytes() == journal.read_bytes() == content


# ------------------------------------------------------------------------------------------------------------ FITS


def write(tool, name, data, header=None, **options):
    path = tool.folder / name
    hdu = fits.PrimaryHDU(data, fits.Header(header or {}), **options)
    hdu.writeto(path, overwrite=True)
    return path


def raw_image(tool, name, data, **cards):
    """Numbers as they are stored, with cards that astropy would apply."""
    hdu = fits.PrimaryHDU(data)
    for key, value in cards.items():
        hdu.header[key] = value
    path = tool.folder / name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hdu.writeto(path, overwrite=True, output_verify="ignore")
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


def equal(found, expected):
    return found.shape == np.shape(expected) and np.array_equal(found, expected, equal_nan=found.dtype.kind == "f")


def test_scaled_integers_are_exact_or_double(tool):
    raw = np.array([[-32768, -1, 0], [1, 2, 32767]], "i2")
    cases = [
        (raw, ["BSCALE  = 0.5", "BZERO   = 10"], "float32", raw * 0.5 + 10),
        (raw, ["BSCALE  = 0.1", "BZERO   = 0"], "float64", raw * 0.1),
        (raw, ["BZERO   = 32768"], "uint16", raw.astype("i4") + 32768),
        (raw, ["BZERO   = 100"], "int32", raw.astype("i4") + 100),
        (raw, ["BSCALE  = 2"], "int32", raw.astype("i4") * 2),
        (raw, ["BSCALE  = -1"], "int32", -raw.astype("i4")),
        (raw, ["BSCALE  = 5D-1"], "float32", raw * 0.5),
        (raw.astype("u1"), ["BZERO   = -128"], "int8", raw.astype("u1").astype("i4") - 128),
        (raw.astype("i4"), ["BZERO   = 2147483648"], "uint32", raw.astype("i8") + 2**31),
        (raw.astype("i4"), ["BSCALE  = 0.5"], "float64", raw * 0.5),
        (raw.astype("i8"), ["BSCALE  = 0.5"], "float64", raw * 0.5),
        (raw.astype("i8") * 3, ["BSCALE  = 0.25", "BZERO   = 0.125"], "float64", raw * 0.75 + 0.125),
        (raw.astype("i8"), ["BZERO   = 9223372036854775808"], "uint64", raw.astype("u8") + np.uint64(2**63)),
        (raw.astype("f4"), ["BSCALE  = 0.1"], "float64", raw.astype("f4") * np.float64(0.1)),
    ]
    for number, (data, cards, atype, expected) in enumerate(cases):
        back = taken(tool, stored(tool, "s.fits", data, cards), name=f"s{number}")
        assert back.dtype == atype, (cards, back.dtype)
        assert equal(back, expected), (cards, back, expected)


def test_undefined_pixels_are_nan(tool):
    raw = np.array([[-32768, 5, 0], [1, -32768, 32767]], "i2")
    hole = raw == -32768
    blank = "BLANK   =               -32768"
    cases = [
        (raw, [blank], "float32", np.where(hole, np.nan, raw)),
        (raw, [blank, "BSCALE  = 0.5", "BZERO   = 10"], "float32", np.where(hole, np.nan, raw * 0.5 + 10)),
        (raw, [blank, "BZERO   = 32768"], "float32", np.where(hole, np.nan, raw + 32768.0)),
        (raw.astype("i4"), [blank], "float64", np.where(hole, np.nan, raw)),
        (raw.astype("i8"), [blank], "float64", np.where(hole, np.nan, raw)),
        (raw, ["BLANK   = 77"], "int16", raw),  # none is undefined
        (raw.astype("f4"), [blank], "float32", raw),  # has no meaning there
    ]
    for number, (data, cards, atype, expected) in enumerate(cases):
        back = taken(tool, stored(tool, "b.fits", data, cards), name=f"s{number}")
        assert back.dtype == atype and equal(back, expected), (cards, back)


@pytest.mark.parametrize("atype", ["float32", "float64"])
def test_nan_and_small_numbers_of_plain_images_are_kept_bit_by_bit(tool, atype):
    data = np.array([[np.nan, np.inf, -np.inf, 0.0], [-0.0, 1e-40, 5e-324, 1.5]], atype)
    write(tool, "n.fits", data)
    assert taken(tool, "n.fits").tobytes() == data.tobytes()


SPECIAL = [[np.nan, np.inf, -np.inf, 0.0, -0.0], [1e-40, 5e-324, 1.5, -3e38, 7]]


@pytest.mark.parametrize("scale, zero", [(0.1, 0), (2, 0), (1, 5), (0.5, -3e300)])
@pytest.mark.parametrize("atype", ["float32", "float64"])
def test_reals_that_are_scaled_are_float64_and_what_the_header_says(tool, atype, scale, zero):
    """Infinities, NaN and the smallest numbers included, compressed or not."""
    data = np.array(SPECIAL, atype)
    noise = rng.normal(10, 1, (40, 5)).astype(atype)
    images = {
        "p.fits": fits.PrimaryHDU(data),
        "g.fits.fz": fits.CompImageHDU(data, compression_type="GZIP_1", quantize_level=0),
        "r.fits.fz": fits.CompImageHDU(np.vstack([data, noise]), compression_type="RICE_1"),
    }
    for name, image in images.items():
        image.writeto(tool.folder / name)
        hdu = 0 if name == "p.fits" else 1
        stored = fits.getdata(tool.folder / name, hdu).astype(atype)
        with fits.open(
            tool.folder / name, mode="update", disable_image_compression=True, do_not_scale_image_data=True
        ) as file:
            file[hdu].header["BSCALE"], file[hdu].header["BZERO"] = scale, zero
        back = taken(tool, name, name=name[0])
        assert back.dtype == "float64" and equal(back, stored.astype("float64") * scale + zero), (name, back)


def reals_with_accidents(atype):
    """Images with all that a tile may not be able to hold as integers, and some that it may."""
    smallest = np.finfo(atype).smallest_subnormal
    cube = rng.normal(1000, 30, (6, 40, 50)).astype(atype)
    cube[0, 3, :20] = np.nan
    cube[1, 5, 5], cube[1, 6, 5] = np.inf, -np.inf
    cube[2, 7], cube[2, 8, 3] = 0, 5 * smallest
    cube[3] = smallest * np.arange(50)
    cube[4] = np.nan
    cube[5] = 7
    return cube


@pytest.mark.parametrize("level, dither", [(16, -1), (16, 1), (16, 2), (0, -1)])
@pytest.mark.parametrize("how", ["RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"])
@pytest.mark.parametrize("atype", ["float32", "float64"])
def test_compressed_reals_are_bit_by_bit_what_astropy_reads(tool, atype, how, level, dither):
    if level == 0 and not how.startswith("GZIP"):
        pytest.skip("refused, as its values cannot be told")
    cube = reals_with_accidents(atype)
    if how == "HCOMPRESS_1":
        cube[0], cube[4] = 1000, 5
    image = fits.CompImageHDU(
        cube, compression_type=how, quantize_level=level, quantize_method=dither, dither_seed=3,
        tile_shape=(1, 40, 50) if how == "HCOMPRESS_1" else (1, 1, 50),
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numbers that cannot be integers
        image.writeto(tool.folder / "c.fits.fz")
    expected = np.asarray(fits.getdata(tool.folder / "c.fits.fz", 1)).astype(atype)
    assert np.isinf(expected).sum() == 2 and np.isnan(expected).sum() == np.isnan(cube).sum()
    back = taken(tool, "c.fits.fz")
    words = f"u{np.dtype(atype).itemsize}"
    same = (back.view(words) == expected.view(words)) | (np.isnan(back) & np.isnan(expected))
    assert back.dtype == atype and same.all(), (back[~same][:5], expected[~same][:5])


SHAPES = {  # of the file, of a segment made from it, and of one for each frame
    (1, 2, 3, 4): ((2, 3, 4), (2, 3, 4)), (2, 3, 4, 1): ((2, 3, 4), (3, 4, 1)), (2, 1, 3, 4): ((2, 3, 4), (1, 3, 4)),
    (2, 1, 1, 3, 4): ((2, 3, 4), (1, 3, 4)), (1, 1, 1, 2, 3): ((1, 2, 3), (1, 2, 3)),
    (2, 2, 3, 4): (None, (2, 3, 4)), (2, 1, 3, 2, 4): (None, (3, 2, 4)),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["npy", "fits", "RICE_1", "GZIP_1", "quantized"])
@pytest.mark.parametrize("shape", SHAPES)
def test_axes_of_one_element_are_passed_over(tool, shape, kind):
    """cfitsio itself reads compressed images of more than three axes in boxes alone."""
    data = values(shape, "int16")
    name = "x.npy" if kind == "npy" else "x.fits"
    if kind == "npy":
        np.save(tool.folder / name, data)
    elif kind == "fits":
        write(tool, name, data)
    elif kind == "quantized":
        fits.CompImageHDU(data / np.float32(7), compression_type="RICE_1").writeto(tool.folder / name)
        data = np.asarray(fits.getdata(tool.folder / name, 1))
    else:
        fits.CompImageHDU(data, compression_type=kind).writeto(tool.folder / name)
    whole, frame = SHAPES[shape]
    if whole is None:
        tool("set", "s", name, "--create", code=1)
        assert "axes" in tool.errors
    else:
        back = taken(tool, name)
        assert back.shape == whole and back.tobytes() == data.astype(back.dtype).tobytes()
    assert tool.json("replay", name, "r", "--rate", 1000)["frames"] == shape[0]
    tool("save", "r", "last.npy")
    back = np.load(tool.folder / "last.npy")
    assert back.shape == frame and back.tobytes() == data[-1].astype(back.dtype).tobytes()


def test_axes_of_one_element_that_a_segment_has_are_kept(tool):
    tool("create", "image", "3x4", "int16")
    tool("create", "row", "1x4", "int16")
    for shape in ((3, 4), (1, 3, 4), (1, 1, 3, 4), (3, 4, 1), (3, 1, 4)):
        data = values(shape, "int16")
        np.save(tool.folder / "a.npy", data)
        tool("set", "image", "a.npy")
        tool("save", "image", "b.npy", "--force")
        assert np.load(tool.folder / "b.npy").tobytes() == data.tobytes()
        assert tool.json("replay", "a.npy", "image", "--rate", 100)["frames"] == 1
        tool("set", "row", "a.npy", code=0 if shape == (3, 1, 4) else 1)  # there each is a frame of it
    for shape, frames in (((4,), None), ((1, 4), 1), ((1, 1, 4), 1), ((7, 1, 1, 4), 7), ((1, 4, 1), 1)):
        np.save(tool.folder / "a.npy", values(shape, "int16"))
        tool("set", "row", "a.npy", code=0 if frames else 1)
        if frames:
            assert tool.json("replay", "a.npy", "row", "--rate", 1000)["frames"] == frames
    np.save(tool.folder / "a.npy", values((4, 3), "int16"))
    tool("set", "image", "a.npy", code=1)


@pytest.mark.parametrize("atype", ["int16", "float32"])
def test_images_that_cfitsio_does_not_unpack_are_refused_with_the_reason(tool, atype):
    image = fits.CompImageHDU(values((3, 4), atype), compression_type="NOCOMPRESS", quantize_level=0)
    image.writeto(tool.folder / "c.fits.fz")
    refused(tool, "c.fits.fz", "NOCOMPRESS", "expected RICE_1")


@pytest.mark.skipif(WINDOWS, reason="the file would not be sparse")
def test_a_table_of_frames_beyond_two_gigabytes_is_read(tool):
    """Each row has a column of others, so that few rows are many bytes; the file is sparse."""
    other_bytes, rows = 900_000_000, 6
    row_bytes = 40 + other_bytes
    names = ["CNT0", "CNT2", "ATIME_NS", "MISSED", "CRC32"]
    columns = [(f"TTYPE{i + 1}", f"'{name}'") for i, name in enumerate([*names, "OTHER"])]
    columns += [(f"TFORM{i}", "'1K'") for i in range(1, 6)] + [("TFORM6", f"'{other_bytes}B'")]
    cube = np.arange(rows * 4, dtype=">i2").reshape(rows, 4)
    image = fits_header(("SIMPLE", "T"), ("BITPIX", 16), ("NAXIS", 2), ("NAXIS1", 4), ("NAXIS2", rows), ("EXTEND", "T"))
    table = fits_header(
        ("XTENSION", "'BINTABLE'"), ("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", row_bytes), ("NAXIS2", rows), ("PCOUNT", 0),
        ("GCOUNT", 1), ("TFIELDS", 6), *columns, ("EXTNAME", "'FRAMES  '"),
    )  # fmt: skip
    begin = image + cube.tobytes().ljust(2880, b"\0") + table
    with (tool.folder / "big.fits").open("wb") as file:
        file.write(begin)
        for row in range(rows):
            file.seek(len(begin) + row * row_bytes)
            checksum = zlib.crc32(cube[row].astype("<i2").tobytes())
            file.write(struct.pack(">5q", row + 1, 100 + row, NOW + row * 10**6, 0, checksum))
        file.truncate(len(begin) + -(-rows * row_bytes // 2880) * 2880)
    assert tool.json("replay", "big.fits", "s", "--keep-times")["frames"] == rows
    assert tool.errors == ""
    info = tool.json("info", "s")
    assert (info["cnt0"], info["cnt2"]) == (rows, 100 + rows - 1)


@pytest.mark.parametrize("how", ["RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1", "lossless"])
@pytest.mark.parametrize("atype", ["int16", "uint16", "int32", "float32", "float64"])
def test_compressed_images_are_read(tool, how, atype):
    cube = (rng.normal(1000, 30, (3, 40, 50))).astype(atype)
    is_float = np.dtype(atype).kind == "f"
    if is_float:
        cube[0, 3, 4] = cube[2, 39, 49] = np.nan
    if how == "lossless" and not is_float:
        pytest.skip("as GZIP_1")
    if how == "HCOMPRESS_1" and is_float:
        cube = np.nan_to_num(cube)
    options = {"compression_type": "GZIP_1" if how == "lossless" else how}
    if how == "lossless":
        options["quantize_level"] = 0
    if how == "HCOMPRESS_1":
        options["tile_shape"] = (1, 40, 50)
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(cube, **options)]).writeto(tool.folder / "c.fits.fz")
    with fits.open(tool.folder / "c.fits.fz") as file:
        expected = file[1].data
        assert np.isnan(expected).sum() == np.isnan(cube).sum()
    for name in ("c.fits.fz", "C.FITS.FZ", "d.fz"):
        if name != "c.fits.fz":
            shutil.copy(tool.folder / "c.fits.fz", tool.folder / name)
        back = taken(tool, name, name=name.split(".")[0])
        assert back.dtype == atype and equal(back, expected.astype(atype))


@pytest.mark.parametrize("atype", ["float32", "float64"])
def test_real_numbers_compressed_as_integers_without_a_scale_are_refused(tool, atype):
    """As astropy writes them when it is told not to quantize; each reader takes them for other numbers."""
    image = fits.CompImageHDU(values((4, 50), "int16").astype(atype), compression_type="RICE_1", quantize_level=0)
    image.writeto(tool.folder / "c.fits.fz")
    refused(tool, "c.fits.fz", "ZSCALE")


def test_packed_files_and_endings_in_any_case_are_read(tool):
    cube = values((3, 4, 5), "uint16")
    path = write(tool, "a.fits", cube)
    subprocess.run(["gzip", "-k", path], check=True)
    shutil.copy(path, tool.folder / "B.FITS")
    shutil.copy(path, tool.folder / "c.Fts")
    shutil.copy(tool.folder / "a.fits.gz", tool.folder / "D.FIT.GZ")
    np.save(tool.folder / "e.npy", cube)
    (tool.folder / "e.npy").rename(tool.folder / "E.NPY")
    for number, name in enumerate(("a.fits", "a.fits.gz", "B.FITS", "c.Fts", "D.FIT.GZ", "E.NPY")):
        assert (taken(tool, name, name=f"s{number}") == cube).all()
        assert tool.json("replay", name, f"r{number}", "--rate", 1000)["frames"] == 3
    tool("set", "src", "a.fits", "--create")
    tool("save", "src", "OUT.FITS")
    assert (fits.getdata(tool.folder / "OUT.FITS") == cube).all()
    for name in ("x.fits.gz", "x.fits.fz", "x.fz"):
        tool("save", "src", name, code=2)
        assert "only read" in tool.errors
        tool("record", "src", name, "-n", 1, code=2)


@pytest.mark.parametrize("member_bytes", [100, 2880, 70_000])
def test_packed_files_of_several_members_are_read_whole(tool, member_bytes):
    """As bgzip makes them, and `cat a.gz b.gz`; what follows the last is no part of them, as for gunzip."""
    cube = values((5, 100, 100), "float32")
    whole = write(tool, "a.fits", cube).read_bytes()
    members = [gzip.compress(whole[at : at + member_bytes]) for at in range(0, len(whole), member_bytes)]
    (tool.folder / "b.fits.gz").write_bytes(b"".join(members))
    (tool.folder / "c.fits").write_bytes(b"".join(members) + bytes(512))
    for name in ("b.fits.gz", "c.fits"):
        assert equal(taken(tool, name, name=name[0]), cube)
    (tool.folder / "d.fits.gz").write_bytes(b"".join(members)[:-9])
    tool("set", "d", "d.fits.gz", "--create", code=1)
    assert "it is cut" in tool.errors
    damaged = bytearray(members[0])
    damaged[-5] ^= 1  # of the checksum
    (tool.folder / "e.fits.gz").write_bytes(bytes(damaged) + b"".join(members[1:]))
    tool("set", "e", "e.fits.gz", "--create", code=1)
    assert "cannot be unpacked" in tool.errors and not list(tool.folder.glob("[de].im.shm"))


def test_one_of_several_images_is_chosen(tool):
    images = [values((3, 4), "int32"), values((2, 2), "uint8"), values((5,), "float32")]
    table = fits.BinTableHDU.from_columns([fits.Column("x", "E", array=[1.0])], name="TAB")
    file = fits.HDUList([fits.PrimaryHDU(), table, *(fits.ImageHDU(data) for data in images)])
    file[2].name, file[3].name, file[4].name = "SCI", "MASK", ""
    file.writeto(tool.folder / "m.fits")
    assert (taken(tool, "m.fits", name="a") == images[0]).all()
    assert "3 images" in tool.errors and "--hdu" in tool.errors and "SCI" in tool.errors
    for number, (hdu, data) in enumerate((("2", 0), ("SCI", 0), ("mask", 1), ("3", 1), ("4", 2))):
        assert (taken(tool, "m.fits", "--hdu", hdu, name=f"h{number}") == images[data]).all()
        assert "images" not in tool.errors
    assert tool.json("replay", "m.fits", "rows", "--rate", 1000, "--hdu", "mask")["frames"] == 2
    for hdu in ("0", "1", "5", "-1", "TAB", "nothing", "2x"):
        tool("set", "new", "m.fits", "--create", "--hdu", hdu, code=1)
        assert "SCI" in tool.errors and not (tool.folder / "new.im.shm").exists()
    np.save(tool.folder / "n.npy", images[0])
    tool("set", "new", "n.npy", "--create", "--hdu", "0", code=2)


def frames_table(rows, **columns):
    found = {"CNT0": "K", "CNT2": "K", "ATIME_NS": "K", "MISSED": "K", **columns}
    return fits.BinTableHDU.from_columns(
        [fits.Column(name, form, array=np.zeros(rows)) for name, form in found.items() if form], name="FRAMES"
    )


@pytest.mark.parametrize(
    "table",
    [
        frames_table(4),
        frames_table(0),
        frames_table(3, CNT0=None),
        frames_table(3, ATIME_NS="D"),
        frames_table(3, ATIME_NS="3K"),
        frames_table(3, MISSED="10A"),
        fits.BinTableHDU(name="FRAMES"),
        fits.TableHDU.from_columns([fits.Column("CNT0", "I5", array=[1, 2, 3])], name="FRAMES"),
        fits.ImageHDU(np.zeros((2, 2)), name="FRAMES"),
    ],
    ids=range(9),
)
def test_a_table_frames_that_is_not_ours_is_passed_over(tool, table):
    cube = values((3, 4, 5), "int16")
    fits.HDUList([fits.PrimaryHDU(cube), table]).writeto(tool.folder / "f.fits")
    assert (taken(tool, "f.fits") == cube).all()
    tool("replay", "f.fits", "dst", code=2)
    assert "no acquisition times" in tool.errors
    assert tool.json("replay", "f.fits", "dst", "--rate", 1000)["frames"] == 3
    if isinstance(table, fits.BinTableHDU):
        assert "FRAMES" in tool.errors


def test_a_recording_that_was_worked_on_keeps_its_times(tool):
    tool("create", "src", "3x4", "uint16", "--depth", 16)
    recorder = tool.start("record", "src", "r.fits", "-n", 5)
    tool.wait_for_file("r.fits")
    tool("fill", "src", "ramp", "--rate", 200, "--frames", 5)
    recorder.communicate(timeout=PATIENCE_S)
    with fits.open(tool.folder / "r.fits", uint=True) as file:
        file[0].data = (file[0].data + 7).astype("uint16")
        file.writeto(tool.folder / "w.fits")
    assert tool.json("replay", "w.fits", "dst")["frames"] == 5
    assert "not compared" in tool.errors


NUMBERS = {
    "A": ("1.5D-3", 0.0015), "B": ("55700500000000071282", 55700500000000071282.0), "C": ("NAN", np.nan),
    "D": ("-9223372036854775808", -(2**63)), "E": ("+12", 12), "F": ("5.", 5.0), "G": (".5", 0.5), "H": ("1e3", 1000.0),
    "I": ("'exactly 16 bytes'", "exactly 16 bytes"), "J": ("'it''s'", "it's"), "K": ("''", ""),
    "LEFT1": ("1e400", None), "LEFT2": ("T", None), "LEFT3": ("(1.0, 2.0)", None), "LEFT4": ("", None),
    "LEFT5": ("'more than 16 bytes'", None), "LEFT6": ("12x", None),
}  # fmt: skip


def test_numbers_in_headers(tool):
    cards = [f"{name:<8}= {value}" for name, (value, _) in NUMBERS.items()]
    cards.append("HIERARCH ESO A VERY LONG NAME = 1")
    stored(tool, "k.fits", np.zeros((3, 4), "i2"), cards)
    for number, command in enumerate((("set", "a", "k.fits", "--create"), ("replay", "k.fits", "b", "--rate", 100))):
        tool(*command)
        lines = [line for line in tool.errors.splitlines() if "left out" in line]
        assert len(lines) == 1
        for name in ("LEFT1", "LEFT2", "LEFT3", "LEFT4", "LEFT5 (text of 18 bytes)", "LEFT6", "ESO A VERY LONG NAME"):
            assert name in lines[0], lines
        found = {entry["name"]: entry["value"] for entry in tool.json("keyword", "ab"[number])}
        for name, (_, value) in NUMBERS.items():
            if isinstance(value, float) and np.isnan(value):
                assert found.pop(name) in (None, "nan", "NaN")
            elif value is not None:
                assert found.pop(name) == value and type(value) is not bool
        assert found == {}


def test_keywords_that_the_recorder_writes_too(tool):
    tool("create", "src", "4", "--depth", 4, "--keywords", 32)
    names = [
        "DATE-BEG", "DATE-END", "DATE-OBS", "DAOMISS", "DAOSEG", "DAOCNT0", "DAOATIME", "DAOTYPE", "NAXIS", "CRC32",
        "CTYPE1", "EXTEND", "COMMENT", "END", "SIMPLE", "BLANK", "ZBLANK", "CHECKSUM", "DATE",
    ]  # fmt: skip
    for number, name in enumerate(names):
        tool("keyword", "src", name, "user's" if number % 2 else number)
    expected = {name: "user's" if number % 2 else number for number, name in enumerate(names)}
    recorder = tool.start("record", "src", "r.fits", "-n", 2)
    tool.wait_for_file("r.fits")
    tool("fill", "src", "ramp", "--rate", 100, "--frames", 2)
    recorder.communicate(timeout=PATIENCE_S)
    tool("save", "src", "s.fits")
    for file in ("r.fits", "s.fits"):
        with fits.open(tool.folder / file) as opened:
            opened.verify("exception")
            cards = [card.keyword for card in opened[0].header.cards if card.keyword not in ("", "COMMENT", "HISTORY")]
        assert len(cards) == len(set(cards)), cards
        assert fits.getheader(tool.folder / file)["DATE-BEG" if file == "r.fits" else "DATE-OBS"].startswith("20")
        tool("set", file[0], file, "--create")
        assert "left out" not in tool.errors
        assert {entry["name"]: entry["value"] for entry in tool.json("keyword", file[0])} == expected


def test_fits_files_that_are_cut_or_none_are_refused(tool):
    path = write(tool, "w.fits", values((3, 40, 50), "int32"))
    whole = path.read_bytes()
    for length in (0, 1, 79, 80, 2879, 2880, 3000, 2880 + 8000):
        (tool.folder / "c.fits").write_bytes(whole[:length])
        before = sorted(entry.name for entry in tool.folder.iterdir())
        tool("set", "new", "c.fits", "--create", code=1)
        assert "c.fits" in tool.errors
        if length < 8000:
            tool("replay", "c.fits", "new", "--rate", 10, code=1)
        assert sorted(entry.name for entry in tool.folder.iterdir()) == before
    for cards in (["NAXIS1  = 99999999999999", "NAXIS2  = 99999999999999"], ["NAXIS1  = -4", "NAXIS2  = 4"]):
        header = ["SIMPLE  =                    T", "BITPIX  = 16", "NAXIS   = 2", *cards, "END"]
        (tool.folder / "c.fits").write_bytes("".join(f"{line:<80}" for line in header).ljust(2880).encode())
        refused(tool, "c.fits", "c.fits")
    (tool.folder / "e.fits").write_bytes(b"")
    refused(tool, "e.fits", "e.fits")
    fits.PrimaryHDU().writeto(tool.folder / "n.fits")
    refused(tool, "n.fits", "no image")
    write(tool, "z.fits", np.zeros((0, 3, 4), "int16"))
    refused(tool, "z.fits", "z.fits")
    write(tool, "d.fits", np.zeros((2, 1, 2, 2, 2, 3), "int16"))
    refused(tool, "d.fits", "axes")


def test_a_fits_file_that_is_cut_is_told_from_one_that_claims_too_much_memory(tool):
    data = values((4, 30, 40), "int16")
    path = write(tool, "w.fits", data)
    whole = path.read_bytes()
    claim = whole.replace(b"NAXIS1  =                   40", b"NAXIS1  =           2000000000")
    for content in (whole[: 2880 + 4 * 2400 - 1], claim):
        path.write_bytes(content)
        for command in (["set", "new", path.name, "--create"], ["replay", path.name, "new", "--rate", 100]):
            tool(*command, code=1)
            assert "w.fits" in tool.errors and "cut" in tool.errors and "expected" in tool.errors, tool.errors
    path.write_bytes(whole[: 2880 + 4 * 2400])  # the last block is not filled up
    assert (taken(tool, "w.fits") == data).all()
    with gzip.open(tool.folder / "z.fits.gz", "wb") as file:
        file.write(whole)
    assert (taken(tool, "z.fits.gz") == data).all()


@pytest.mark.parametrize("place", ["first", "extension", "packed"])
@pytest.mark.parametrize("axes", [100, 500, 999])
def test_more_axes_than_cfitsio_bears_are_refused(tool, axes, place):
    lengths = [(f"NAXIS{axis + 1}", 1) for axis in range(axes)]
    header = fits_header(("SIMPLE", "T"), ("BITPIX", 16), ("NAXIS", axes), *lengths) + bytes(2880)
    if place == "extension":
        first = fits_header(("SIMPLE", "T"), ("BITPIX", 16), ("NAXIS", 1), ("NAXIS1", 3)) + bytes(2880)
        header = first + header.replace(b"SIMPLE  =                    T", b"XTENSION= 'IMAGE   '          ", 1)
    name = "a.fits.gz" if place == "packed" else "a.fits"
    (tool.folder / name).write_bytes(gzip.compress(header) if place == "packed" else header)
    tool("set", "s", name, "--create", code=1)
    assert f"NAXIS {axes}" in tool.errors and "at most 99" in tool.errors, tool.errors


@pytest.mark.parametrize("name, value", [("BSCALE", "1E400"), ("BSCALE", "'abc'"), ("BZERO", "T"), ("BZERO", "1D999")])
def test_a_scale_that_is_no_number_is_refused(tool, name, value):
    header = fits_header(("SIMPLE", "T"), ("BITPIX", 16), ("NAXIS", 1), ("NAXIS1", 3), (name, value))
    (tool.folder / "s.fits").write_bytes(header + bytes(2880))
    tool("set", "s", "s.fits", "--create", code=1)
    assert name in tool.errors and "expected a number" in tool.errors, tool.errors


def test_every_keyword_that_a_segment_can_hold_is_kept(tool):
    """Of others: those that the standard knows, and a user's that begin as the recorder's do."""
    cards = {
        "DAOGAIN": 3.5, "DAOMODE": "closed", "MJD-OBS": 60000.5, "DATE-OBS": "2026-01-31", "EQUINOX": 2000.0,
        "BUNIT": "adu", "EPOCH": 1950.0, "DATAMAX": 60000, "CRPIX1": 12.5, "CTYPE1": "RA---TAN", "EXPTIME": 0.5,
    }  # fmt: skip
    for name, maker in ("k.fits", fits.PrimaryHDU), ("z.fits", fits.CompImageHDU):
        image = maker(values((4, 5), "int16"))
        image.header.update(cards)
        images = [image] if maker is fits.PrimaryHDU else [fits.PrimaryHDU(), image]
        fits.HDUList(images).writeto(tool.folder / name)
        segment = name[0]
        tool("set", segment, name, "--create")
        found = {entry["name"]: entry["value"] for entry in tool.json("keyword", segment)}
        assert {key: found.get(key) for key in cards} == cards, (name, tool.errors)
        assert set(found) - set(cards) <= {"EXTEND"}, found
    tool("save", "k", "back.fits")
    tool("set", "back", "back.fits", "--create")
    again = {entry["name"]: entry["value"] for entry in tool.json("keyword", "back")}
    assert {key: again.get(key) for key in cards} == cards, "and come back from a file of ours"


def test_a_keyword_with_two_values_is_said(tool):
    write(tool, "k.fits", values((4, 5), "int16"))
    with fits.open(tool.folder / "k.fits", mode="update") as file:
        for value in ("R", "K"):
            file[0].header.append(("FILTER", value), end=True)
    tool("set", "k", "k.fits", "--create")
    assert "FILTER (a second value)" in tool.errors
    assert tool.json("keyword", "k", "FILTER")["value"] == "R"
    tool("keyword", "k", "gain", 1)
    tool("keyword", "k", "GAIN", 2)
    tool("save", "k", "both.fits")
    tool("set", "both", "both.fits", "--create")
    assert "GAIN (a second value)" in tool.errors, "FITS has upper case only"


@pytest.mark.skipif(WINDOWS, reason="pipes are no files there")
@pytest.mark.parametrize("ending", ["npy", "fits"])
def test_what_is_no_file_is_refused_and_not_waited_for(tool, ending):
    os.mkfifo(tool.folder / f"pipe.{ending}")
    (tool.folder / f"zero.{ending}").symlink_to("/dev/zero")
    (tool.folder / f"folder.{ending}").mkdir()
    tool("create", "s", "4")
    for name, word in {"pipe": "pipe", "zero": "device", "folder": "folder"}.items():
        for command in (["set", "s"], ["repair"], ["replay"]):
            more = ["s", "--rate", 1] if command == ["replay"] else []
            tool(*command, f"{name}.{ending}", *more, code=1, timeout=30)
            assert word in tool.errors and f"{name}.{ending}" in tool.errors, (command, tool.errors)


def test_a_file_that_cannot_be_opened_is_told_with_the_reason(tool):
    for ending in ("npy", "fits", "fits.gz"):
        for command in (["set", "new"], ["repair"], ["replay"]):
            tool(*command, f"none.{ending}", *(["new", "--rate", 1] if command == ["replay"] else []), code=1)
            assert f"none.{ending}: cannot be opened for reading: No such file" in tool.errors, tool.errors


def test_times_in_the_future_have_a_negative_age(tool):
    recording_with(tool, steady(3, time.time_ns() + 2 * HOUR))
    tool("replay", "t.fits", "dst", "--keep-times")
    assert "-1 h" in tool("ls", tool.folder) and "-1 h" in tool("info", "dst")
    assert -7300 < tool.json("ls", tool.folder)[0]["age_s"] < -6000


def test_a_replay_that_fails_makes_no_segment(tool):
    for name in ("a.npy", "a.fits", "a.fits.gz", "missing.npy", "missing.fits"):
        if not name.startswith("missing"):
            (tool.folder / name).write_bytes(b"")
        refused(tool, name, name)
    (tool.folder / "folder.npy").mkdir()
    refused(tool, "folder.npy", "folder.npy")


# ---------------------------------------------------------------------------------------------------------- times


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


STEPPING = {
    "back": steady(20) + steady(20, NOW - HOUR),
    "forward": steady(20) + steady(20, NOW + HOUR),
    "forward a little less": steady(20) + steady(20, NOW + 15 * SECOND),
    "leading zeros": [0, 0, 0, *steady(37)],
    "zeros within": [*steady(20), 0, 0, *steady(18, NOW + SECOND // 4)],
    "ends of 64 bits": [*steady(18), 2**63 - 1, -(2**63), 2**63 - 1, 1, *steady(18)],
    "all zero": [0] * 40,
    "all equal": [NOW] * 40,
    "falling": steady(40)[::-1],
    "negative": [-t for t in steady(40)],
}


@pytest.mark.parametrize("name", STEPPING)
def test_steps_in_the_times_are_bounded(tool, name):
    recording_with(tool, STEPPING[name])
    with Lateness() as late:
        report = tool.json("replay", "t.fits", "dst")
        assert report["frames"] == 40 and report["elapsed_s"] < 5 + late.seconds() and late.punctual_s() < 50
    if name != "all equal":
        assert report["steps"]
    # 40 frames take 0.4 s, or 40 ms where the times say nothing
    looped = tool.start("replay", "t.fits", "dst", "--loop", "--json")
    tool.wait_for_frames("dst", 40 + 85)
    code, output, _ = tool.interrupt(looped)
    report = json.loads(output)
    assert code == 0 and report["frames"] < (report["elapsed_s"] + 1) * 1100, report


def test_pauses_that_missing_frames_explain_are_kept(tool):
    recording_with(tool, steady(3) + steady(3, NOW + SECOND), [0, 0, 0, 97, 0, 0])
    with Lateness() as late:
        report = tool.json("replay", "t.fits", "dst")
        assert 1 < report["elapsed_s"] < 10 + late.seconds() and report["steps"] == []
    assert tool.json("replay", "t.fits", "dst", "--rate", 1000)["steps"] == []


def test_record_reports_steps(tool):
    recording_with(tool, [NOW, *steady(5, NOW + 10**7), *steady(5, NOW - HOUR), *steady(5, NOW + HOUR)])
    tool("create", "dst", "2x2", "int16", "--depth", 32)
    for ending in ("fits", "npy"):
        recorder = tool.start("record", "dst", f"out.{ending}", "-n", 16, "--json")
        tool.wait_for_file(f"out.{ending}")
        tool("replay", "t.fits", "dst", "--keep-times", "--rate", 200)
        output, errors = recorder.communicate(timeout=PATIENCE_S)
        assert recorder.returncode == 0, errors
        report = json.loads(output)
        assert 0 < report["span_s"] < 60 and report["rate_hz"] > 0.25, "the steps are no part of it"
        steps = report["steps"]
        assert [step["before_frame"] for step in steps] == [6, 11]
        assert abs(steps[0]["step_ns"] + HOUR) < 60 * SECOND and abs(steps[1]["step_ns"] - 2 * HOUR) < 60 * SECOND


def fits_header(*cards):
    text = "".join(f"{key:8}= {value:>20}".ljust(80) for key, value in cards) + "END"
    return text.ljust(-(-len(text) // 2880) * 2880).encode()


@pytest.mark.parametrize("shape, rows", [((3, 2**40), 2**40), ((2**33, 1), 1), ((2**31, 2**31), 2**31), ((4, 2), 2)])
def test_fits_that_tells_of_more_than_it_has_is_refused(tool, shape, rows):
    """Its table too: no memory is asked for on the word of a header."""
    columns = [(f"TFORM{i}", "'1K'") for i in range(1, 6)]
    names = ["CNT0", "CNT2", "ATIME_NS", "MISSED", "CRC32"]
    columns += [(f"TTYPE{i + 1}", f"'{name}'") for i, name in enumerate(names)]
    file = fits_header(
        ("SIMPLE", "T"), ("BITPIX", 16), ("NAXIS", 2), ("NAXIS1", shape[0]), ("NAXIS2", shape[1]), ("EXTEND", "T"),
    )  # fmt: skip
    if np.prod(shape, dtype=float) < 1000:
        file += bytes(2880)
    file += fits_header(
        ("XTENSION", "'BINTABLE'"), ("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", 40), ("NAXIS2", rows), ("PCOUNT", 0),
        ("GCOUNT", 1), ("TFIELDS", 5), *columns, ("EXTNAME", "'FRAMES  '"),
    )  # fmt: skip
    (tool.folder / "h.fits").write_bytes(file)
    tool("set", "new", "h.fits", "--create", code=None, timeout=120)
    assert "bad_alloc" not in tool.errors and "vector" not in tool.errors, tool.errors
    if shape != (4, 2):
        assert tool.errors.startswith("daoshm: h.fits"), tool.errors
        assert sorted(path.name for path in tool.folder.iterdir()) == ["h.fits"]
