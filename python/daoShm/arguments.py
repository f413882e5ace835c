"""What callers pass, checked: the value, or an error that says what was found and what was expected."""

from __future__ import annotations

import operator
from typing import Any

from ._core import ErrorCode, flag
from .errors import DaoTypeError, DaoValueError

__all__ = ["flag", "integer", "number_within", "refused"]


def refused(message: str) -> DaoValueError:
    """The error of an argument that the call does not take."""
    return DaoValueError.of(ErrorCode.ARGUMENT, message)


def integer(name: str, value: Any) -> int:
    """An integer of any kind. Raises TypeError."""
    try:
        return operator.index(value)
    except TypeError as reason:
        raise DaoTypeError.of(ErrorCode.TYPE, f"{name} is {value!r}; expected an integer") from reason


def number_within(name: str, value: Any, low: int, high: int) -> int:
    """An integer from low to high. Raises ValueError."""
    number = value.__index__() if hasattr(value, "__index__") else None
    if number is None or not low <= number <= high:
        raise refused(f"{name} is {value!r}; expected an integer, {low} to {high}")
    return int(number)
