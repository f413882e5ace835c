"""Segments on other machines by their address."""

from __future__ import annotations

import os
import re
from typing import NamedTuple, SupportsIndex

from ._core import ErrorCode
from .arguments import shown
from .errors import DaoTypeError, DaoValueError
from .network_settings import is_host
from .segment import shm

_ADDRESS = re.compile(r"(?P<host>\[[^\[\]]+\]|[^:\[\]]+)(:(?P<port>\d{1,9}))?(:(?P<topic>.+))?", re.DOTALL)

_PORT_LIKE = re.compile(r"\s*[+-]?\d*\s*")


class Address(NamedTuple):
    """A segment on another machine."""

    host: str
    """Name or IP address."""
    port: int
    """Its publisher's port."""
    topic: str | None
    """The segment's name there; None: what the port offers first."""


def _is_misread(found: re.Match[str]) -> bool:
    """Whether what would be a topic begins with something that was to be a port, or a host after tcp://."""
    topic = found["topic"] or "x"
    is_port = found["port"] is None and _PORT_LIKE.fullmatch(topic.partition(":")[0]) is not None
    return is_port or topic.startswith("//")


def parse_address(text: str) -> Address:
    """The parts of HOST[:PORT][:SEGMENT]; an IPv6 address stands in brackets. Raises ValueError, TypeError."""
    if not isinstance(text, str):
        raise DaoTypeError.of(
            ErrorCode.ARGUMENT, f"address is {shown(text)}; expected a text, HOST[:PORT][:SEGMENT], as in 'host:wfs'"
        )
    found = _ADDRESS.fullmatch(text)
    port = int(found["port"] or 5555) if found else 0
    if not found or not 1 <= port <= 65535 or not is_host(found["host"]) or _is_misread(found):
        raise DaoValueError.of(
            ErrorCode.ARGUMENT, f"address is {shown(text)}; expected HOST[:PORT][:SEGMENT], as in 'host:wfs'"
        )
    return Address(found["host"].strip("[]"), port, found["topic"])


def connect(
    address: str,
    name: str | bytes | os.PathLike[str] | None = None,
    *,
    every: bool = False,
    depth: SupportsIndex = 1,
    keys: str | os.PathLike[str] | None = None,
    server_key: str | os.PathLike[str] | None = None,
) -> shm:
    """Subscribe to a segment of another machine: ``connect("host:wfs")`` gives a shm that its frames fill.

    Args:
        address: HOST[:PORT][:SEGMENT].
        name: the file of the copy, for other processes here; None: private.
        every: each frame in order instead of the newest.
        depth: slots of the copy; 1 stands for the publisher's.
        keys: file of this side's key pair.
        server_key: the publisher's public key, or a file that has it.

    It returns at once; wait(), frames() and get_data(check=True) wait for the first frame, and until it has come all
    else raises DaoError with code NOT_READY. The publisher may come later, end and start again. Closing the object, or
    its end, ends the connection. Raises ValueError for an address that is none, TypeError for what is no text.
    """
    host, port, topic = parse_address(address)
    segment = shm(
        name, subPort=port, subHost=host, topic=topic, every=every, depth=depth, keys=keys, server_key=server_key
    )
    segment.subEnable = True
    segment.subThread.start()
    return segment
