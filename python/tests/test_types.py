"""Element types, shapes and depths: what goes in comes out."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import daoShm
from daoShm import shm

dtypes = st.sampled_from(daoShm.ELEMENT_TYPES).map(np.dtype)
shapes = arrays.array_shapes(min_dims=1, max_dims=3, max_side=7)
frames = dtypes.flatmap(lambda dtype: arrays.arrays(dtype, shapes))
in_this_process = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def same(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def test_there_are_twelve_element_types():
    assert len(daoShm.ELEMENT_TYPES) == 12
    assert set(daoShm.ELEMENT_TYPES) >= {"uint8", "int64", "float32", "complex128"}


@pytest.mark.parametrize("depth", [1, 2, 5])
@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 4)])
@pytest.mark.parametrize("dtype", daoShm.ELEMENT_TYPES)
def test_every_type_with_every_number_of_axes(name, dtype, shape, depth):
    first = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    with shm(name, first, depth=depth) as writer, shm(name) as reader:
        assert (reader.shape, reader.dtype, reader.depth) == (shape, np.dtype(dtype), depth)
        assert same(reader.get_data(), first)
        writer.set_data(first + np.ones((), dtype))
        assert same(reader.get_data(), first + np.ones((), dtype))
        assert same(reader.view(), first + np.ones((), dtype))
        assert reader.get_counter() == 2


@in_this_process
@given(frame=frames, depth=st.integers(1, 6))
def test_any_frame_survives_the_way(make_name, frame, depth):
    with shm(make_name(), frame, depth=depth) as segment, shm(segment.name) as reader:
        assert same(reader.get_data(), np.ascontiguousarray(frame))
        assert same(reader.get_data(reform=False), np.ascontiguousarray(frame).reshape(-1))


@in_this_process
@given(frame=frames, flips=st.tuples(st.booleans(), st.booleans(), st.booleans()), swap=st.booleans())
def test_any_memory_layout_is_taken(make_name, frame, flips, swap):
    steps = tuple(slice(None, None, -1 if flip else 1) for flip in flips[: frame.ndim])
    odd = np.asfortranarray(frame)[steps]
    if swap:
        odd = odd.astype(odd.dtype.newbyteorder(">"))
    with shm(make_name(), np.zeros_like(frame)) as segment:
        segment.set_data(odd)
        assert same(segment.get_data(), np.ascontiguousarray(frame[steps]))
    with shm(make_name(), odd) as segment:
        assert same(segment.get_data(), np.ascontiguousarray(frame[steps]))


@in_this_process
@given(source=dtypes, target=dtypes)
def test_a_type_is_taken_when_it_casts_safely_and_only_then(make_name, source, target):
    frame = np.ones((2, 3), source)
    with shm(make_name(), np.zeros((2, 3), target)) as segment:
        if np.can_cast(source, target, "safe"):
            segment.set_data(frame)
            assert same(segment.get_data(), frame.astype(target))
        else:
            with pytest.raises(TypeError) as caught:
                segment.set_data(frame)
            assert str(source) in str(caught.value) and str(target) in str(caught.value)
            assert segment.counter == 1


def is_line(shape):
    """How many elements, of a shape in which all axes but one at most are 1; else 0."""
    return max(shape) if sum(length != 1 for length in shape) <= 1 else 0


@in_this_process
@given(made=shapes, given_shape=shapes)
def test_another_shape_is_refused_and_both_are_named(make_name, made, given_shape):
    with shm(make_name(), np.zeros(made)) as segment:
        if made == given_shape or is_line(made) == is_line(given_shape) > 0:
            segment.set_data(np.ones(given_shape))
        else:
            with pytest.raises(ValueError) as caught:
                segment.set_data(np.ones(given_shape))
            assert str(made) in str(caught.value) and str(given_shape) in str(caught.value)
            assert segment.counter == 1


@pytest.mark.parametrize("dtype", daoShm.ELEMENT_TYPES)
def test_lists_and_scalars_of_python_numbers(make_name, dtype):
    with shm(make_name(), np.zeros((2, 2), dtype)) as segment:
        segment.set_data([[1, 2], (3, 4)])
        assert segment.get_data().tolist() == [[1, 2], [3, 4]]
    with shm(make_name(), np.zeros(1, dtype)) as segment:
        segment.set_data(7)
        assert segment.get_data().tolist() == [7]


def test_a_segment_made_from_lists_and_scalars(make_name):
    with shm(make_name(), [[1.5, 2.5]]) as segment:
        assert segment.dtype == np.float64 and segment.shape == (1, 2)
    with shm(make_name(), 3) as segment:
        assert segment.dtype == np.int64 and segment.shape == (1,)
    with shm(make_name(), np.float32(3)) as segment:
        assert segment.dtype == np.float32


@pytest.mark.parametrize(
    "dtype, data",
    [
        ("uint8", [256, 0]),
        ("uint8", [-1, 0]),
        ("int16", [1.0, 2]),
        ("float32", [1e300, 0.0]),
        ("float64", [1j, 0]),
        ("float32", ["a", "b"]),
        ("float32", [None, 1]),
        ("float32", None),
        ("int32", np.array([1, 2], "datetime64[s]")),
    ],
)
def test_python_values_that_do_not_fit_are_refused(name, dtype, data):
    with shm(name, np.zeros(2, dtype)) as segment:
        with pytest.raises((TypeError, ValueError)) as caught:
            segment.set_data(data)
        assert isinstance(caught.value, daoShm.DaoError)
        assert segment.counter == 1


@pytest.mark.parametrize("data", [[True], np.zeros(2, np.float16), np.zeros(2, "U3"), np.zeros(2, object), object()])
def test_a_segment_of_an_unknown_type_is_refused(name, data, folder):
    with pytest.raises(TypeError, match="complex128"):
        shm(name, data)
    assert not (folder / name).exists()


@pytest.mark.parametrize("data", [np.zeros((1, 1, 1, 1)), np.zeros((3, 0)), [], [[1], [2, 3]]])
def test_a_segment_of_an_unusable_shape_is_refused(name, data, folder):
    with pytest.raises(ValueError):
        shm(name, data)
    assert not (folder / name).exists()
