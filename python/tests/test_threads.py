"""Threads that share one object, with and without a global interpreter lock."""

import gc
import subprocess
import sys
import sysconfig
import textwrap
import threading
import time
from functools import partial

import numpy as np
import pytest
from conftest import PATIENCE_S, until
from timing import unless_late

import daoShm
from daoShm import _core, shm

SECONDS = 1.0


@pytest.fixture
def together():
    """Run functions over and over, a thread each, for a while; an error in one fails the test."""

    def run(*functions, seconds=SECONDS):
        stop = threading.Event()
        begin = threading.Barrier(len(functions))
        errors = []
        turns = [0] * len(functions)

        def work(index):
            try:
                begin.wait(PATIENCE_S)
                while not stop.is_set():
                    functions[index]()
                    turns[index] += 1
            except BaseException as error:
                errors.append(error)
                stop.set()

        threads = [threading.Thread(target=work, args=(index,), daemon=True) for index in range(len(functions))]
        for thread in threads:
            thread.start()
        stop.wait(seconds)
        try:
            until(lambda: stop.is_set() or all(turns), lambda: f"a turn of each thread: {turns}")
        finally:
            stop.set()
        for thread in threads:
            thread.join(PATIENCE_S)
        assert not any(thread.is_alive() for thread in threads), "a thread hangs"
        if errors:
            raise errors[0]

    return run


def assert_whole(frame):
    assert (frame == frame.flat[0]).all()


