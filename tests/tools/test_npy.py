"""Arrays that NumPy and other programs wrote: what set and replay make of them."""

import itertools
import struct
import warnings

import numpy as np
import pytest
from conftest import TYPES
from of_others import refused, taken, values
from timing import PATIENCE_S


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


def npy(tool, header, data=b"", version=(1, 0), name="h.npy"):
    """A file with a header of our own."""
    header = header.encode("latin1") if version < (3, 0) else header.encode()
    length = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    (tool.folder / name).write_bytes(b"\x93NUMPY" + bytes(version) + length + header + data)
    return name


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
