"""Calls that wait and then copy, while the segment is made anew between the two."""

import os
import sys
import time

import numpy as np
import pytest
from conftest import PATIENCE_S

import daoShm
from daoShm import _core, shm

CALLS = {
    "get_history": lambda reader: reader.get_history(1, check=True, timeout=PATIENCE_S),
    "get_history of more than there are": lambda reader: reader.get_history(2, check=True, timeout=PATIENCE_S)[1],
    "get_history counting": lambda reader: reader.get_history(1, buffer=True, timeout=PATIENCE_S),
    "get_data": lambda reader: reader.get_data(check=True, timeout=PATIENCE_S),
    "a part of get_data": lambda reader: reader.get_data(check=True, timeout=PATIENCE_S, x=slice(0, 2)),
}


@pytest.fixture
def alone():
    """Keep other threads from running Python, where there is a global lock, for as long as a test does not sleep."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000.0)
    yield
    sys.setswitchinterval(interval)


def compute(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


@pytest.mark.parametrize("shape", [(4,), (2, 3)], ids=["made again", "replaced"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_frame_that_went_before_it_was_copied_is_waited_for_again(name, later, alone, call, shape):
    with shm(name, np.ones(4), depth=2) as writer, shm(name) as reader:
        found = []

        def read():
            reader.get_history(1)
            found.append(None)
            found.append(call(reader))

        thread = later(0, read)
        while not found:
            time.sleep(0.01)
        time.sleep(0.2)
        writer.set_data(np.full(4, 2.0))
        compute(0.1)  # the wait ends, and what follows it waits for this thread
        made = _core.Segment()
        made._create(os.fsencode(name), np.zeros(shape), 0, 2, 0, 0, False)  # without a frame
        compute(0.3)  # until it may be noticed
        time.sleep(0.3)
        made.set_data(np.full(shape, 3.0))
        thread.join(PATIENCE_S)
        assert not thread.is_alive() and np.unique(found[1]).tolist() in ([2.0], [3.0])


@pytest.mark.skipif(not _core.HAS_NETWORK, reason="needs ZeroMQ")
@pytest.mark.usefixtures("network_state")
def test_a_part_of_the_first_frame_of_the_network_is_waited_for():
    with daoShm.connect("127.0.0.1:9") as awaiting:
        assert awaiting.get_data(check=True, x=slice(0, 2), timeout=0.1) is None


@pytest.mark.skipif(not _core.HAS_NETWORK, reason="needs ZeroMQ")
def test_an_object_that_nothing_fills_says_so():
    segment = shm()
    assert "nothing is subscribed to" in repr(segment)
    segment.close()
    assert "closed" in repr(segment)
