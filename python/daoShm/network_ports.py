"""Ports at which the objects of this process publish."""

from __future__ import annotations

import os
import threading
import warnings
from typing import Any, ClassVar

from . import _core
from .errors import DaoValueError

_OPEN_TO_ALL = (
    "frames are published unencrypted to every machine that reaches this one; bind='127.0.0.1' or another address of "
    "this machine restricts that, keys= encrypts"
)


def _warn_once() -> None:
    global _has_warned
    if not _has_warned:
        _has_warned = True
        warnings.warn(_OPEN_TO_ALL, RuntimeWarning, stacklevel=6)


_has_warned = False


class Port:
    """A publisher, shared by the objects of this process that publish at one port."""

    _all: ClassVar[dict[int, Port]] = {}
    _lock = threading.RLock()

    def __init__(self, port: int, options: tuple[Any, ...]) -> None:
        self._options = options
        self._users = 0
        self.publisher = _core.Publisher(port or -1, *options)
        if os.environ.get("DAO_NET_ANNOUNCE") != "0":
            self.publisher.announce()
        self.number = int(self.publisher.info()["endpoint"].rpartition(":")[2])

    @classmethod
    def open(cls, port: int, bind: str, keys: str | None, clients: str | None) -> Port:
        """The publisher at that port, made for its first user; at a free one for 0."""
        options = (bind, keys, clients)
        with cls._lock:
            found = cls._all.get(port)
            if found is None:
                if bind == "*" and keys is None:
                    _warn_once()
                found = cls(port, options)
                cls._all[found.number] = found
            elif found._options != options:
                raise DaoValueError.of(
                    _core.ErrorCode.ARGUMENT,
                    f"port {port}: this process publishes there with bind, keys, clients = {found._options}; expected "
                    f"the same for each segment at one port, found {options}",
                )
            found._users += 1
            return found

    def close(self) -> None:
        """End the publisher with its last user."""
        with self._lock:
            self._users -= 1
            if self._users == 0:
                if self._all.get(self.number) is self:
                    del self._all[self.number]
                self.publisher.close()

    @classmethod
    def forget_parent(cls) -> None:
        """Know none, in the child of a fork: they are the parent's."""
        cls._lock = threading.RLock()
        cls._all.clear()
