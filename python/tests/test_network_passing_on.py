"""A copy that is published again."""

import threading

import numpy as np
import pytest
from conftest import PATIENCE_S, first_value, free_port, until

import daoShm
from daoShm import _core, shm

pytestmark = [
    pytest.mark.skipif(not _core.HAS_NETWORK, reason="daoShm was built without ZeroMQ"),
    pytest.mark.usefixtures("network_state"),
]

FRAME = np.arange(12, dtype=np.float32).reshape(3, 4)
OTHER = np.full((2, 5), 9, np.int16)


def passing(port, name=None, **options):
    return shm(name, subPort=port, subHost="127.0.0.1", pubPort=0, bind="127.0.0.1", **options)


def begin_publishing(segment):
    segment.pubEnable = True
    segment.pubThread.start()


def begin_subscribing(segment):
    segment.subEnable = True
    segment.subThread.start()


def replace(name, frame):
    """Make the segment of that name anew."""
    with shm(name, np.zeros_like(frame), depth=4) as again:
        again.set_data(frame)


def shows(reader, frame):
    """Wait until that frame has come, of its shape and type."""

    def has_come():
        if reader._is_awaiting():
            return False
        try:
            found = reader.get_data()
        except daoShm.DaoError as error:  # between two copies
            assert error.code == daoShm.ErrorCode.REPLACED
            return False
        return found.shape == frame.shape and found.dtype == frame.dtype and (found == frame).all()

    until(has_come)


@pytest.mark.parametrize("named", [False, True])
def test_another_shape_is_passed_on(named, name, make_name, publish, subscribe, opened):
    camera = publish(name, FRAME, depth=4)
    between = opened(passing(camera.pubPort, make_name() if named else None))
    begin_subscribing(between)
    assert between.wait(PATIENCE_S)
    begin_publishing(between)
    copy = subscribe(between.pubPort)
    shows(copy, FRAME)
    replace(name, OTHER)
    shows(copy, OTHER)
    replace(name, FRAME + 1)
    shows(copy, FRAME + 1)
    assert between.pubThread.is_alive() and copy.source.state == daoShm.State.LIVE


def test_it_is_passed_on_though_nobody_reads_it_here(name, publish, subscribe, opened):
    camera = publish(name, FRAME, depth=4)
    between = opened(passing(camera.pubPort))
    begin_subscribing(between)
    begin_publishing(between)
    copy = subscribe(between.pubPort)
    shows(copy, FRAME)
    replace(name, OTHER)
    shows(copy, OTHER)


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("publishes_first", [False, True])
def test_it_may_be_published_before_the_first_frame(
    named, publishes_first, name, make_name, publish, subscribe, opened
):
    port = free_port()
    between = opened(passing(port, make_name() if named else None))
    for begin in (begin_publishing, begin_subscribing) if publishes_first else (begin_subscribing, begin_publishing):
        begin(between)
    copy = subscribe(between.pubPort)
    assert copy.wait(0.3) is False and between.pubThread.is_alive() and between.peers() == []
    publish(name, FRAME, depth=4, pubPort=port)
    shows(copy, FRAME)
    until(lambda: len(between.peers()) == 1)


def test_flags_may_be_set_after_the_threads_have_begun(name, publish, subscribe, opened):
    camera = publish(name, FRAME, depth=4)
    between = opened(passing(camera.pubPort))
    between.pubThread.start()
    between.subThread.start()
    copy = subscribe(between.pubPort)
    between.pubEnable = True
    assert copy.wait(0.2) is False
    between.subEnable = True
    shows(copy, FRAME)
    between.pubEnable = False
    until(lambda: copy.source.state == daoShm.State.WAITING)
    replace(name, OTHER)
    shows(between, OTHER)
    assert copy.get_data().shape == (3, 4)
    between.pubEnable = True
    shows(copy, OTHER)
    replace(name, FRAME + 2)
    shows(copy, FRAME + 2)


def test_its_topic_is_that_of_the_source(name, make_name, publish, subscribe, opened):
    camera = publish(name, FRAME, depth=4, topic="wfs")
    private, other = opened(passing(camera.pubPort)), opened(passing(camera.pubPort, make_name(), topic="wfs"))
    for between in (private, other):
        begin_publishing(between)
        begin_subscribing(between)
        first_value(subscribe(between.pubPort, topic="wfs"), 0)


@pytest.fixture
def every(name, publish, subscribe, opened):
    """A camera, the copy of one that passes each of its frames on, and its frames from the second on."""
    camera = publish(name, FRAME, depth=64)
    between = opened(passing(camera.pubPort, every=True))
    begin_publishing(between)
    begin_subscribing(between)
    copy = subscribe(between.pubPort, every=True)
    frames = copy.frames(timeout=PATIENCE_S)
    assert next(frames).flat[0] == 0
    return camera, copy, frames


def test_every_frame_is_passed_on(every):
    camera, _, frames = every
    for value in range(1, 30):
        camera.set_data(FRAME + value)
    assert [next(frames).flat[0] for _ in range(29)] == list(range(1, 30))


def test_every_frame_is_passed_on_where_the_shape_changes(name, every):
    _, copy, frames = every
    for first in (OTHER, FRAME, OTHER):
        with shm(name, first, depth=64) as again:
            for value in range(1, 20):
                again.set_data(first + value)
        found = [next(frames) for _ in range(20)]
        assert [frame.flat[0] - first.flat[0] for frame in found] == list(range(20))
    assert copy.source.lost == 0


def test_a_topic_that_is_taken_ends_the_thread_with_an_error(make_name, publish, opened, monkeypatch):
    port = free_port()
    taken = publish(make_name(), FRAME, topic="wfs")
    between = opened(shm(subPort=port, subHost="127.0.0.1", pubPort=taken.pubPort, bind="127.0.0.1"))
    told = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    begin_publishing(between)
    begin_subscribing(between)
    publish(make_name(), FRAME, topic="wfs", pubPort=port)
    until(lambda: told)
    assert told[0].exc_type is daoShm.DaoExistsError and "wfs" in str(told[0].exc_value)
    between.pubThread.join(PATIENCE_S)
    assert not between.pubThread.is_alive() and taken.pubThread.is_alive()


def test_the_end_of_the_subscription_takes_it_from_the_port(name, publish, subscribe, opened):
    camera = publish(name, FRAME, depth=4)
    between = opened(passing(camera.pubPort))
    begin_publishing(between)
    begin_subscribing(between)
    copy = subscribe(between.pubPort)
    shows(copy, FRAME)
    between.subEvent.set()
    until(lambda: copy.source.state == daoShm.State.WAITING)
    assert between.pubThread.is_alive()
    between.pubEvent.set()
    between.pubThread.join(PATIENCE_S)
    assert not between.pubThread.is_alive()
