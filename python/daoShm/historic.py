"""What programs of the field find beside shm: the C structs for ctypes, element types, the level of messages."""

from __future__ import annotations

import ctypes
import functools
from typing import Any, NoReturn, SupportsIndex

import numpy as np

from . import _core
from .arguments import integer, number_within, shown
from .errors import DaoPermissionError, DaoTypeError


class timespec(ctypes.Structure):
    """Seconds and nanoseconds."""

    _fields_ = [("tv_sec", ctypes.c_int64), ("tv_nsec", ctypes.c_int64)]


class TIMESPECFIXED(ctypes.Structure):
    """Two integers of fixed size; secondlong holds nanoseconds since the Unix epoch."""

    _fields_ = [("firstlong", ctypes.c_int64), ("secondlong", ctypes.c_int64)]


class Complex64(ctypes.Structure):
    """An element of type complex64."""

    _fields_ = [("real", ctypes.c_float), ("imag", ctypes.c_float)]


class Complex128(ctypes.Structure):
    """An element of type complex128."""

    _fields_ = [("real", ctypes.c_double), ("imag", ctypes.c_double)]


class IMAGE_KEYWORD(ctypes.Structure):
    """One keyword, as it lies in the segment. Use shm.keywords to read and write it whole."""

    class VALUE(ctypes.Union):
        """The value, as the keyword's type says."""

        _fields_ = [("numl", ctypes.c_int64), ("numf", ctypes.c_double), ("valstr", ctypes.c_char * 16)]

    _fields_ = [
        ("name", ctypes.c_char * 16),
        ("type", ctypes.c_char),
        ("value", VALUE),
        ("comment", ctypes.c_char * 80),
    ]


class IMAGE_METADATA(ctypes.Structure):
    """What a segment says of itself and of the frame in one slot."""

    class ATIME(ctypes.Union):
        """The acquisition time."""

        _fields_ = [("ts", timespec), ("tsfixed", TIMESPECFIXED)]

    _fields_ = [
        ("name", ctypes.c_char * 80),
        ("naxis", ctypes.c_uint8),
        ("size", ctypes.c_uint32 * 3),
        ("nelement", ctypes.c_uint64),
        ("atype", ctypes.c_uint8),
        ("creation_time", ctypes.c_double),
        ("last_access", ctypes.c_double),
        ("atime", ATIME),
        ("shared", ctypes.c_uint8),
        ("status", ctypes.c_uint8),
        ("logflag", ctypes.c_uint8),
        ("sem", ctypes.c_uint16),
        ("cnt0", ctypes.c_uint64),
        ("cnt1", ctypes.c_uint64),
        ("cnt2", ctypes.c_uint64),
        ("write", ctypes.c_uint8),
        ("NBkw", ctypes.c_uint16),
        ("lastPos", ctypes.c_uint32),
        ("lastNb", ctypes.c_uint32),
        ("packetNb", ctypes.c_uint32),
        ("packetTotal", ctypes.c_uint32),
        ("lastNbArray", ctypes.c_uint64 * 512),
        ("fifo_size", ctypes.c_uint32),
        ("fifo_last_written", ctypes.c_uint32),
    ]


class _ReadOnly:
    """Fields and elements of memory that may only be read: to write there would end the process."""

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise DaoPermissionError.of(
            _core.ErrorCode.READ_ONLY,
            f"cannot set {name}: the segment is open for reading only; expected one open for writing",
        )

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        self.__setattr__(f"[{shown(index)}]", value)

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if isinstance(value, (ctypes.Structure, ctypes.Union, ctypes.Array)) and not isinstance(value, _ReadOnly):
            value.__class__ = _read_only(type(value))
        return value


@functools.cache
def _read_only(kind: Any) -> Any:
    """The same kind of ctypes' for memory that may only be read."""
    return type(kind.__name__, (_ReadOnly, kind), {})


