"""What is known of a subscription and of a subscriber."""

from __future__ import annotations

import enum
import time
from typing import Any, NamedTuple


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
    """Frames come and cannot be taken or written here."""


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
    missed_before: int
    """Frames that were skipped or lost on networks before that one, where the publisher passes a copy on."""
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


def to_source(info: dict[str, Any]) -> Source:
    """A Source of what the library tells of a subscriber."""
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
        missed_before=info["missed_before"],
        frames_per_second=info["frames_per_second"],
        delay=info["delay_ns"] / 1e9,
        clock_offset=info["clock_offset_ns"] / 1e9,
        round_trip=info["round_trip_ns"] / 1e9,
        encrypted=info["encrypted"],
        pid=info["pid"],
        message=info["message"],
    )


def to_peer(entry: dict[str, Any]) -> Peer:
    """A Peer of what the library tells of one."""
    return Peer(
        host=entry["host"],
        every=entry["mode"] == 1,
        frames=entry["frames"],
        skipped=entry["skipped"],
        lost=entry["lost"],
        bytes=entry["bytes"],
        key=entry["user_key"],
    )
