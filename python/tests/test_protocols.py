"""How NumPy and others take a segment for an array."""

import numpy as np
import pytest

from daoShm import shm


@pytest.fixture
def segment(name):
    with shm(name, np.arange(6, dtype=np.float32).reshape(2, 3)) as made:
        yield made


@pytest.mark.parametrize("convert", [np.array, np.asarray, np.from_dlpack, lambda s: s.__array__()])
def test_conversions_are_whole_copies(segment, convert):
    copy = np.asarray(convert(segment))
    segment.set_data(np.zeros((2, 3), np.float32))
    assert copy.tolist() == [[0, 1, 2], [3, 4, 5]] and copy.dtype == np.float32


def test_array_with_a_dtype(segment):
    assert segment.__array__(np.float64).dtype == np.float64
    assert segment.__array__("int16", copy=True).tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ValueError, match="float64"):
        segment.__array__(np.float64, copy=False)


def test_without_a_copy_it_is_the_view(segment):
    live = segment.__array__(copy=False)
    assert np.shares_memory(live, segment.view()) and not live.flags.writeable


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.1.0", reason="read-only DLPack came with NumPy 2.1")
def test_dlpack_without_a_copy(segment):
    live = np.from_dlpack(segment, copy=False)
    segment.set_data(np.full((2, 3), 9, np.float32))
    assert (live == 9).all() and not live.flags.writeable
    assert segment.__dlpack_device__() == (1, 0)


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="copy=False may copy before NumPy 2")
def test_asarray_without_a_copy_is_the_memory(segment):
    live = np.asarray(segment, copy=False)
    assert np.shares_memory(live, segment.view()) and not live.flags.writeable
    with pytest.raises(ValueError, match="float64"):
        np.asarray(segment, np.float64, copy=False)


def test_a_buffer_is_asked_of_a_copy_or_of_a_view(segment):
    with pytest.raises(TypeError):
        memoryview(segment)
    live, copy = memoryview(segment.view()), memoryview(segment.get_data())
    segment.set_data(np.full((2, 3), 9, np.float32))
    assert live.readonly and live[1, 2] == 9 and copy[1, 2] == 5 and not copy.readonly


def test_numpy_functions_take_a_segment(segment):
    assert np.sum(segment) == 15
    assert np.add(segment, 1).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_repr(segment):
    text = repr(segment)
    for part in (segment.name, "(2, 3)", "float32", "depth 1", "frame 1"):
        assert part in text


def test_attributes(segment):
    assert (segment.ndim, segment.size, segment.nbytes) == (2, 6, 24)
