"""Pixels of FITS files of others: scaled, undefined, not finite, with axes of one element, one of several images."""

import numpy as np
import pytest
from astropy.io import fits
from of_others import equal, rng, stored, taken, values, write


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
        (raw, ["BSCALE  = 5d-1"], "float32", raw * 0.5),
        (raw, ["BSCALE  =", "BZERO   ="], "int16", raw),  # cards without a value
        (raw, ["BSCALE  = 0.5", "BZERO   ="], "float32", raw * 0.5),
        (raw.astype("f4"), ["BSCALE  =", "BZERO   ="], "float32", raw),
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
