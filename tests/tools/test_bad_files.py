"""Files that are cut, damaged, or none, or claim more than they have: refused with the reason, and nothing is made."""

import gzip
import io
import os
import socket

import numpy as np
import pytest
from astropy.io import fits
from conftest import WINDOWS
from of_others import fits_header, refused, taken, values, write


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


@pytest.mark.skipif("DAOSHM_CFITSIO" not in os.environ, reason="of a build that loads cfitsio at run time")
def test_only_fits_files_need_cfitsio(tool):
    name = os.environ["DAOSHM_CFITSIO"]
    (tool.folder / name).write_bytes(b"")
    here = {"LD_LIBRARY_PATH": str(tool.folder)}
    np.save(tool.folder / "a.npy", values((2, 3), "int32"))
    tool("set", "new", "a.npy", "--create", **here)
    image = write(tool, "a.fits", values((2, 3), "int32"))
    tool("set", "new", image, code=1, **here)
    assert f"cfitsio cannot be loaded: {tool.folder / name}: " in tool.errors and f"; expected {name}" in tool.errors
    tool("record", "new", "b.fits", "--frames", 1, code=1, **here)
    assert "cfitsio cannot be loaded" in tool.errors and not (tool.folder / "b.fits").exists()
    tool("set", "new", image)


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


@pytest.mark.skipif(WINDOWS, reason="pipes are no files there")
def test_what_is_no_segment_s_file_is_refused_and_not_waited_for(tool):
    os.mkfifo(tool.folder / "pipe.im.shm")
    (tool.folder / "zero.im.shm").symlink_to("/dev/zero")
    (tool.folder / "folder.im.shm").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(tool.folder, os.O_RDONLY)  # a socket's name is to be short
        listener.bind(f"/proc/self/fd/{folder}/socket.im.shm")
        os.close(folder)
    for name in ("pipe", "zero", "folder", "socket"):
        for command in ("info", "watch", "keyword", "unlock"):
            tool(command, tool.folder / f"{name}.im.shm", code=1, timeout=30)
            assert "not a regular file; expected the file of a segment" in tool.errors, (command, tool.errors)
            assert tool.errors.count("\n") == 1


def test_a_file_that_cannot_be_opened_is_told_with_the_reason(tool):
    for ending in ("npy", "fits", "fits.gz"):
        for command in (["set", "new"], ["repair"], ["replay"]):
            tool(*command, f"none.{ending}", *(["new", "--rate", 1] if command == ["replay"] else []), code=1)
            assert f"none.{ending}: cannot be opened for reading: No such file" in tool.errors, tool.errors


def test_a_replay_that_fails_makes_no_segment(tool):
    for name in ("a.npy", "a.fits", "a.fits.gz", "missing.npy", "missing.fits"):
        if not name.startswith("missing"):
            (tool.folder / name).write_bytes(b"")
        refused(tool, name, name)
    (tool.folder / "folder.npy").mkdir()
    refused(tool, "folder.npy", "folder.npy")
