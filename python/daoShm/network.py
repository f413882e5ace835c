"""The network part of shm: its frames to other machines, and frames of other machines into it."""

from __future__ import annotations

import enum
import os
import threading
import time
import warnings
import weakref
from functools import cached_property
from queue import SimpleQueue
from typing import Any, ClassVar, NamedTuple

from . import _core
from .errors import DaoUnsupportedError, DaoValueError

_MISSING = (
    "network support is not built into this daoShm; install ZeroMQ (Debian: apt install libzmq3-dev cppzmq-dev "
    "nlohmann-json3-dev), then daoShm again: pip install --force-reinstall --no-cache-dir ."
)
_OPEN_TO_ALL = (
    "frames are published unencrypted to every machine that reaches this one; bind='127.0.0.1' or another address of "
    "this machine restricts that, keys= encrypts"
)


class DefaultPort(int):
    """The port that nobody asked for."""


class DefaultHost(str):
    """The host that nobody asked for."""


class State(enum.IntEnum):
    """How far a subscription has come."""

    CONNECTING = 0
    """Nobody answers (yet, or again)."""
    WAITING = 1
    """Connected; the publisher has no such segment, or no frame has come yet."""
    LIVE = 2
    """Connected, and frames have come."""
    REFUSED = 3
    """The keys do not fit."""
    FAILED = 4
    """Frames come and cannot be written here."""


class Source(NamedTuple):
    """Where the frames of a copy come from, and how that goes."""

    host: str
    """The publisher's machine, as it calls itself; empty until it answered."""
    topic: str
    """The segment's name there; empty until it is known."""
    endpoint: str
    """What the subscriber connects to."""
    state: State
    """How far it has come."""
    connected: bool
    """Whether the publisher is connected now."""
    age: float | None
    """Seconds since the last frame came; None before the first."""
    counter: int
    """The last frame's counter (cnt0) in the publisher's segment."""
    cnt1: int
    """Its slice there."""
    frame_id: int
    """Its frame id or number of events (cnt2)."""
    acquisition_time_ns: int
    """Its acquisition time by the publisher's clock, nanoseconds since the Unix epoch."""
    frames: int
    """Frames that came."""
    skipped: int
    """Frames that were not sent, as newer ones went first."""
    lost: int
    """Frames that were sent and did not come, or with every=True could not be sent in time."""
    frames_per_second: float
    """Frames that came, lately."""
    delay: float
    """Seconds from sent to received of the last frame, the clocks' offset taken off."""
    clock_offset: float
    """Seconds by which the publisher's clock is ahead of this one, to within half of the round trip."""
    round_trip: float
    """Seconds of a message to the publisher and back, 0 when unknown."""
    encrypted: bool
    """Whether keys are used."""
    pid: int
    """The process that subscribes."""
    message: str
    """The last problem; empty when there was none."""


class Peer(NamedTuple):
    """One subscription to a segment that is published here."""

    host: str
    """The other machine, as it calls itself; empty for strangers' plain subscriptions, which are one entry together."""
    every: bool
    """Whether it wants every frame."""
    frames: int
    """Frames sent."""
    skipped: int
    """Frames that were published and not sent, as newer ones went first."""
    lost: int
    """Frames that were sent and did not arrive, or were overwritten before they could be sent."""
    bytes: int
    """Bytes of the frames sent."""
    key: str
    """Its public key; empty without encryption."""


def _source(info: dict[str, Any]) -> Source:
    last_ns = info["last_frame_ns"]
    return Source(
        host=info["host"],
        topic=info["topic"],
        endpoint=info["endpoint"],
        state=State(info["state"]),
        connected=info["peers"] > 0,
        age=max(0.0, (time.time_ns() - last_ns) / 1e9) if last_ns else None,
        counter=info["source_cnt0"],
        cnt1=info["source_cnt1"],
        frame_id=info["source_cnt2"],
        acquisition_time_ns=info["source_atime_ns"],
        frames=info["frames"],
        skipped=info["skipped"],
        lost=info["lost"],
        frames_per_second=info["frames_per_second"],
        delay=info["delay_ns"] / 1e9,
        clock_offset=info["clock_offset_ns"] / 1e9,
        round_trip=info["round_trip_ns"] / 1e9,
        encrypted=info["encrypted"],
        pid=info["pid"],
        message=info["message"],
    )


def _warn_once() -> None:
    global _has_warned
    if not _has_warned:
        _has_warned = True
        warnings.warn(_OPEN_TO_ALL, RuntimeWarning, stacklevel=6)


_has_warned = False