def _image_fields(metadata: Any, keyword: Any) -> list[tuple[str, Any]]:
    return [
        ("name", ctypes.c_char * 80),
        ("used", ctypes.c_uint8),
        ("shmfd", ctypes.c_int32),
        ("memsize", ctypes.c_uint64),
        ("semlog", ctypes.c_void_p),
        ("md", metadata),
        ("array", ctypes.c_void_p),
        ("semptr", ctypes.c_void_p),
        ("kw", keyword),
        ("semReadPID", ctypes.c_void_p),
        ("semWritePID", ctypes.c_void_p),
        ("fifo_last_read", ctypes.c_uint32),
        ("fifo_last_read_cnt0", ctypes.c_uint64),
    ]


class IMAGE(ctypes.Structure):
    """A segment as C programs see it. md, array and kw point into it; the semaphores are null."""

    _fields_ = _image_fields(ctypes.POINTER(IMAGE_METADATA), ctypes.POINTER(IMAGE_KEYWORD))


def _read_only_pointer(kind: Any) -> Any:
    target = _read_only(kind)
    return type(f"LP_{kind.__name__}", (_ReadOnly, ctypes.POINTER(target)), {"_type_": target})


class _ReadOnlyImage(ctypes.Structure):
    _fields_ = _image_fields(_read_only_pointer(IMAGE_METADATA), _read_only_pointer(IMAGE_KEYWORD))


def image_of(fields: bytes, memory: object, read_only: bool) -> Any:
    """An IMAGE with those bytes; it, and what is read through it, keeps the memory mapped."""
    image = (_ReadOnlyImage if read_only else IMAGE).from_buffer_copy(fields)
    image._memory = memory
    return image


_ELEMENTS: dict[str, Any] = {
    "uint8": ctypes.c_uint8,
    "int8": ctypes.c_int8,
    "uint16": ctypes.c_uint16,
    "int16": ctypes.c_int16,
    "uint32": ctypes.c_uint32,
    "int32": ctypes.c_int32,
    "uint64": ctypes.c_uint64,
    "int64": ctypes.c_int64,
    "float32": ctypes.c_float,
    "float64": ctypes.c_double,
    "complex64": Complex64,
    "complex128": Complex128,
}


def _name_of(daoType: Any) -> str | None:
    code = integer("daoType", daoType)
    return _core.ELEMENT_TYPES[code - 1] if 1 <= code <= len(_core.ELEMENT_TYPES) else None


def _numpy_name_of(npArray: Any) -> str:
    """The name of the element type of an array, a scalar, or what numpy.dtype() takes for a type."""
    is_type = isinstance(npArray, (type, str, np.dtype))
    try:
        return str(np.dtype(npArray if is_type else npArray.dtype).name)
    except (AttributeError, TypeError, ValueError, SyntaxError) as reason:
        raise DaoTypeError.of(
            _core.ErrorCode.TYPE, f"npArray is {shown(npArray)}; expected an array or an element type"
        ) from reason


def daoType2NpType(daoType: SupportsIndex) -> Any:
    """The NumPy type of an element type's code (atype), None when there is no such type."""
    name = _name_of(daoType)
    return None if name is None else np.dtype(name).type


def daoType2CtypesType(daoType: SupportsIndex) -> Any:
    """The ctypes type of an element type's code (atype), None when there is no such type."""
    name = _name_of(daoType)
    return None if name is None else _ELEMENTS[name]


def npType2DaoType(npArray: Any) -> int | None:
    """The code (atype) of an element type or of an array's, None when segments cannot hold it."""
    name = _numpy_name_of(npArray)
    return _core.ELEMENT_TYPES.index(name) + 1 if name in _core.ELEMENT_TYPES else None


def npType2CtypesType(npArray: Any) -> Any:
    """The ctypes type of an element type or of an array's, None when segments cannot hold it."""
    return _ELEMENTS.get(_numpy_name_of(npArray))


def setLogLevel(logLevel: SupportsIndex) -> None:
    """Set what programs in C print in this process: 0 warnings, 1 information too, 2 debugging, 3 tracing."""
    _core.set_log_level(number_within("logLevel", logLevel, 0, 3))


def getLogLevel() -> int:
    """What setLogLevel() set."""
    return _core.log_level()
