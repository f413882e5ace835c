"""What callers pass, checked: the value, or an error that says what was found and what was expected."""

from __future__ import annotations

import operator
import os
from typing import Any

import numpy as np

from ._core import ErrorCode, flag, truth
from .errors import DaoTypeError, DaoValueError

__all__ = ["flag", "index_of", "integer", "number_within", "path_of", "refused", "shown", "truth"]

_MOST_SHOWN = 200


def refused(message: str) -> DaoValueError:
    """The error of an argument that the call does not take."""
    return DaoValueError.of(ErrorCode.ARGUMENT, message)


def shown(value: Any) -> str:
    """What a message says of a value: what it looks like, or, where that fails, its type."""
    try:
        text = repr(value).encode(errors="backslashreplace").decode()
    except Exception:  # of an integer of too many digits too
        return f"of type {type(value).__name__}"
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "..."


def _index(value: Any) -> int:
    if isinstance(value, np.bool_):  # an integer to NumPy 1
        raise TypeError("a bool of NumPy is no integer")
    return operator.index(value)


def integer(name: str, value: Any) -> int:
    """An integer of any kind. Raises TypeError."""
    try:
        return _index(value)
    except TypeError as reason:
        raise DaoTypeError.of(ErrorCode.TYPE, f"{name} is {shown(value)}; expected an integer") from reason


def index_of(value: Any) -> int | None:
    """The integer that a value is; None for a bool, and for what is no integer."""
    try:
        return None if isinstance(value, bool) else _index(value)
    except TypeError:
        return None


def number_within(name: str, value: Any, low: int, high: int) -> int:
    """An integer from low to high. Raises ValueError."""
    number = index_of(value)
    if number is None or not low <= number <= high:
        raise refused(f"{name} is {shown(value)}; expected an integer, {low} to {high}")
    return number


def path_of(name: str, value: Any) -> bytes:
    """What C takes for a path. Raises ValueError, or TypeError for what is no path at all."""
    found = f"{name} is {shown(value)}"
    try:
        path = os.fsencode(value)
    except TypeError as reason:
        raise DaoTypeError.of(ErrorCode.NAME, f"{found}; expected a path") from reason
    except UnicodeError as reason:
        raise DaoValueError.of(
            ErrorCode.NAME, f"{found}: {reason}; expected what the system takes for a path"
        ) from reason
    if b"\0" in path:
        raise DaoValueError.of(ErrorCode.NAME, f"{found}: zero byte at index {path.index(0)}; expected none")
    return path
