"""Writes that wait for a lock which another process holds: how they end, and what goes on meanwhile."""

import signal
import threading
import time

import pytest
from timing import Lateness

import daoShm

# The words of a segment's locks in its extension: docs/format.md. And a process without a record: nobody can tell
# whether it lives.
FRAMES_LOCK, KEYWORDS_LOCK = 256, 640
LOCK_S = 5  # how long a call waits for a lock
STRANGER = 4711 << 32 | 0x2A << 17


def lock(name, *places, token=STRANGER):
    """As if the process of that token held the locks."""
    with open(name, "r+b") as file:
        extension = file.read().index(b"dDshExt1")
        for place in places:
            file.seek(extension + place)
            file.write(token.to_bytes(8, "little"))


WRITES = {
    "set_data": "segment.set_data(numpy.ones((2, 2, 2)))",
    "frame_id": "segment.set_data(numpy.ones((2, 2, 2)), frame_id=7)",
    "write": "segment.write().__enter__()",
    "write_slice": "segment.write_slice(numpy.ones((2, 2)))",
    "set keyword": "segment.keywords['GAIN'] = 2",
    "remove keyword": "del segment.keywords['GAIN']",
    "make again": "shm(sys.argv[1], numpy.zeros((2, 2, 2)), nbkw=1)",
}


@pytest.fixture
def locked(name):
    """A segment whose locks others have got, without a slot being written: nothing else than waiting shows it."""
    import numpy as np

    with daoShm.shm(name, np.zeros((2, 2, 2)), nbkw=1) as segment:
        segment.keywords["GAIN"] = 1
        lock(name, FRAMES_LOCK, KEYWORDS_LOCK)
        yield segment


def while_a_lock_is_waited_for(attempt):
    """What `attempt` returns; made again where the machine was away until the call no longer waited: "BUSY"."""
    while True:
        with Lateness() as late:
            ended, *found = attempt()
        if ended != "BUSY":
            return ended, *found, late.seconds()
        assert late.seconds() > LOCK_S / 2, "the wait for the lock was not ended"


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_ctrl_c_ends_a_write_that_waits_for_the_lock(name, locked, python_process, write):
    code = f"""
        import signal, sys, time
        import numpy
        from daoShm import DaoError, shm
        from timing import Lateness
        segment = shm(sys.argv[1])
        came = 0
        def come(number, frame):
            global came
            came = time.monotonic()
            raise KeyboardInterrupt
        signal.signal(signal.SIGINT, come)
        with Lateness() as late:
            try:
                print("writing", flush=True)
                {write}
            except KeyboardInterrupt:
                ended = "INTERRUPTED"
            except DaoError as error:
                ended = error.code.name
            print(ended, came, time.monotonic() - came, late.seconds(), flush=True)
        """

    def interrupt():
        process = python_process(code, name)
        assert process.stdout.readline() == "writing\n", process.stderr.read()
        time.sleep(0.3)
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        ended, *times = process.stdout.readline().split() or ["BUSY"]  # the signal came after it
        return ended, begin, *map(float, times)

    ended, begin, came, took, late_there, late_here = while_a_lock_is_waited_for(interrupt)
    assert ended == "INTERRUPTED" and came - begin - late_there - late_here < LOCK_S - 1
    assert took - late_there < LOCK_S - 1
    assert locked.counter == 1 and locked.keywords == {"GAIN": 1}


def test_a_write_that_waits_for_the_lock_ends_with_the_reason(locked):
    begin = time.monotonic()
    with pytest.raises(TimeoutError, match="process 4711") as caught:
        locked.set_data(locked.get_data())
    assert caught.value.code == daoShm.ErrorCode.BUSY
    assert time.monotonic() - begin > LOCK_S - 0.1


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_other_threads_run_while_a_write_waits_for_the_lock(name, locked, write):
    """The other thread frees the lock, in its 20th turn."""
    import numpy

    names = {"segment": locked, "numpy": numpy, "shm": daoShm.shm}
    turns = []

    def take_turns():
        for _ in range(20):
            time.sleep(0.01)
            turns.append(time.monotonic())
        lock(name, FRAMES_LOCK, KEYWORDS_LOCK, token=0)

    def attempt():
        turns.clear()
        lock(name, FRAMES_LOCK, KEYWORDS_LOCK)
        thread = threading.Thread(target=take_turns)
        begin = time.monotonic()
        thread.start()
        try:
            exec(write.replace("sys.argv[1]", "segment.name"), names)
            return "WRITTEN", len(turns), time.monotonic() - begin
        except TimeoutError:
            return ("BUSY",)
        finally:
            thread.join()

    ended, count, seconds, _ = while_a_lock_is_waited_for(attempt)
    assert ended == "WRITTEN" and count == 20 and seconds >= 0.2


def test_close_ends_a_write_of_another_thread_that_waits_for_the_lock(name, locked):
    def close():
        ended = []
        segment = daoShm.shm(name)

        def write():
            with pytest.raises(daoShm.DaoError) as caught:
                segment.set_data([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
            ended.extend((caught.value.code.name, time.monotonic(), caught.value))

        thread = threading.Thread(target=write)
        thread.start()
        time.sleep(0.3)
        begin = time.monotonic()
        segment.close()
        thread.join()
        return ended[0], ended[1] - begin, ended[2]

    ended, took, error, late = while_a_lock_is_waited_for(close)
    assert ended == "CLOSED" and isinstance(error, ValueError) and "closed" in str(error)
    assert took - late < LOCK_S - 1


def test_unlock_frees_the_locks_of_a_writer_that_cannot_be_judged(name, locked):
    assert locked.info["writing"] and locked.info["writer_pid"] == 4711 and locked.info["writer_alive"] is None
    locked.unlock()
    assert not locked.info["writing"]
    locked.set_data(locked.get_data())
    locked.keywords["GAIN"] = 3
    assert locked.counter == 2
    locked.unlock()  # nothing is locked
    with daoShm.shm(name) as other:
        loan = other.write()
        loan.__enter__()
        with pytest.raises(TimeoutError, match="lives"):
            locked.unlock()
        locked.unlock(force=True)
        with pytest.raises(daoShm.DaoError, match="taken away") as caught:
            loan.__exit__(None, None, None)
        assert caught.value.code == daoShm.ErrorCode.STATE
    with daoShm.shm(name, read_only=True) as reader, pytest.raises(PermissionError):
        reader.unlock()
