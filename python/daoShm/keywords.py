"""The keywords of a segment as a mapping."""

from __future__ import annotations

import contextlib
from collections.abc import ItemsView, Iterator, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any

import numpy as np

from ._core import ErrorCode
from .arguments import shown
from .errors import DaoError, DaoKeyError, DaoKeywordNameError, DaoTypeError

if TYPE_CHECKING:
    from ._core import Segment

Value = int | float | str

_NOTHING = object()


def _plain(value: Any) -> Any:
    """Python's value for one of NumPy's. What is masked has none."""
    if isinstance(value, (np.generic, np.ndarray)) and value.ndim == 0:
        value = None if np.ma.is_masked(value) else value.item()
        if isinstance(value, np.floating):  # of more bits than a float has
            return float(value)
    return value


_LOOKUP_ERRORS = {ErrorCode.NOT_FOUND: DaoKeyError, ErrorCode.KEYWORD: DaoKeywordNameError}


@contextlib.contextmanager
def _looking_up() -> Iterator[None]:
    """Makes errors about the name the KeyErrors that mappings promise."""
    try:
        yield
    except DaoError as error:
        kind = _LOOKUP_ERRORS.get(error.code)
        if kind is None:
            raise
        raise kind.of(error.code, str(error)) from None


# The views that mappings get by default look for each name once more, when another process may have removed it.
class _Items(ItemsView[str, Value]):
    __slots__ = ()
    _mapping: Keywords

    def __iter__(self) -> Iterator[tuple[str, Value]]:
        return iter(self._mapping.copy().items())


class _Values(ValuesView[Value]):
    __slots__ = ()
    _mapping: Keywords

    def __contains__(self, value: object) -> bool:
        return value in self._mapping.copy().values()

    def __iter__(self) -> Iterator[Value]:
        return iter(self._mapping.copy().values())


class Keywords(MutableMapping[str, Value]):
    """The keywords of a segment: names of 1 to 16 bytes; values int (64 bits), float or str (at most 16 bytes),
    also as NumPy scalars.

    The room is the ``nbkw`` that the segment was made with. Each is read and written whole, by any process. ``copy()``,
    ``items()`` and ``values()`` look once, whatever other processes remove meanwhile; ``dict(keywords)`` looks for each
    name once more, as it does in every mapping, and raises KeyError for one that was removed in between.
    Raises KeyError for a name that is not there, which is a ValueError too where no keyword can have it, and ValueError
    for what does not fit.
    """

    __slots__ = ("_segment",)

    def __init__(self, segment: Segment) -> None:
        self._segment = segment

    def _entry(self, name: str) -> tuple[str, Value, str]:
        with _looking_up():
            return self._segment._keyword(name)

    def _entries(self) -> Iterator[tuple[str, Value, str]]:
        index = 0
        while True:
            try:
                yield self._segment._keyword_at(index)
            except DaoError as error:
                if error.code != ErrorCode.NOT_FOUND:
                    raise
                return
            index += 1

    def __getitem__(self, name: str) -> Value:
        return self._entry(name)[1]

    def __setitem__(self, name: str, value: Value | np.generic) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        with _looking_up():
            self._segment._remove_keyword(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _, _ in list(self._entries()))

    def __len__(self) -> int:
        return self._segment._keyword_count()

    def __repr__(self) -> str:
        return f"<Keywords {self.copy()}>"

    def items(self) -> ItemsView[str, Value]:
        return _Items(self)

    def values(self) -> ValuesView[Value]:
        return _Values(self)

    def copy(self) -> dict[str, Value]:
        """All as they are now, as a dictionary of the caller's own."""
        return {name: value for name, value, _ in self._entries()}

    def set(self, name: str, value: Value | np.generic, comment: str | None = None) -> None:
        """Set a keyword, adding it when there is none of that name; comment: up to 79 bytes, None keeps it."""
        self._segment._set_keyword(name, _plain(value), comment)

    def update(self, other: Any = (), /, **values: Value | np.generic) -> None:
        """Set many in one pass; comments stay.

        Raises ValueError when one cannot be a keyword, and sets none then; or when there is no room for some, which are
        left out. Raises TypeError when `other` is no mapping and has no pairs.
        """
        try:
            given = dict(other, **values)
        except DaoError:
            raise
        except (TypeError, ValueError) as reason:
            raise DaoTypeError.of(
                ErrorCode.TYPE, f"{shown(other)} cannot be keywords; expected a mapping, or pairs of names and values"
            ) from reason
        entries = [(name, _plain(value)) for name, value in given.items()]
        self._segment._set_keywords(entries, False)

    def pop(self, name: str, default: Any = _NOTHING) -> Any:
        """Remove a keyword and return its value; default when there is none, also when it went in between."""
        try:
            value = self[name]
            del self[name]
        except KeyError:
            if default is _NOTHING:
                raise
            return default
        return value

    def clear(self) -> None:
        """Remove all keywords."""
        self._segment._set_keywords([], True)

    def comment(self, name: str) -> str:
        """The comment of a keyword, "" when it has none."""
        return self._entry(name)[2]
