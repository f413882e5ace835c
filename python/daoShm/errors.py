"""Exceptions: each is a DaoError, and also the matching built-in exception where there is one."""

from __future__ import annotations

import errno
from typing import TypeVar

from ._core import ErrorCode

_Kind = TypeVar("_Kind", bound="DaoError")


class DaoError(Exception):
    """Something went wrong with a segment; the message names it, what was found and what was expected.

    ``code`` is the ErrorCode.
    """

    code: ErrorCode = ErrorCode.NONE

    @classmethod
    def of(cls: type[_Kind], code: ErrorCode, message: str) -> _Kind:
        """Make one of this class with that code."""
        error = cls(message)
        error.code = code
        return error


class DaoNotFoundError(DaoError, FileNotFoundError):
    """There is no such segment."""

    errno = errno.ENOENT


class DaoPermissionError(DaoError, PermissionError):
    """The system refuses access, or the segment is open for reading only."""

    errno = errno.EACCES


class DaoExistsError(DaoError, FileExistsError):
    """Something has the name already that may not be replaced."""

    errno = errno.EEXIST


class DaoTimeoutError(DaoError, TimeoutError):
    """A time limit passed: no frame came, or another writer kept the segment locked."""

    errno = errno.ETIMEDOUT


class DaoValueError(DaoError, ValueError):
    """A value that the call does not take: a shape, a number, a name, a closed segment."""


class DaoTypeError(DaoError, TypeError):
    """An element type that is unknown or does not cast safely."""


class DaoKeyError(DaoError, KeyError):
    """There is no keyword of that name."""

    __str__ = Exception.__str__


class DaoKeywordNameError(DaoKeyError, DaoValueError):
    """No keyword can have that name: it is not text, or too long."""


class DaoUnsupportedError(DaoError, NotImplementedError):
    """This segment, this system or this build cannot do that."""


_CLASSES = {
    ErrorCode.NOT_FOUND: DaoNotFoundError,
    ErrorCode.EXISTS: DaoExistsError,
    ErrorCode.PERMISSION: DaoPermissionError,
    ErrorCode.READ_ONLY: DaoPermissionError,
    ErrorCode.TIMEOUT: DaoTimeoutError,
    ErrorCode.BUSY: DaoTimeoutError,
    ErrorCode.ARGUMENT: DaoValueError,
    ErrorCode.CLOSED: DaoValueError,
    ErrorCode.NAME: DaoValueError,
    ErrorCode.SHAPE: DaoValueError,
    ErrorCode.RANGE: DaoValueError,
    ErrorCode.SEMAPHORE: DaoValueError,
    ErrorCode.KEYWORD: DaoValueError,
    ErrorCode.TYPE: DaoTypeError,
    ErrorCode.UNSUPPORTED: DaoUnsupportedError,
}


def make(code: int, message: str) -> DaoError:
    """Make the exception that fits an error code."""
    return _CLASSES.get(ErrorCode(code), DaoError).of(ErrorCode(code), message)
