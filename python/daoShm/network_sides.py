"""What publishing and subscribing of one object have in common, and subscribing."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from . import _core
from .errors import DaoUnsupportedError
from .network_hosts import check_host
from .network_ports import Port

if TYPE_CHECKING:
    from .network import Network


class _End(threading.Event):
    """Set it to end what run() does; an event that wakes a queue, which may be done while garbage is collected."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        """End it."""
        super().set()
        self.queue.put(None)


class Side:
    """Publishing or subscribing of one object. It holds no reference to the object, whose end is its own."""

    def __init__(self, segment: Network) -> None:
        self.event = _End()
        self._segment = weakref.ref(segment)
        self._lock = threading.RLock()
        self._enabled = False
        self._is_open = False
        self._is_over = False
        _sides.add(self)
        weakref.finalize(segment, self._end_with_object).atexit = False  # _end_all() does it then

    def end(self) -> None:
        """End for good: the object is closed or gone."""
        self._is_over = True
        self.event.queue.put(None)
        self.close()

    def _end_with_object(self) -> None:
        """End, as the object is gone, without waiting for the lock: then run() has it, which ends by itself.

        It may wait for a port, and garbage may be collected in a thread that has that port.
        """
        self._is_over = True
        self.event.queue.put(None)
        if self._lock.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._lock.release()

    def forget_parent(self) -> None:
        """Be as after the end, in the child of a fork: threads and connections are the parent's."""
        self._lock = threading.RLock()
        self._is_over = self._is_over or self._is_open
        self._is_open = False

    @property
    def is_over(self) -> bool:
        """Whether the object is closed."""
        return self._is_over

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
                self._wait()
        finally:
            self.close()

    def _wait(self) -> None:
        """Wait until there may be something to do."""
        self.event.queue.get()

    def _begin(self, segment: Network) -> None:
        raise NotImplementedError

    def _switch(self, on: bool) -> None:
        raise NotImplementedError

    def _end(self) -> None:
        raise NotImplementedError


_sides: weakref.WeakSet[Side] = weakref.WeakSet()


def _forget_parent() -> None:
    Port.forget_parent()
    for side in list(_sides):
        side.forget_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parent)


def _end_all() -> None:
    """End the network with the program, the subscriptions last. Daemon threads that read copies end by that."""
    _core._note_program_end()
    for side in sorted(_sides, key=lambda side: isinstance(side, Subscribing)):
        side.end()


atexit.register(_end_all)


class Subscribing(Side):
    """Subscribing of one object."""

    def __init__(self, segment: Network) -> None:
        super().__init__(segment)
        self.subscription = _core.Subscription()
        self._host_problem = ""

    def _begin(self, segment: Network) -> None:
        name = segment._path_for_network()
        if not name and not segment.awaits:
            raise DaoUnsupportedError.of(
                _core.ErrorCode.UNSUPPORTED,
                "a private image with data cannot take frames of another machine; expected a name, or no data",
            )
        self._host_problem = check_host("subHost", segment.subHost)
        self.subscription.begin(
            segment.subHost,
            segment.subPort,
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

    def info(self) -> dict[str, Any] | None:
        """How it is doing; None before the begin and after the end."""
        info = self.subscription.info()
        if info is not None and info["connections"] == 0:
            info["message"] = info["message"] or self._host_problem
        return info


class SideThread(threading.Thread):
    """Runs one side. What cannot begin is said by start()."""

    def __init__(self, side: Side, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._side = side

    def start(self) -> None:
        """Begin. Raises DaoError when that is not possible."""
        self._side.open()
        super().start()

    def run(self) -> None:
        """Go on until the event is set or the object is gone."""
        self._side.run()
