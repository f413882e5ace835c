"""Publishing of one object: a segment, or a copy that is passed on."""

from __future__ import annotations

import contextlib
from queue import Empty
from typing import TYPE_CHECKING

from . import _core
from .errors import DaoNotFoundError
from .network_ports import Port
from .network_sides import Side
from .network_state import Peer, to_peer

if TYPE_CHECKING:
    from .network import Network

_SLICE_S = 0.1


class Publishing(Side):
    """Publishing of a segment, or of a private image with data."""

    _port: Port
    _topic: str | None = None  # while it is offered

    def _begin(self, segment: Network) -> None:
        self._port = Port.open(segment.pubPort, segment.bind, segment.keys, segment.clients)
        segment.pubPort = self._port.number

    def _switch(self, on: bool) -> None:
        segment = self._segment() if on else None
        if segment is not None:
            self._offer(segment)
        elif not on:
            self._withdraw()

    def _offer(self, segment: Network) -> None:
        path = segment._path_for_network()
        if path:
            topic = segment.topic or _core._topic_of(path)
            self._port.publisher.publish(path, topic)
        else:
            topic = segment.topic or "private"
            self._port.publisher.publish_image(segment, topic)
        self._topic = topic

    def _withdraw(self) -> None:
        if self._topic is not None:
            topic, self._topic = self._topic, None
            self._port.publisher.unpublish(topic)

    def _end(self) -> None:
        try:
            self._withdraw()
        finally:
            self._port.close()

    def peers(self) -> list[Peer]:
        """Who subscribes to the segment."""
        with self._lock:
            if not self._is_open or self._topic is None:
                return []
            found = [entry for entry in self._port.publisher.peers() if entry["topic"] == self._topic]
        return [to_peer(entry) for entry in found]

    def refused(self) -> list[str]:
        """Public keys of strangers that the port refused."""
        with self._lock:
            return self._port.publisher.refused() if self._is_open else []


class PassingOn(Publishing):
    """Publishing of what another machine publishes, from its first frame on.

    A private copy of another shape or type is another image, which takes the place of the former at the port: each in
    turn, however soon the next one comes. A copy with a name is followed by its name.
    """

    def __init__(self, segment: Network) -> None:
        super().__init__(segment)
        self._subscription = segment._subscribing.subscription
        self._copy: _core.Copy | None = None
        self._next: _core.Copy | None = None  # opened, and not offered yet or no longer

    def _switch(self, on: bool) -> None:
        super()._switch(on)
        self.event.queue.put(None)  # run() has something else to wait for now

    def _offer(self, segment: Network) -> None:
        if segment._path_for_network():
            with contextlib.suppress(DaoNotFoundError):  # there is no file before the first frame
                super()._offer(segment)
            return
        copy = self._next or self._subscription.open_next_copy(0)
        while self._topic is None and copy is not None and copy.wait_for_end(0):  # it begins with the newest
            copy = self._subscription.open_next_copy(0)
        self._next = copy
        if copy is None:
            return
        topic = segment.topic or (self._subscription.info() or {}).get("topic") or "private"
        self._port.publisher.publish_copy(copy, topic)
        self._copy, self._topic, self._next = copy, topic, None

    def _withdraw(self) -> None:
        self._next = self._next or self._copy
        self._copy = None
        super()._withdraw()

    def _wait(self) -> None:
        copy = self._copy
        if not self._enabled or (copy is None and self._topic is not None):
            super()._wait()
        elif copy is None or copy.wait_for_end(_SLICE_S):
            self._wait_for_first_frame()
            self._offer_again()

    def _wait_for_first_frame(self) -> None:
        if self._subscription.info() is not None:
            self._subscription.open_copy(_SLICE_S)
        else:  # nothing is subscribed to, which an event of this queue does not tell
            with contextlib.suppress(Empty):
                self.event.queue.get(timeout=_SLICE_S)

    def _offer_again(self) -> None:
        segment = self._segment()
        with self._lock:
            if segment is None or not self._is_open or not self._enabled:
                return
            if self._subscription.info() is None:
                self._withdraw()
            self._offer(segment)