def _port_number(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= 65535:
        raise DaoValueError.of(_core.ErrorCode.ARGUMENT, f"{name} is {value!r}; expected a port, 0 to 65535")
    return number


class _Port:
    """A publisher, shared by the objects of this process that publish at one port."""

    _all: ClassVar[dict[int, _Port]] = {}
    _lock = threading.RLock()

    def __init__(self, port: int, options: tuple[Any, ...]) -> None:
        self._options = options
        self._users = 0
        self.publisher = _core.Publisher(port or -1, *options)
        if os.environ.get("DAO_NET_ANNOUNCE") != "0":
            self.publisher.announce()
        self.number = int(self.publisher.info()["endpoint"].rpartition(":")[2])

    @classmethod
    def open(cls, port: int, bind: str, keys: str | None, clients: str | None) -> _Port:
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


class _End(threading.Event):
    """Set it to end what run() does; an event that wakes a queue, which may be done while garbage is collected."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """End it."""
        super().set()
        self.queue.put(None)


class _Side:
    """Publishing or subscribing of one object. It holds no reference to the object, whose end is its own."""

    def __init__(self, segment: Network) -> None:
        self.event = _End()
        self._segment = weakref.ref(segment)
        self._lock = threading.RLock()
        self._enabled = False
        self._is_open = False
        self._is_over = False
        _sides.add(self)
        weakref.finalize(segment, self.end)

    def end(self) -> None:
        """End for good: the object is closed or gone."""
        self._is_over = True
        self.event.queue.put(None)
        self.close()

    def forget_parent(self) -> None:
        """Be as after the end, in the child of a fork: threads and connections are the parent's."""
        self._lock = threading.RLock()
        self._is_over = self._is_over or self._is_open
        self._is_open = False

    @property
    def enabled(self) -> bool:
        """Whether frames go through."""
        return self._enabled

    @enabled.setter
    def enabled(self, on: bool) -> None:
        with self._lock:
            if self._is_open and on != self._enabled:
                self._switch(on)
            self._enabled = on

    def open(self) -> None:
        """Begin, unless begun. Raises DaoError when that is not possible."""
        segment = self._segment()
        with self._lock:
            if self._is_open or self._is_over or segment is None:
                return
            self._begin(segment)
            self._is_open = True
            try:
                if self._enabled:
                    self._switch(True)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """End at once. A second time does nothing."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                self._end()

    def run(self) -> None:
        """Go on until the event is set or the object is gone."""
        try:
            while not self.event.is_set() and not self._is_over:
                self.open()
                self.event.queue.get()
        finally:
            self.close()

    def _begin(self, segment: Network) -> None:
        raise NotImplementedError

    def _switch(self, on: bool) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


_sides: weakref.WeakSet[_Side] = weakref.WeakSet()


def _forget_parent() -> None:
    _Port._lock = threading.RLock()
    _Port._all.clear()
    for side in list(_sides):
        side.forget_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)


class _Publishing(_Side):
    _port: _Port
    _topic: str | None = None

    def _begin(self, segment: Network) -> None:
        port = _port_number("pubPort", segment.pubPort)
        self._port = _Port.open(port, segment.bind, segment.keys, segment.clients)
        segment.pubPort = self._port.number

    def _switch(self, on: bool) -> None:
        if on:
            segment = self._segment()
            if segment is None:
                return
            topic = segment.topic
            if segment._name is None:
                self._port.publisher.publish_image(segment, topic or "private")
            else:
                self._port.publisher.publish(os.fsencode(segment._name), topic)
                topic = topic or _core._topic_of(os.fsencode(segment._name))
            self._topic = topic or "private"
        elif self._topic is not None:
            topic, self._topic = self._topic, None
            self._port.publisher.unpublish(topic)

    def _end(self) -> None:
        try:
            self._switch(False)
        finally:
            self._port.close()

    def peers(self) -> list[Peer]:
        """Who subscribes to the segment."""
        with self._lock:
            if not self._is_open:
                return []
            found = [entry for entry in self._port.publisher.peers() if entry["topic"] == self._topic]
        return [
            Peer(
                host=entry["host"],
                every=entry["mode"] == 1,
                frames=entry["frames"],
                skipped=entry["skipped"],
                lost=entry["lost"],
                bytes=entry["bytes"],
                key=entry["user_key"],
            )
            for entry in found
        ]


class _Subscribing(_Side):
    def __init__(self, segment: Network) -> None:
        super().__init__(segment)
        self.subscription = _core.Subscription()

    def _begin(self, segment: Network) -> None:
        name = b"" if segment._name is None else os.fsencode(segment._name)
        if segment._name is None and not segment.awaits:
            raise DaoUnsupportedError.of(
                _core.ErrorCode.UNSUPPORTED,
                "a private image with data cannot take frames of another machine; expected a name, or no data",
            )
        self.subscription.begin(
            str(segment.subHost),
            _port_number("subPort", segment.subPort),
            segment.topic,
            name,
            segment.every,
            segment.copy_depth,
            segment.keys,
            segment.server_key,
        )
        if not self._enabled:
            self.subscription.pause(True)

    def _switch(self, on: bool) -> None:
        self.subscription.pause(not on)

    def _end(self) -> None:
        self.subscription.end()


class _Thread(threading.Thread):
    """Runs one side. What cannot begin is said by start()."""

    def __init__(self, side: _Side, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._side = side

    def start(self) -> None:
        """Begin. Raises DaoError when that is not possible."""
        self._side.open()
        super().start()

    def run(self) -> None:
        """Go on until the event is set or the object is gone."""
        self._side.run()


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
        self.every = bool(every)
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
    def _publishing(self) -> _Publishing:
        self._require_network()
        return _Publishing(self)

    @cached_property
    def _subscribing(self) -> _Subscribing:
        self._require_network()
        return _Subscribing(self)

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
        return _Thread(self._publishing, "daoShm-publish")

    @cached_property
    def subThread(self) -> threading.Thread:
        """The thread that subscribes; start() begins, subEvent.set() or the end of this object ends it."""
        return _Thread(self._subscribing, "daoShm-subscribe")

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
        return None if info is None else _source(info)

    def peers(self) -> list[Peer]:
        """Who subscribes to this segment by way of this object."""
        return self._publishing.peers() if "_publishing" in self.__dict__ else []

    def close(self) -> None:
        """Let go of the segment, which stays, and end the threads of the network.

        A loan is given back, and waits of other threads end with ValueError. A second close does nothing. Views keep
        their memory.
        """
        for side in ("_publishing", "_subscribing"):
            if side in self.__dict__:
                self.__dict__[side].end()
        super().close()
