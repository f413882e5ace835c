"""Data that is no plain array of the segment's type: masked, nested, Python's own numbers; what of it is refused."""

import collections.abc

import numpy as np
import pytest
from conftest import refused

from daoShm import DaoError, ErrorCode, shm


class Converted:
    """What NumPy converts by asking it."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


class Counted(collections.abc.Sequence):
    def __init__(self, elements):
        self.elements = elements

    def __getitem__(self, index):
        return self.elements[index]

    def __len__(self):
        return len(self.elements)


WRAPPINGS = {
    "list": list,
    "tuple": tuple,
    "lists": lambda data: [list(row) for row in data],
    "one list of lists": lambda data: [list(data[0]), data[1]],
    "queue": collections.deque,
    "own sequence": Counted,
    "converted": Converted,
    "matrix": lambda data: [[data]] if data.ndim == 1 else [data],
}
if np.lib.NumpyVersion(np.__version__) >= "2.0.0":  # NumPy 1 warns of them
    WRAPPINGS["converted rows"] = lambda data: [Converted(row) for row in data]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS.keys())
@pytest.mark.parametrize("dtype", [float, int])
def test_masked_elements_in_whatever_holds_them(name, make_name, wrap, dtype):
    data = np.ma.masked_array(np.arange(6, dtype=dtype).reshape(2, 3), mask=False)
    with (
        shm(name, np.zeros(np.shape(wrap(data)), dtype)) as segment,
        shm(make_name(), np.zeros((4, 2, 3), dtype)) as cube,
    ):
        segment.set_data(wrap(data))
        assert segment.get_data().ravel().tolist() == [0, 1, 2, 3, 4, 5]
        data[1, 2] = np.ma.masked
        for action in (segment.set_data, cube.write_slice, lambda data: shm(name, data)):
            assert "mask" in refused(ValueError, ErrorCode.ARGUMENT, lambda action=action: action(wrap(data)))
        assert segment.counter == 2 and cube.counter == 1 and segment.info["state"] == "live"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("data", [[[1, np.ma.masked, 3]], [1, np.ma.masked], np.ma.masked, (np.ma.masked,)])
def test_the_masked_constant(make_name, data):
    refused(ValueError, ErrorCode.ARGUMENT, lambda: shm(make_name(), data))


def test_lists_that_hold_themselves(segment):
    endless = []
    endless.append(endless)
    refused(DaoError, ErrorCode.SHAPE, lambda: segment.set_data(endless))
    assert segment.counter == 1


def test_masked_arrays(segment):
    data = np.ma.masked_array(np.ones((2, 3)), mask=False)
    segment.set_data(data)
    assert (segment.get_data() == 1).all()
    data = np.ma.masked_array(np.full((2, 3), 2.0), mask=False)
    data[1, 1] = np.ma.masked
    for action in (segment.set_data, lambda data: shm(segment.name, data)):
        assert "mask" in refused(ValueError, ErrorCode.ARGUMENT, lambda action=action: action(data))
    assert segment.counter == 2 and segment.shape == (2, 3)
    segment.set_data(data.filled(7))
    assert segment.get_data()[1, 1] == 7


def test_a_masked_slice(name):
    with shm(name, np.zeros((3, 2, 2))) as cube:
        refused(ValueError, ErrorCode.ARGUMENT, lambda: cube.write_slice(np.ma.masked_equal(np.eye(2), 1)))
        assert cube.counter == 1


def test_large_python_integers(name, make_name):
    numbers = [[2**64 - 1, 0], [1, 2**63]]
    with shm(name, np.zeros((2, 2), np.uint64)) as whole:
        whole.set_data(numbers)
        assert whole.get_data().tolist() == numbers
        for bad in ([[2**64, 0], [0, 0]], [[2**63, -1], [0, 0]], [[2**63, 0.5], [0, 0]]):
            refused(TypeError, ErrorCode.TYPE, lambda bad=bad: whole.set_data(bad))
    with shm(make_name(), numbers) as made:
        assert made.dtype == np.uint64 and made.get_data().tolist() == numbers
    with shm(make_name(), np.zeros((2, 2))) as floats:
        floats.set_data([[2.0**63, 0], [1, 2]])
        assert floats.get_data()[0, 0] == 2.0**63


@pytest.mark.parametrize("data", [[2**64], [[10**5000, 0]], [-(2**63) - 1], [2**64, -1], 2**64], ids=range(5))
def test_integers_beyond_64_bits(segment, make_name, data):
    for action in (segment.set_data, lambda data: shm(make_name(), data)):
        message = refused((TypeError, ValueError), ErrorCode.TYPE, lambda action=action: action(data))
        assert "64 bits" in message


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
@pytest.mark.parametrize("number", [2**24 + 1, -(2**24) - 1, 2**53 + 1, 2**63 + 1, 2**64 - 1, np.int64(2**30 + 1)])
def test_integers_that_would_be_rounded(name, dtype, number):
    with shm(name, np.zeros(2, dtype)) as segment:
        assert str(number) in refused(TypeError, ErrorCode.TYPE, lambda: segment.set_data([0, number]))
        assert segment.counter == 1
        segment.set_data([0.0, float(number)])
        assert segment.get_data()[1] == np.dtype(dtype).type(number)


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_integers_that_floats_hold(name, dtype):
    numbers = [0, 1, -3, 2**24, -(2**24), 2**25, 2**62, 3 * 2**60]
    with shm(name, np.zeros(8, dtype)) as segment:
        segment.set_data(numbers)
        assert segment.get_data().tolist() == numbers
