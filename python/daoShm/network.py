"""The network part of shm: its frames to other machines, and frames of other machines into it."""

from __future__ import annotations

import contextlib
import os
import threading
from functools import cached_property
from typing import Any

from . import _core, network_settings
from .arguments import flag, number_within, path_of, truth
from .errors import DaoUnsupportedError, DaoValueError
from .network_publishing import PassingOn, Publishing
from .network_settings import Setting
from .network_sides import SideThread, Subscribing
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
    return _core._make_keys(path_of("path", path))


_NAME_BYTES = _core.DAO_SHM_NAME_LEN - 1


def _every(name: str, value: Any) -> bool:
    return flag(value, name)


def _copy_depth(name: str, value: Any) -> int:
    return number_within(name, value, 0, 2**32 - 1)


class Network(_core.Segment):
    """Publish and subscribe over the network, as attributes of shm."""

    _name: str | None

    pubPort = Setting(network_settings.port_number)
    subPort = Setting(network_settings.port_to_reach)
    subHost = Setting(network_settings.host)
    topic = Setting(network_settings.topic)
    every = Setting(_every)
    copy_depth = Setting(_copy_depth)
    bind = Setting(network_settings.bind_address)
    keys = Setting(network_settings.path)
    clients = Setting(network_settings.path)
    server_key = Setting(network_settings.path)

    def _set_up_network(
        self,
        ports: tuple[Any, Any],
        host: str,
        topic: str | None,
        every: bool,
        depth: Any,
        bind: str,
        keys: Any,
        clients: Any,
        server_key: Any,
    ) -> None:
        self.pubPort, self.subPort = ports
        self.subHost = host
        self.topic = topic
        self.every = every
        slots = number_within("depth", depth, 1, 2**32 - 1)
        self.copy_depth = slots if slots != 1 else 0
        self.bind = bind
        self.keys = keys
        self.clients = clients
        self.server_key = server_key
        self.awaits = False
        """Whether the segment is to come from the network."""
        self._fix_path()

    def _fix_path(self) -> None:
        """Note which file a relative name is that of, wherever the program works later."""
        self._path = b"" if self._name is None else os.fsencode(self._name)
        self._folder: bytes | None = None  # that a name is relative to which would be too long otherwise
        if not self._path or os.path.isabs(self._path):
            return
        with contextlib.suppress(OSError):  # the folder is gone: so is the file
            folder = os.getcwdb()
            path = os.path.join(folder, self._path)
            if len(path) <= _NAME_BYTES:
                self._path = path
            else:
                self._folder = folder

    def _path_for_network(self) -> bytes:
        """The segment's file, empty for a private image. Raises ValueError where the name means another file by now."""
        if self._folder is not None and self._folder != os.getcwdb():
            raise DaoValueError.of(
                _core.ErrorCode.NAME,
                f"{self._name}: relative to {os.fsdecode(self._folder)}, which is not the working folder any longer, "
                f"and absolute longer than {_NAME_BYTES} bytes; expected a shorter absolute name",
            )
        return self._path

    def _await(self, path: bytes) -> None:
        """Take the first frame that comes for the segment."""
        if _core.HAS_NETWORK:
            self.awaits = True
            self._subscribing.subscription.supply(self, path)

    def _is_unbegun(self) -> bool:
        """Whether the segment is to come from the network, and nobody asked for it, or not any more."""
        return self.awaits and not self._subscribing.is_over

    @cached_property
    def _publishing(self) -> Publishing:
        self._require_network()
        return PassingOn(self) if self.awaits else Publishing(self)

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
        on = truth(on, "pubEnable")
        if on or "_publishing" in self.__dict__:
            self._publishing.enabled = on

    @property
    def subEnable(self) -> bool:
        """Whether frames that come over the network are written, while subThread runs."""
        return "_subscribing" in self.__dict__ and self._subscribing.enabled

    @subEnable.setter
    def subEnable(self, on: Any) -> None:
        on = truth(on, "subEnable")
        if on or "_subscribing" in self.__dict__:
            self._subscribing.enabled = on

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
        info = self._subscribing.info() if "_subscribing" in self.__dict__ else None
        if info is None and self._name is not None:
            info = _core._find_subscriber(self._path)
        return None if info is None else to_source(info)

    def peers(self) -> list[Peer]:
        """Who subscribes to this segment by way of this object."""
        return self._publishing.peers() if "_publishing" in self.__dict__ else []

    @property
    def refused(self) -> list[str]:
        """Public keys that this object's port refused, newest first: those that `clients` does not name."""
        return self._publishing.refused() if "_publishing" in self.__dict__ else []

    def close(self) -> None:
        """Close this object, and end the threads of the network.

        The segment stays. A loan is given back, and waits of other threads end with ValueError. A second close does
        nothing. Views keep their memory.
        """
        with contextlib.ExitStack() as sides:
            for side in ("_subscribing", "_publishing"):  # the last one first
                if side in self.__dict__:
                    sides.callback(self.__dict__[side].end)
            super().close()  # before both, so that who waits for a first frame finds the object closed
