"""Copies of segments over the network, on loopback: each test has a port of its own."""

import asyncio
import gc
import os
import threading
import time

import numpy as np
import pytest
from conftest import PATIENCE_S, first_value, free_port, next_frame, until

import daoShm
from daoShm import ErrorCode, _core, shm

pytestmark = [
    pytest.mark.skipif(not _core.HAS_NETWORK, reason="daoShm was built without ZeroMQ"),
    pytest.mark.usefixtures("network_state"),
]

FRAME = np.arange(12, dtype=np.float32).reshape(3, 4)


def threads():
    return len(os.listdir("/proc/self/task"))


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_a_private_copy_takes_its_shape_from_the_first_frame(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    assert copy.name is None and copy.shape == (3, 4) and copy.dtype == np.float32
    assert (copy.get_data() == FRAME).all()
    camera.set_data(FRAME + 1, frame_id=7, acquisition_time_ns=1_234_567_890)
    assert (next_frame(copy) == FRAME + 1).all()
    assert copy.get_frame_id() == 7 and copy.acquisition_time == np.datetime64(1_234_567_890, "ns")


def test_before_the_first_frame_all_but_waits_say_so(subscribe):
    copy = subscribe(free_port())
    for use in (lambda: copy.shape, copy.get_data, lambda: copy.set_data([1]), lambda: copy.keywords["A"]):
        with pytest.raises(daoShm.DaoError, match="no frame has come yet") as caught:
            use()
        assert caught.value.code == ErrorCode.NOT_READY
    assert copy.wait(0.05) is False and copy.wait(0) is False
    assert copy.get_data(check=True, timeout=0.05) is None
    assert copy.get_history(check=True, timeout=0.05) is None
    with pytest.raises(TimeoutError):
        next(copy.frames(timeout=0.05))
    assert not copy.closed and "waits for the first frame" in repr(copy)


def test_the_first_frame_is_the_first_of_an_iterator(name, publish, subscribe):
    port = free_port()
    copy = subscribe(port, every=True)
    frames = copy.frames(timeout=PATIENCE_S)
    camera = publish(name, FRAME, depth=16, pubPort=port)
    until(lambda: copy.source.frames > 0)
    for value in range(1, 6):
        camera.set_data(FRAME + value)
    seen = [next(frames).flat[0] for _ in range(6)]
    assert seen == [0, 1, 2, 3, 4, 5] and frames.total_missed == 0
    until(lambda: copy.source.frames >= 6)  # a frame is counted when its readers may have it already
    assert copy.source.lost == 0


def test_threads_that_share_an_iterator_wait_for_the_first_frame(name, publish, subscribe, later):
    port, readers, each = free_port(), 6, 20
    copy = subscribe(port, every=True, depth=256)
    frames = copy.frames(timeout=PATIENCE_S)
    values = []
    for _ in range(readers):
        later(0, lambda: values.extend(int(next(frames).flat[0]) for _ in range(each)))
    time.sleep(0.1)  # they wait
    camera = publish(name, FRAME, depth=256, pubPort=port)
    until(lambda: copy.source.frames > 0)
    for value in range(1, readers * each):
        camera.set_data(FRAME + value)
    until(lambda: len(values) == readers * each)
    assert sorted(values) == list(range(readers * each)) and frames.total_missed == 0


def test_async_for_gives_the_frames(name, publish, subscribe):
    port = free_port()
    copy = subscribe(port, every=True)

    async def collect():
        values = []
        async for frame in copy.frames(timeout=PATIENCE_S):
            values.append(float(frame.flat[0]))
            if len(values) == 2:
                return values
            while not cameras:
                await asyncio.sleep(0.01)
            cameras[0].set_data(FRAME + 1)

    cameras = []
    beginning = threading.Timer(0.2, lambda: cameras.append(publish(name, FRAME, depth=4, pubPort=port)))
    beginning.start()
    assert asyncio.run(collect()) == [0.0, 1.0]
    beginning.join()


def test_connect_gives_an_object_like_any(name, publish, opened):
    camera = publish(name, FRAME, depth=4, topic="wfs")
    copy = opened(daoShm.connect(f"127.0.0.1:{camera.pubPort}:wfs"))
    assert copy.wait(PATIENCE_S) and (copy.get_data() == FRAME).all()
    camera.keywords["GAIN"] = 0.5
    camera.set_data(FRAME + 1)
    until(lambda: dict(copy.keywords) == {"GAIN": 0.5} or camera.set_data(FRAME + 1))


def test_a_publisher_that_comes_later_is_found(name, publish, opened):
    port = free_port()
    copy = opened(daoShm.connect(f"127.0.0.1:{port}"))
    assert copy.source.state in (daoShm.State.CONNECTING, daoShm.State.REFUSED) and copy.source.age is None
    publish(name, FRAME, depth=4, pubPort=port)
    assert copy.wait(PATIENCE_S)
    until(lambda: copy.source.state == daoShm.State.LIVE)


def test_another_shape_is_followed(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    frames = copy.frames(timeout=PATIENCE_S)
    with shm(name, np.zeros((2, 5), np.int16), depth=4) as again:
        again.set_data(np.full((2, 5), 9, np.int16))
        until(lambda: next(frames).shape == (2, 5))
        until(lambda: copy.get_data().shape == (2, 5) and (copy.get_data() == 9).all())
        assert copy.shape == (2, 5) and copy.dtype == np.int16


def test_both_flags_work_while_the_threads_run(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    first_value(copy, 0)
    copy.subEnable = False
    assert copy.subEnable is False and copy.subThread.is_alive()
    time.sleep(0.3)  # what was under way
    before = copy.counter
    for value in range(10, 20):
        camera.set_data(FRAME + value)
        time.sleep(0.05)
    assert copy.counter == before and (copy.get_data() == FRAME).all()
    copy.subEnable = True
    first_value(copy, 19)
    camera.pubEnable = False
    until(lambda: camera.peers() == [])
    camera.set_data(FRAME + 50)
    time.sleep(0.3)
    assert copy.get_data().flat[0] == 19
    camera.pubEnable = True
    first_value(copy, 50)


def test_a_flag_that_is_set_later_begins_it(name, opened, publish):
    camera = publish(name, FRAME, depth=4)
    copy = opened(shm(subPort=camera.pubPort, subHost="127.0.0.1"))
    copy.subThread.start()
    assert copy.wait(0.3) is False
    copy.subEnable = True
    assert copy.wait(PATIENCE_S)


def test_events_end_the_threads(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    assert camera.pubThread.is_alive() and copy.subThread.is_alive()
    camera.pubEvent.set()
    copy.subEvent.set()
    camera.pubThread.join(PATIENCE_S)
    copy.subThread.join(PATIENCE_S)
    assert not camera.pubThread.is_alive() and not copy.subThread.is_alive()
    assert camera.pubEvent.is_set() and camera.get_data() is not None
    with pytest.raises(daoShm.DaoError):
        copy.wait(PATIENCE_S)  # an end, not a wait without end


def test_publish_and_subscribe_are_what_the_threads_run(name, opened):
    camera = opened(shm(name, FRAME, depth=4, pubPort=0, bind="127.0.0.1"))
    camera.pubEnable = True
    publishing = threading.Thread(target=camera.publish, daemon=True)
    publishing.start()
    until(lambda: camera.pubPort != 0)
    copy = opened(shm(subPort=camera.pubPort, subHost="127.0.0.1"))
    copy.subEnable = True
    subscribing = threading.Thread(target=copy.subscribe, daemon=True)
    subscribing.start()
    until(lambda: not copy.closed)
    assert copy.wait(PATIENCE_S)
    camera.pubEvent.set()
    copy.subEvent.set()
    publishing.join(PATIENCE_S)
    subscribing.join(PATIENCE_S)
    assert not publishing.is_alive() and not subscribing.is_alive()


def test_dropping_the_objects_ends_their_threads(name, make_name):
    def use():
        camera = shm(name, FRAME, depth=4, pubPort=0, bind="127.0.0.1")
        camera.pubEnable = True
        camera.pubThread.start()
        copy = shm(make_name(), subPort=camera.pubPort, subHost="127.0.0.1")
        copy.subEnable = True
        copy.subThread.start()
        assert copy.wait(PATIENCE_S)

    use()  # what stays for the life of the process
    gc.collect()
    until(lambda: not any(thread.name.startswith("daoShm-") for thread in threading.enumerate()))
    time.sleep(0.2)
    before = threads(), descriptors()
    for _ in range(5):
        use()
    gc.collect()
    until(lambda: threads() <= before[0] and descriptors() <= before[1])


def test_a_copy_with_a_name_is_a_segment_for_all(name, make_name, publish, subscribe, python_process):
    camera = publish(name, FRAME, depth=4)
    copy_name = make_name()
    with pytest.raises(FileNotFoundError):
        shm(copy_name)
    copy = subscribe(camera.pubPort, copy_name)
    assert copy.wait(PATIENCE_S) and copy.name == copy_name and os.path.exists(copy_name)
    other = python_process(
        """
        import sys, time
        from daoShm import shm
        s = shm(sys.argv[1])
        s.wait(60)
        while not (s.source and s.source.topic):
            time.sleep(0.05)
        print(s.get_data().flat[0], s.source.topic)
        """,
        copy_name,
    )
    until(lambda: camera.set_data(FRAME + 3) or other.poll() is not None)
    topic = os.path.basename(name).removesuffix(".im.shm")
    assert other.communicate() == (f"3.0 {topic}\n", "")
    assert shm(copy_name).source.host == copy.source.host != ""


def test_a_missing_file_stays_an_error_unless_a_publisher_is_named(make_name):
    with pytest.raises(FileNotFoundError):
        shm(make_name())
    for named in ({"subPort": 5555}, {"subHost": "localhost"}):
        waiting = shm(make_name(), **named)
        assert waiting.closed and waiting.name is not None
        with pytest.raises(ValueError):
            waiting.get_data()


def test_an_existing_copy_is_used_again(make_name, name, publish, subscribe):
    port = free_port()
    copy_name = make_name()
    with shm(copy_name, FRAME * 0 - 1, depth=4) as local:
        copy = subscribe(port, copy_name)
        assert copy.get_data().flat[0] == -1
        publish(name, FRAME, depth=4, pubPort=port)
        first_value(copy, 0)
        assert (local.get_data() == FRAME).all() and local.counter == copy.counter
