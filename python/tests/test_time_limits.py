"""Time limits of every call: 0, none, those that pass, and what is no time."""

import math
import threading
import time

import numpy as np
import pytest
from conftest import PATIENCE_S, refused
from timing import shortest

from daoShm import ErrorCode, shm

NEW_CALLS = {
    "wait": lambda segment, limit: segment.wait(limit),
    "spin": lambda segment, limit: segment.wait(limit, mode="spin"),
    "adaptive": lambda segment, limit: segment.wait(limit, mode="adaptive"),
    "frames": lambda segment, limit: next(segment.frames(limit), None) is not None,
    "spinning frames": lambda segment, limit: next(segment.frames(limit, mode="spin"), None) is not None,
}
HISTORIC_CALLS = {
    "get_data": lambda segment, limit: segment.get_data(check=True, semNb=3, timeout=limit) is not None,
    "get_data spinning": lambda segment, limit: segment.get_data(check=True, spin=True, timeout=limit) is not None,
    "get_history": lambda segment, limit: segment.get_history(check=True, semNb=3, timeout=limit) is not None,
    "get_history counting": lambda segment, limit: segment.get_history(buffer=True, timeout=limit) is not None,
}
ALL_CALLS = NEW_CALLS | HISTORIC_CALLS


@pytest.fixture
def reader(segment):
    with shm(segment.name) as opened:
        opened.get_data(check=True, semNb=3, timeout=1)
        yield opened


def ended(call, segment, limit):
    begin = time.monotonic()
    try:
        came = call(segment, limit)
    except TimeoutError:
        came = False
    return came, time.monotonic() - begin


@pytest.mark.parametrize("call", NEW_CALLS.values(), ids=NEW_CALLS.keys())
@pytest.mark.parametrize("limit", [0, 0.0, -0.0, False])
def test_zero_looks_once(reader, call, limit):
    came, seconds = ended(call, reader, limit)
    assert not came and seconds < PATIENCE_S  # without a limit it never ends


@pytest.mark.parametrize("call", ALL_CALLS.values(), ids=ALL_CALLS.keys())
@pytest.mark.parametrize("limit", [0.05, 1e-300])
def test_a_limit_passes(reader, call, limit):
    came, seconds = ended(call, reader, limit)
    assert not came and limit * 0.9 <= seconds < PATIENCE_S


def no_limit(call, writer, reader, later, limit):
    has_ended = threading.Event()

    def write():
        while not has_ended.wait(0.05):  # more than once: an iterator may begin only after the first
            writer.set_data(np.ones((2, 3)))

    begin = time.monotonic()
    later(0.15, write)
    try:
        came, _ = ended(call, reader, limit)
    finally:
        has_ended.set()
    assert came and time.monotonic() - begin >= 0.15


@pytest.mark.parametrize("call", ALL_CALLS.values(), ids=ALL_CALLS.keys())
@pytest.mark.parametrize("limit", [None, math.inf, 1e30, 10**400], ids=["none", "inf", "1e30", "10**400"])
def test_none_and_more_than_a_life_are_no_limit(segment, reader, later, call, limit):
    no_limit(call, segment, reader, later, limit)


@pytest.mark.parametrize("call", HISTORIC_CALLS.values(), ids=HISTORIC_CALLS.keys())
def test_zero_is_no_limit_in_the_historic_calls(segment, reader, later, call):
    no_limit(call, segment, reader, later, 0)


@pytest.mark.parametrize("call", ALL_CALLS.values(), ids=ALL_CALLS.keys())
@pytest.mark.parametrize(
    "limit", [-1, -1e-9, -math.inf, math.nan, -(10**400)], ids=["-1", "-1e-9", "-inf", "nan", "huge"]
)
def test_impossible_limits(reader, call, limit):
    refused(ValueError, ErrorCode.ARGUMENT, lambda: call(reader, limit))


@pytest.mark.parametrize("call", ALL_CALLS.values(), ids=ALL_CALLS.keys())
@pytest.mark.parametrize("limit", ["1", [1], 1j])
def test_limits_that_are_no_numbers(reader, call, limit):
    refused(TypeError, ErrorCode.TYPE, lambda: call(reader, limit))


READS_THAT_WAIT = {
    "get_data": lambda segment, limit: segment.get_data(check=True, timeout=limit),
    "a part": lambda segment, limit: segment.get_data(check=True, timeout=limit, x=slice(0, 2), y=slice(0, 2)),
    "get_history": lambda segment, limit: segment.get_history(segment.depth, check=True, timeout=limit),
    "get_history counting": lambda segment, limit: segment.get_history(segment.depth, buffer=True, timeout=limit),
}


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.parametrize("read", READS_THAT_WAIT.values(), ids=READS_THAT_WAIT.keys())
def test_a_limit_holds_while_a_slot_is_being_written(name, read, depth):
    """A frame that somebody takes long to write is not there yet, and other threads run meanwhile."""
    with shm(name, np.zeros((2, 3)), depth=depth) as writer, shm(name) as reader:
        read(reader, 0.001)  # the history counts from here
        for number in range(depth):
            writer.set_data(np.full((2, 3), number))
        with writer.write() as frame:
            for limit in (0.001, 0.02):
                seconds, found = shortest(read, reader, limit)
                assert seconds < limit + 0.05
                assert depth > 1 or all(frame is None for frame in found)  # the newest frame of several is whole
            frame[:] = depth
        assert read(reader, 10).max() == depth
