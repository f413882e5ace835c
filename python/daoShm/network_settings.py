"""What is to be published and subscribed to: attributes of shm, each checked when it is set."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from ._core import ErrorCode
from .arguments import index_of, refused, shown
from .errors import DaoTypeError

_Value = TypeVar("_Value")

# With a trailing dot or an underscore too, as name servers have them.
_HOST_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_DIGITS = re.compile(r"[0-9]{1,9}")
# As the library has them: also what changes the direction or the lines of text.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Setting(Generic[_Value]):
    """An attribute whose values are what ``check(name, value)`` returns."""

    def __init__(self, check: Callable[[str, Any], _Value]) -> None:
        self._check = check

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, kind: type) -> Setting[_Value]: ...
    @overload
    def __get__(self, owner: object, kind: type | None = None) -> _Value: ...
    def __get__(self, owner: Any, kind: type | None = None) -> Any:
        return self if owner is None else owner.__dict__[self._name]

    def __set__(self, owner: Any, value: Any) -> None:
        owner.__dict__[self._name] = self._check(self._name, value)


def _text(name: str, value: Any, expected: str) -> str:
    if not isinstance(value, str):
        raise DaoTypeError.of(ErrorCode.ARGUMENT, f"{name} is {shown(value)}; expected {expected}")
    return value


def port_number(name: str, value: Any, lowest: int = 0) -> int:
    """The port, from ``lowest`` to 65535, that an argument is. Raises ValueError."""
    is_text = isinstance(value, str) and _DIGITS.fullmatch(value) is not None
    number = int(value) if is_text else index_of(value)
    if number is None or not lowest <= number <= 65535:
        raise refused(f"{name} is {shown(value)}; expected a port, {lowest} to 65535")
    return number


def port_to_reach(name: str, value: Any) -> int:
    """The port of somebody else. Raises ValueError."""
    return port_number(name, value, lowest=1)


def is_host(text: str) -> bool:
    """Whether that may be the name or the address of a machine."""
    if ":" not in text:
        return _HOST_NAME.fullmatch(text) is not None
    try:
        ipaddress.IPv6Address(text[1:-1] if text[0] + text[-1] == "[]" else text)
    except ValueError:
        return False
    return True


def host(name: str, value: Any) -> str:
    """The name or address of a machine. Raises ValueError, TypeError."""
    expected = "the name or IP address of a machine, as in 'rtc' or '10.0.0.1'"
    if not is_host(_text(name, value, expected)):
        raise refused(f"{name} is {shown(value)}; expected {expected}")
    return str(value)


def bind_address(name: str, value: Any) -> str:
    """Where to listen. Raises ValueError, TypeError."""
    expected = "an address of this machine, as in '10.0.0.1', or '*' for all"
    if _text(name, value, expected) != "*" and not is_host(value):
        raise refused(f"{name} is {shown(value)}; expected {expected}")
    return str(value)


def topic(name: str, value: Any) -> str | None:
    """A segment's name at a port. Raises ValueError, TypeError."""
    if value is None:
        return None
    expected = "1 to 79 bytes of UTF-8 without control characters, or None"
    text = _text(name, value, expected)
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        size = 0
    if not 1 <= size <= 79 or _CONTROL.search(text):
        raise refused(f"{name} is {shown(value)}; expected {expected}")
    return text


def path(name: str, value: Any) -> str | None:
    """A file, or a key as text. Raises ValueError."""
    if value is None:
        return None
    try:
        text = os.fsdecode(value)
        text.encode()
    except (TypeError, UnicodeEncodeError) as reason:
        raise refused(f"{name} is {shown(value)}; expected a path in UTF-8") from reason
    if not text or "\0" in text:
        raise refused(f"{name} is {shown(value)}; expected a path without zero bytes")
    return text
