"""From what users pass to an array that a segment takes as it is: no silent cast, no silent reshape but of a line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._core import ELEMENT_TYPES, ErrorCode
from .errors import DaoTypeError, DaoValueError

# Kinds of type that take Python numbers of a kind.
_TAKEN_BY = {"b": "iufc", "i": "iufc", "u": "iufc", "f": "fc", "c": "c"}


def _type_error(message: str) -> DaoTypeError:
    return DaoTypeError.of(ErrorCode.TYPE, message)


def _shape_error(message: str) -> DaoValueError:
    return DaoValueError.of(ErrorCode.SHAPE, message)


# Types whose instances hold no masked element.
_WHOLE = (int, float, complex, str, bytes, np.generic)
_MOST_LEVELS = 64  # of lists in lists, to NumPy too


def _holds_masked(data: Any, level: int = 0) -> bool:
    """Whether an element is masked somewhere, of which NumPy would take what lies under the mask."""
    if isinstance(data, _WHOLE) or level > _MOST_LEVELS:
        return False
    if hasattr(data, "__array__"):
        return bool(np.ma.is_masked(np.asanyarray(data)))
    if not (hasattr(data, "__getitem__") and hasattr(data, "__len__")) or isinstance(data, (bytearray, memoryview)):
        return False
    try:
        elements = list(data)
    except (TypeError, ValueError, LookupError):  # no sequence to NumPy either
        return False
    if all(issubclass(kind, _WHOLE) for kind in set(map(type, elements))):
        return False
    return any(_holds_masked(element, level + 1) for element in elements)


@contextlib.contextmanager
def _about(name: str | None) -> Iterator[None]:
    """Errors within name the segment; one without a name is private."""
    try:
        yield
    except (DaoTypeError, DaoValueError) as error:
        raise type(error).of(error.code, f"{name or 'a private image'}: {error}") from error.__cause__


def _as_array(data: Any) -> NDArray[Any]:
    try:
        source = np.asanyarray(data) if hasattr(data, "__array__") else data
        array: NDArray[Any] | None = None if _holds_masked(source) else np.asarray(source)
    except (ValueError, TypeError) as reason:
        raise _shape_error(
            f"data is not an array of numbers: {reason}; expected one, or nested lists of one shape"
        ) from reason
    if array is None:
        raise DaoValueError.of(
            ErrorCode.ARGUMENT, "data is masked in places; expected a value for each element, as filled() gives"
        )
    if _may_be_large_integers(data, array):
        array = _large_integers(data, array)
    if array.dtype.kind == "O":
        raise _type_error(f"data of type {type(data).__name__} is no array of numbers; expected {_known_types()}")
    return array


def _is_python(data: Any) -> bool:
    """Whether data is made of Python's numbers, which have no size of their own."""
    return isinstance(data, (list, tuple, int, float, complex)) and not hasattr(data, "dtype")


def _may_be_large_integers(data: Any, array: NDArray[Any]) -> bool:
    # NumPy makes floats of integers of which some are over 2**63 - 1 and some are small, and objects of those beyond 64
    # bits.
    if not array.size or not _is_python(data):
        return False
    return array.dtype.kind == "O" or (array.dtype.kind == "f" and float(array.max()) >= 2.0**63)


def _large_integers(data: Any, array: NDArray[Any]) -> NDArray[Any]:
    numbers = np.asarray(data, object)
    if not all(isinstance(number, (int, np.integer)) for number in numbers.flat):
        return array
    if min(numbers.flat) < 0 or max(numbers.flat) > np.iinfo(np.uint64).max:
        raise _type_error(
            "data holds integers that need more than 64 bits together; expected what int64 or uint64 can hold"
        )
    return numbers.astype(np.uint64)


def _known_types() -> str:
    return "one of " + ", ".join(ELEMENT_TYPES)


def _check_numbers(data: Any, array: NDArray[Any]) -> None:
    if array.dtype.kind not in "biufc":
        raise _type_error(
            f"data of type {type(data).__name__} holds no numbers, but {array.dtype}; expected {_known_types()}"
        )


def segment_array(data: Any, name: str | None) -> NDArray[Any]:
    """An array of an element type with 1 to 3 axes, native byte order and C order; a scalar becomes shape (1,)."""
    with _about(name):
        return _segment_array(data)


def _segment_array(data: Any) -> NDArray[Any]:
    array = np.atleast_1d(_as_array(data))
    _check_numbers(data, array)
    if array.dtype.newbyteorder("=") not in map(np.dtype, ELEMENT_TYPES):
        raise _type_error(f"data has type {array.dtype}; expected {_known_types()}")
    if array.ndim > 3:
        raise _shape_error(f"data has shape {array.shape}, {array.ndim} axes; expected 1 to 3")
    if array.size == 0:
        raise _shape_error(f"data has shape {array.shape}; expected at least one element along each axis")
    return np.require(array, array.dtype.newbyteorder("="), ["C", "A"])


def _is_line(shape: tuple[int, ...]) -> bool:
    """Whether the elements lie along one axis at most: then any other such shape has them in the same order."""
    return sum(length != 1 for length in shape) <= 1


def _check_shape(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if array.shape != shape:
        if array.size == np.prod(shape) and _is_line(array.shape) and _is_line(shape):
            return array.reshape(shape)
        raise _shape_error(f"data has shape {array.shape}; expected the segment's, {shape}")
    return array


def _check_exact(array: NDArray[Any], dtype: np.dtype[Any]) -> None:
    """Refuse integers that a type of floats, which does not take theirs, would round."""
    most = 2 ** (np.finfo(dtype).nmant + 1)  # up to which it has all
    large = array[(array > most) | (array < -most)]
    for number in large.tolist():
        if int(dtype.type(number).real) != number:
            raise _type_error(f"data holds {number}, which {dtype} would round; expected what it holds, or a float")


def _cast_python_numbers(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Python numbers have no size of their own: they take the segment's type when their kind and value fit."""
    if dtype.kind not in _TAKEN_BY.get(array.dtype.kind, ""):
        raise _type_error(f"data holds numbers of type {array.dtype}; expected what casts safely to {dtype}")
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        low, high = int(array.min()), int(array.max())
        if low < limits.min or high > limits.max:
            found = low if low < limits.min else high
            raise _type_error(f"data holds {found}; expected {dtype}, {limits.min} to {limits.max}")
    elif array.dtype.kind in "iu" and not np.can_cast(array.dtype, dtype, "safe"):
        _check_exact(array, dtype)
    try:
        with np.errstate(over="raise"):
            return array.astype(dtype)
    except FloatingPointError as reason:
        raise _type_error(f"data holds numbers beyond the segment's type; expected what {dtype} can hold") from reason


def frame_array(data: Any, dtype: np.dtype[Any], shape: tuple[int, ...], name: str) -> NDArray[Any]:
    """An array of exactly that dtype and shape, in C order, for the segment of that name.

    Raises TypeError where the type does not cast safely, ValueError for another shape; both name both sides.
    """
    with _about(name):
        return _frame_array(data, dtype, shape)


def _frame_array(data: Any, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    array = _as_array(data)
    _check_numbers(data, array)
    array = _check_shape(array, shape)
    if _is_python(data) and array.dtype != dtype:
        array = _cast_python_numbers(array, dtype)
    if not np.can_cast(array.dtype, dtype, "safe"):
        raise _type_error(f"data has type {array.dtype}; expected what casts safely to the segment's, {dtype}")
    return np.require(array, dtype, ["C", "A"])
