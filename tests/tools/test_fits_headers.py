"""Headers and tables of FITS files of others: keywords, numbers, tables of frames."""

import struct
import zlib

import numpy as np
import pytest
from astropy.io import fits
from conftest import WINDOWS
from of_others import NOW, fits_header, stored, taken, values, write
from timing import PATIENCE_S


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
