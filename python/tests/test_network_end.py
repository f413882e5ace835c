"""The end of objects and of the program, while threads wait for frames of the network."""

import asyncio
import threading

import numpy as np
import pytest
from conftest import PATIENCE_S, free_port, until

import daoShm
from daoShm import ErrorCode, _core

pytestmark = [
    pytest.mark.skipif(not _core.HAS_NETWORK, reason="daoShm was built without ZeroMQ"),
    pytest.mark.usefixtures("network_state"),
]

FRAME = np.arange(12, dtype=np.float32).reshape(3, 4)

THREADS = {
    "for": "for frame in r.frames(): ready.set()",
    "wait": "while r.wait(): ready.set()",
    "get_data": "while r.get_data(check=True, timeout=60) is not None: ready.set()",
    "polling": """
    while True:
        r.get_data()
        ready.set()
        time.sleep(0.01)""",
    "async for": """
    async def show():
        async for frame in r.frames():
            ready.set()
    asyncio.run(show())""",
    "first frame": """
    empty = daoShm.connect("127.0.0.1:1")
    ready.set()
    for frame in empty.frames(): pass""",
    "async first frame": """
    empty = daoShm.connect("127.0.0.1:1")
    async def show():
        ready.set()
        async for frame in empty.frames(): pass
    asyncio.run(show())""",
}


@pytest.mark.parametrize("what", THREADS)
@pytest.mark.parametrize("is_named", [False, True])
def test_at_exit_threads_that_read_end_in_silence(what, is_named, name, make_name, publish, python_process):
    camera = publish(name, FRAME, depth=4)
    process = python_process(
        f"""
import atexit, sys, time

@atexit.register
def leave_time():  # after the network was ended, as it is registered before
    time.sleep(0.5)

import asyncio, threading
import daoShm
from daoShm import shm

r = shm(sys.argv[2] or None, subPort=int(sys.argv[1]), subHost="127.0.0.1")
r.subEnable = True
r.subThread.start()
assert r.wait(60)
ready = threading.Event()

def show():
    {THREADS[what]}

threading.Thread(target=show, daemon=True).start()
ready.wait(60)
time.sleep(0.1)
print("ends", flush=True)
""",
        camera.pubPort,
        make_name() if is_named else "",
    )
    until(lambda: camera.set_data(FRAME) or process.poll() is not None)
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, output, errors) == (0, "ends\n", "")


def test_an_error_of_the_main_thread_is_still_said_at_exit(name, publish, python_process):
    camera = publish(name, FRAME, depth=4)
    process = python_process(
        """
        import atexit, sys

        @atexit.register
        def read():  # after the network was ended
            try:
                r.wait(1)
            except daoShm.DaoError as error:
                print(error)

        import daoShm
        r = daoShm.connect(f"127.0.0.1:{sys.argv[1]}")
        assert r.wait(60)
        """,
        camera.pubPort,
    )
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert "the subscription that fills it has ended" in output and errors == "" and process.returncode == 0


def test_the_end_of_a_subscription_is_not_called_a_removal(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    frames = copy.frames(timeout=PATIENCE_S)
    copy.subEvent.set()
    copy.subThread.join(PATIENCE_S)
    for use in (lambda: next(frames), lambda: copy.wait(PATIENCE_S), copy.get_data):
        with pytest.raises(daoShm.DaoError, match="the subscription that fills it has ended") as caught:
            use()
        assert caught.value.code == ErrorCode.REMOVED


def test_an_end_before_the_first_frame_is_said(subscribe):
    copy = subscribe(free_port())
    copy.subEvent.set()
    copy.subThread.join(PATIENCE_S)
    with pytest.raises(ValueError, match="subscribing ended before a frame came"):
        copy.wait(PATIENCE_S)


WAITS = {
    "wait": lambda copy: copy.wait(PATIENCE_S),
    "get_data": lambda copy: copy.get_data(check=True, timeout=PATIENCE_S),
    "frames": lambda copy: next(copy.frames(timeout=PATIENCE_S)),
    "async frames": lambda copy: asyncio.run(copy.frames(timeout=PATIENCE_S).__anext__()),
}


@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.parametrize("is_published", [False, True])
def test_close_ends_waits_for_the_first_frame_as_closed(wait, is_published, subscribe):
    for _ in range(10):
        copy = subscribe(free_port())
        if is_published:
            copy.pubPort, copy.bind, copy.pubEnable = 0, "127.0.0.1", True
            copy.pubThread.start()
        told = []

        def work(copy=copy, told=told):
            try:
                told.append(WAITS[wait](copy))
            except Exception as error:
                told.append(error)

        waiting = threading.Thread(target=work)
        waiting.start()
        copy.close()
        waiting.join(PATIENCE_S)
        assert isinstance(told[0], ValueError) and "private: closed; expected" in str(told[0]), told


def test_close_closes_all_though_a_part_fails(name, publish, subscribe, monkeypatch):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    copy.pubPort, copy.bind, copy.pubEnable = 0, "127.0.0.1", True
    copy.pubThread.start()

    def fail():
        raise OSError("unpublished before")

    with monkeypatch.context() as patch:
        patch.setattr(copy._publishing, "_withdraw", fail)
        with pytest.raises(OSError, match="unpublished before"):
            copy.close()
    assert copy.closed and copy._subscribing.info() is None
    copy.subThread.join(PATIENCE_S)
    assert not copy.subThread.is_alive()


def test_an_object_that_is_collected_by_who_opens_a_port_ends(name, python_process):
    process = python_process(
        """
        import gc, sys, time
        import numpy as np
        from daoShm import network_ports, shm

        s = shm(sys.argv[1], np.zeros(4, np.float32), pubPort=0, bind="127.0.0.1")
        s.pubEnable = True
        s.pubThread.start()
        side, thread, s.itself = s._publishing, s.pubThread, s
        with network_ports.Port._lock:  # as Port.open()
            s.pubEvent.set()
            while side._is_open:
                time.sleep(0.001)
            time.sleep(0.1)  # the thread waits for the port
            del s
            gc.collect()
        thread.join(60)
        print("over" if not thread.is_alive() else "stuck")
        """,
        name,
    )
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert (output, errors) == ("over\n", "")