@pytest.mark.skipif(not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this interpreter has a global lock")
def test_the_module_runs_without_the_global_lock():
    code = "import sys, daoShm; assert not sys._is_gil_enabled()"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_other_threads_run_while_a_large_segment_is_made(name):
    """Which takes a tenth of a second; more where it is made again, and wiped."""
    frame = np.zeros((128, 1024, 1024), np.uint8)
    turns = [0]
    ends = threading.Event()

    def take_turns():
        while not ends.wait(0.001):
            turns[0] += 1

    def during(action):
        before = turns[0]
        action()
        return turns[0] - before

    thread = threading.Thread(target=take_turns)
    thread.start()
    try:
        for _ in ("new", "again"):
            segment = _core.Segment()
            make = partial(segment._create, name.encode(), frame, 0, 1, 0, 0, False)
            unless_late(lambda make=make: during(make) > 10, 0.05, "turns of another thread")
            segment.close()
    finally:
        ends.set()
        thread.join()


@pytest.mark.parametrize("depth", [1, 4])
def test_every_call_of_one_object_at_once(name, together, depth):
    segment = shm(name, np.zeros((16, 16)), nbkw=8, depth=depth)
    segment.keywords["GAIN"] = 0
    numbers = iter(range(1, 10**9))

    def publish():
        segment.set_data(np.full((16, 16), float(next(numbers))))

    def lend():
        with segment.write() as frame:
            frame[:] = -1.0

    def patient(call):
        try:
            return call()
        except daoShm.DaoError as error:  # writers that never rest leave a single slot no time to be copied
            assert depth == 1 and error.code in (daoShm.ErrorCode.NOT_READY, daoShm.ErrorCode.OUTRUN)
            return None

    def read():
        frame = patient(segment.get_data)
        if frame is not None:
            assert_whole(frame)

    def read_next():
        status, frame = patient(segment.get_data_next) or (shm.DAO_NOTREADY, None)
        if frame is not None:
            assert_whole(frame)
        assert status in (shm.DAO_SUCCESS, shm.DAO_NOTREADY, shm.DAO_OVERWRITE)

    def look():
        segment.view()
        segment.is_whole()
        assert segment.get_meta_data()["cnt0"] <= segment.counter
        assert segment.shape == (16, 16) and segment.info["writer_alive"]

    def annotate():
        segment.keywords["GAIN"] += 1
        assert segment.keywords["GAIN"] > 0

    def wait():
        segment.wait(timeout=0.01)

    together(publish, lend, read, read_next, look, annotate, wait)
    assert segment.counter > 1


def test_threads_with_an_object_each_publish_and_read(make_name, together):
    name = make_name()
    writers = [shm(name, np.zeros((32, 32)), depth=4), shm(name)]
    readers = [shm(name) for _ in range(3)]
    before = writers[0].counter
    counts = [0, 0]

    def writer(index):
        def publish():
            counts[index] += 1
            writers[index].set_data(np.full((32, 32), float(counts[index])))

        return publish

    together(writer(0), writer(1), *(lambda reader=reader: assert_whole(reader.get_data()) for reader in readers))
    assert readers[0].counter == before + sum(counts)


def test_closing_under_other_threads_is_an_error_of_theirs(name, together):
    segment = shm(name, np.zeros(64))
    current = [shm(name)]

    def use():
        try:
            assert_whole(current[0].get_data())
            current[0].wait(timeout=0.001)
        except ValueError as error:
            assert error.code == daoShm.ErrorCode.CLOSED

    def replace():
        old, current[0] = current[0], shm(name)
        time.sleep(0.001)
        view = old.view()
        old.close()
        assert_whole(view)

    together(use, use, use, replace)
    assert not segment.closed


def test_an_argument_may_use_the_object_it_is_given_to(name, later):
    segment = shm(name, np.zeros(4))

    class Nosy:
        def __index__(self):
            return segment.counter

        def __repr__(self):
            return f"frame {segment.counter}"

        def __bool__(self):
            return segment.counter > 0

    def call():
        with pytest.raises(TypeError):
            segment.set_data(np.ones(4), frame_id=Nosy.__new__)
        segment.set_data(np.ones(4), frame_id=Nosy())
        segment.get_data(reform=Nosy())
        segment.get_meta_data(Nosy())

    later(0, call).join(PATIENCE_S)


def test_the_garbage_collector_may_use_the_object(name, later):
    segment = shm(name, np.zeros(4), nbkw=2)
    segment.keywords["GAIN"] = 1
    collected = []

    class Last:
        def __init__(self):
            self.cycle = self

        def __del__(self):
            collected.append(segment.counter)

    def call():
        threshold = gc.get_threshold()
        gc.set_threshold(1)
        try:
            for _ in range(50):
                Last()
                segment.set_data(np.ones(4))
                segment.get_data_next()
                segment.get_meta_data()
                assert segment.shape == (4,) and segment.info and segment.readers() is not None
                assert segment.keywords["GAIN"] == 1
        finally:
            gc.set_threshold(*threshold)
        gc.collect()

    later(0, call).join(PATIENCE_S)
    assert collected


COLLECTING = """
    import faulthandler, gc, sys
    import numpy as np
    from daoShm import shm
    segment = shm(sys.argv[1], np.zeros((8, 8)), depth=4)
    segment.sem
    class Last:
        def __init__(self):
            self.cycle = self
        def __del__(self):
            segment.counter
    faulthandler.dump_traceback_later(float(sys.argv[2]), exit=True)
    used_up = []  # small containers that Python keeps in reserve: making one sets no collection off
    for turn in range(150):
        gc.disable()
        used_up.append([(turn, 1, 2)[:length] for length in (1, 2, 3) for _ in range(50)])
        used_up.append([[] for _ in range(20)])
        gc.collect()
        gc.freeze()
        Last()
        gc.set_threshold(1 + turn % 40, 1, 1)
        gc.enable()
        segment.{call}
    gc.disable()
    """


@pytest.mark.parametrize(
    "call",
    [
        "get_data(x=slice(0, 3))",
        "get_data(x=slice(0, 3), reform=False)",
        "get_data_arbitrary(0, x=slice(0, 3))",
        "get_history(2, y=slice(0, 3))",
        "sem_users()",
        "_image()",
        "view()",
        "keywords.items()",
    ],
)
def test_the_garbage_collector_may_use_the_object_in_the_middle_of_a_call(name, call):
    code = textwrap.dedent(COLLECTING.format(call=call))
    command = [sys.executable, "-c", code, name, str(PATIENCE_S)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
