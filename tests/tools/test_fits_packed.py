"""FITS files that were packed, or whose images are compressed, and names in any case."""

import gzip
import shutil
import subprocess
import warnings

import numpy as np
import pytest
from astropy.io import fits
from conftest import WINDOWS
from of_others import equal, refused, rng, taken, values, write


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
        pytest.skip("refused, as its values are not known")
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


@pytest.mark.parametrize("atype", ["int16", "float32"])
def test_images_that_cfitsio_does_not_unpack_are_refused_with_the_reason(tool, atype):
    image = fits.CompImageHDU(values((3, 4), atype), compression_type="NOCOMPRESS", quantize_level=0)
    image.writeto(tool.folder / "c.fits.fz")
    refused(tool, "c.fits.fz", "NOCOMPRESS", "expected RICE_1")


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


@pytest.mark.skipif(shutil.which("localedef") is None or WINDOWS, reason="no localedef")
def test_endings_are_the_same_in_turkish_where_i_is_not_the_small_letter_of_i(tool):
    done = subprocess.run(["localedef", "-i", "tr_TR", "-f", "UTF-8", tool.folder / "tr_TR.UTF-8"], check=False)
    if done.returncode != 0:
        pytest.skip("no sources of locales")
    turkish = {"LC_ALL": "tr_TR.UTF-8", "LOCPATH": str(tool.folder)}
    image = fits.ImageHDU(values((3, 4), "int16"), name="IMAGE")
    fits.HDUList([fits.PrimaryHDU(), image]).writeto(tool.folder / "A.FITS")
    tool("set", "s", "A.FITS", "--create", "--hdu", "image", **turkish)
    tool("save", "s", "B.FIT", **turkish)
    assert (fits.getdata(tool.folder / "B.FIT") == image.data).all()


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


@pytest.mark.parametrize("name", ["a[b].fits", "a[1].fits", "a[1:2].fits", "a(b)+1.fits", "mem:__a.fits", "a;b.fits"])
def test_a_packed_file_may_have_any_name(tool, name):
    """cfitsio reads more in some of them."""
    data = np.arange(12, dtype="int16").reshape(3, 4)
    fits.writeto(tool.folder / name, data)
    (tool.folder / f"{name}.gz").write_bytes(gzip.compress((tool.folder / name).read_bytes()))
    for found in name, f"{name}.gz":
        assert (taken(tool, found) == data).all()
