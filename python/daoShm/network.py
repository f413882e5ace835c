"""The network part of shm: its frames to other machines, and frames of other machines into it."""

from __future__ import annotations

import os
import threading
from functools import cached_property
from typing import Any

from . import _core
from .arguments import flag
from .errors import DaoUnsupportedError, DaoValueError
from .network_sides import Publishing, SideThread, Subscribing
from .network_state import Peer, Source, to_source

_MISSING = (
    "network support is not built into this daoShm; install ZeroMQ (Debian: apt install libzmq3-dev cppzmq-dev "
    "nlohmann-json3-dev), then daoShm again: pip install --force-reinstall --no-cache-dir ."
)


class DefaultPort(int):
    """The port that nobody asked for."""


class DefaultHost(str):
    """The host that nobody asked for."""


def make_keys(path: str | bytes | os.PathLike[str]) -> str:
    """Make a key pair, to encrypt: the file ``path`` with both keys, for its owner alone to read, and ``path``.pub.

    Returns the public key, to be given to others, as .pub is. Raises FileExistsError when a file is there already.
    """
    if not _core.HAS_NETWORK:
        raise DaoUnsupportedError.of(_core.ErrorCode.UNSUPPORTED, _MISSING)
    return _core._make_keys(os.fsencode(path))


def _path_option(name: str, value: Any) -> str | None:
    try:
        return None if value is None else os.fspath(value)
    except TypeError as reason:
        raise DaoValueError.of(_core.ErrorCode.ARGUMENT, f"{name} is {value!r}; expected a path") from reason


class Network(_core.Segment):
    """Publish and subscribe over the network, as attributes of shm."""

    _name: str | None

    def _set_up_network(
        self,
        ports: tuple[int, int],
        host: str,
        topic: str | None,
        every: bool,
        depth: int,
        bind: str,
        keys: Any,
        clients: Any,
        server_key: Any,
    ) -> None:
        self.pubPort, self.subPort = ports
        self.subHost = host
        self.topic = topic
        self.every = flag(every, "every")
        self.copy_depth = depth if depth != 1 else 0
        self.bind = bind
        self.keys = _path_option("keys", keys)
        self.clients = _path_option("clients", clients)
        self.server_key = _path_option("server_key", server_key)
        self.awaits = False
        """Whether the segment is to come from the network."""

    def _await(self, path: bytes) -> None:
        """Take the first frame that comes for the segment."""
        if _core.HAS_NETWORK:
            self.awaits = True
            self._subscribing.subscription.supply(self, path)

    @cached_property
    def _publishing(self) -> Publishing:
        self._require_network()
        return Publishing(self)

    @cached_property
    def _subscribing(self) -> Subscribing:
        self._require_network()
        return Subscribing(self)

    def _require_network(self) -> None:
        if not _core.HAS_NETWORK:
            raise DaoUnsupportedError.of(_core.ErrorCode.UNSUPPORTED, _MISSING)

    @property
    def pubEnable(self) -> bool:
        """Whether frames are published over the network, while pubThread runs."""
        return "_publishing" in self.__dict__ and self._publishing.enabled

    @pubEnable.setter
    def pubEnable(self, on: Any) -> None:
        if on or "_publishing" in self.__dict__:
            self._publishing.enabled = bool(on)

    @property
    def subEnable(self) -> bool:
        """Whether frames that come over the network are written, while subThread runs."""
        return "_subscribing" in self.__dict__ and self._subscribing.enabled

    @subEnable.setter
    def subEnable(self, on: Any) -> None:
        if on or "_subscribing" in self.__dict__:
            self._subscribing.enabled = bool(on)

    @property
    def pubEvent(self) -> threading.Event:
        """Set it to end the publishing thread."""
        return self._publishing.event

    @property
    def subEvent(self) -> threading.Event:
        """Set it to end the subscribing thread."""
        return self._subscribing.event

    @cached_property
    def pubThread(self) -> threading.Thread:
        """The thread that publishes; start() begins, pubEvent.set() or the end of this object ends it."""
        return SideThread(self._publishing, "daoShm-publish")

    @cached_property
    def subThread(self) -> threading.Thread:
        """The thread that subscribes; start() begins, subEvent.set() or the end of this object ends it."""
        return SideThread(self._subscribing, "daoShm-subscribe")

    def publish(self) -> None:
        """What pubThread runs: publish until pubEvent is set."""
        self._publishing.run()

    def subscribe(self) -> None:
        """What subThread runs: subscribe until subEvent is set."""
        self._subscribing.run()

    @property
    def source(self) -> Source | None:
        """Where the frames come from, when a subscriber here or in another process of this user fills the segment."""
        if not _core.HAS_NETWORK:
            return None
        info = self._subscribing.subscription.info() if "_subscribing" in self.__dict__ else None
        if info is None and self._name is not None:
            info = _core._find_subscriber(os.fsencode(self._name))
        return None if info is None else to_source(info)

    def peers(self) -> list[Peer]:
        """Who subscribes to this segment by way of this object."""
        return self._publishing.peers() if "_publishing" in self.__dict__ else []

    def close(self) -> None:
        """Let go of the segment, which stays, and end the threads of the network.

        A loan is given back, and waits of other threads end with ValueError. A second close does nothing. Views keep
        their memory.
        """
        self._end_side("_publishing")
        try:
            super().close()  # first, so that who waits for a first frame finds the object closed
        finally:
            self._end_side("_subscribing")

    def _end_side(self, side: str) -> None:
        if side in self.__dict__:
            self.__dict__[side].end()
