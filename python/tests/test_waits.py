"""Waiting: every way, time limits, Ctrl-C, other threads."""

import contextlib
import threading
import time

import numpy as np
import pytest
from conftest import PATIENCE_S, until
from timing import Lateness

import daoShm
from daoShm import _core, shm

MODES = ["sleep", "spin", "adaptive"]


@pytest.fixture
def pair(name):
    with shm(name, np.zeros(4), depth=3) as writer, shm(name) as reader:
        yield writer, reader


def spent(function):
    begin = time.monotonic()
    result = function()
    return result, time.monotonic() - begin


@pytest.mark.parametrize("mode", MODES)
def test_wait_ends_with_a_frame(pair, later, mode):
    writer, reader = pair
    begin = time.monotonic()  # of the other thread's wait: on a busy machine it may be over before ours begins
    later(0.1, writer.set_data, np.ones(4))
    assert reader.wait(timeout=PATIENCE_S, mode=mode)
    assert time.monotonic() - begin > 0.05
    assert not reader.wait(timeout=0, mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_wait_ends_with_its_time_limit(pair, mode):
    came, seconds = spent(lambda: pair[1].wait(timeout=0.12, mode=mode))
    assert not came and 0.11 < seconds < PATIENCE_S


def test_a_frame_between_two_waits_is_not_missed(pair):
    writer, reader = pair
    assert not reader.wait(timeout=0)
    writer.set_data(np.ones(4))
    assert reader.wait(timeout=0)
    writer.set_data(np.ones(4))
    reader.get_data()
    assert not reader.wait(timeout=0)


READS_AFTER_A_WAIT = {
    "get_data": lambda reader: reader.get_data(check=True, timeout=PATIENCE_S),
    "spinning": lambda reader: reader.get_data(check=True, spin=True, timeout=PATIENCE_S),
    "semaphore": lambda reader: reader.get_data(check=True, semNb=2, timeout=PATIENCE_S),
    "part": lambda reader: reader.get_data(check=True, timeout=PATIENCE_S, x=slice(0, 2)),
    "flat": lambda reader: reader.get_data(check=True, reform=False, timeout=PATIENCE_S),
    "next": lambda reader: reader.get_data_next()[1],
    "history": lambda reader: reader.get_history(1, check=True, timeout=PATIENCE_S),
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("read", READS_AFTER_A_WAIT.values(), ids=READS_AFTER_A_WAIT.keys())
@pytest.mark.parametrize("replaced", [False, True, None], ids=["same", "replaced", "first"])
def test_what_was_waited_for_stays_unread(name, read, mode, replaced):
    with shm(name, np.zeros(4)) as writer, shm(name) as reader:
        if replaced is not None:
            reader.get_data()
        for value in (3.0, 4.0):
            if replaced:
                with shm(name, np.full(int(value), value)):
                    pass  # as a program that starts anew
            else:
                writer.set_data(np.full(4, value))
            assert reader.wait(timeout=PATIENCE_S, mode=mode)
            assert not reader.wait(timeout=0.01, mode=mode)
            assert (read(reader) == value).all()
            assert not reader.wait(timeout=0.01, mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_each_wait_is_for_one_frame_more_whoever_reads(pair, later, mode):
    writer, reader = pair
    for _ in range(5):
        assert not reader.wait(timeout=0, mode=mode)
        later(0.02, writer.set_data, np.ones(4))
        assert reader.wait(timeout=PATIENCE_S, mode=mode)
    assert reader.missed == 0 and (reader.get_data(check=True, timeout=PATIENCE_S) == 1).all()


def test_a_wait_for_frames_of_a_segment_that_was_made_again(name):
    with shm(name, np.zeros(4)) as writer, shm(name) as reader:
        for value in range(1, 6):
            writer.set_data(np.full(4, value))
        assert reader.wait(timeout=PATIENCE_S)
        for value in (7.0, 8.0):
            with shm(name, np.full(4, value)) as again:  # reused: it counts from 1
                assert again.counter == 1
                assert reader.wait(timeout=PATIENCE_S) and not reader.wait(timeout=0)
                again.set_data(np.full(4, value))
                assert reader.wait(timeout=PATIENCE_S) and not reader.wait(timeout=0)
                assert (reader.get_data(check=True, timeout=PATIENCE_S) == value).all()


def test_a_frame_of_ones_own_is_no_news_after_a_wait(pair):
    writer, reader = pair
    for _ in range(3):
        writer.set_data(np.ones(4))
        assert reader.wait(timeout=PATIENCE_S)
        reader.set_data(np.ones(4))  # an answer in the same segment
        assert not reader.wait(timeout=0.01)


def test_an_unread_frame_and_a_writer_in_the_middle_of_the_next(name, later):
    with shm(name, np.zeros(4)) as writer, shm(name) as reader:
        writer.set_data(np.ones(4))
        assert reader.wait(timeout=PATIENCE_S)
        with writer.write() as frame:
            frame[...] = 2
            assert not reader.wait(timeout=0.05)
        assert reader.wait(timeout=PATIENCE_S) and not reader.wait(timeout=0)


def test_a_signal_does_not_end_a_second_wait(pair):
    import signal

    writer, reader = pair
    writer.set_data(np.ones(4))
    assert reader.wait(timeout=PATIENCE_S)
    came = []
    before = signal.signal(signal.SIGALRM, lambda *_: came.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        assert not reader.wait(timeout=0.4) and came == [1]
    finally:
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**40])
def test_a_semaphore_of_any_number_is_named_as_it_was_given(pair, number):
    for call in (lambda: pair[1].get_data(check=True, semNb=number, timeout=1), lambda: pair[1].post(number)):
        with pytest.raises(ValueError, match=str(number)) as caught:
            call()
        assert caught.value.code == daoShm.ErrorCode.SEMAPHORE


@pytest.mark.parametrize("arguments", [{}, {"semNb": 3}, {"spin": True}])
def test_get_data_waits(pair, later, arguments):
    writer, reader = pair
    reader.get_data(check=True, timeout=0.01, **arguments)
    nothing, seconds = spent(lambda: reader.get_data(check=True, timeout=0.1, **arguments))
    assert nothing is None and 0.09 < seconds < PATIENCE_S
    later(0.1, writer.set_data, np.full(4, 7.0))
    assert (reader.get_data(check=True, timeout=PATIENCE_S, **arguments) == 7).all()


def test_posts_are_not_added_up(pair):
    writer, reader = pair
    for _ in range(3):
        writer.post(2)
    assert reader.get_data(check=True, semNb=2, timeout=1) is not None
    assert reader.get_data(check=True, semNb=2, timeout=0.05) is None


@pytest.mark.parametrize("number", [-1, 10, 1000])
def test_an_unknown_semaphore(pair, number):
    with pytest.raises(ValueError, match=str(number)):
        pair[1].get_data(check=True, semNb=number, timeout=1)


@pytest.mark.parametrize("timeout", [-1, float("nan")])
def test_an_impossible_time_limit(pair, timeout):
    with pytest.raises(ValueError, match="time limit"):
        pair[1].wait(timeout=timeout)
    with pytest.raises(ValueError, match="time limit"):
        pair[1].get_data(check=True, timeout=timeout)


def test_an_unknown_way_to_wait(pair):
    with pytest.raises(ValueError, match="spin"):
        pair[1].wait(mode="doze")


def test_get_data_next_waits(pair, later):
    writer, reader = pair
    later(0.1, writer.set_data, np.full(4, 3.0))
    status, data = reader.get_data_next(wait=True)
    assert status == shm.DAO_SUCCESS and (data == 3).all()


def test_a_wait_leaves_the_object_to_other_threads(pair, later):
    writer, reader = pair
    waiting = later(0, reader.wait, timeout=60)
    time.sleep(0.1)
    slowest = 0.0
    for _ in range(20):
        _, seconds = spent(reader.get_counter)
        slowest = max(slowest, seconds)
    assert slowest < PATIENCE_S / 2 and waiting.is_alive()
    writer.set_data(np.ones(4))
    waiting.join(PATIENCE_S)
    assert not waiting.is_alive()


def test_several_threads_wait_on_one_object(pair, later):
    writer, reader = pair
    came = []
    threads = [later(0, lambda number=n: came.append(reader.get_data(check=True, semNb=number))) for n in range(4)]
    until(lambda: not any(thread.is_alive() for thread in threads) or writer.set_data(np.ones(4)))
    assert len(came) == 4


def test_close_ends_a_wait(pair):
    _, reader = pair
    errors = []

    def wait():
        try:
            reader.wait(timeout=PATIENCE_S)
        except daoShm.DaoError as error:
            errors.append(error.code)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.1)
    reader.close()
    thread.join(PATIENCE_S)
    assert errors == [daoShm.ErrorCode.CLOSED]


@pytest.mark.parametrize("mode", ["sleep", "adaptive", "history", "iterator"])
def test_close_ends_a_sleeping_wait_at_once(pair, mode):
    """By itself it looks ten times a second whether it is to go on."""
    writer, _ = pair
    took_s = 0.0
    with Lateness() as late:
        for _ in range(10):
            reader = shm(writer.name)
            frames = reader.frames()

            def wait(reader=reader, frames=frames):
                with contextlib.suppress(ValueError):
                    if mode == "history":
                        reader.get_history(1, check=True, buffer=True)
                    elif mode == "iterator":
                        next(frames)
                    else:
                        reader.wait(PATIENCE_S, mode)

            thread = threading.Thread(target=wait)
            thread.start()
            time.sleep(0.03)
            begin = time.monotonic()
            reader.close()
            thread.join(PATIENCE_S)
            took_s += time.monotonic() - begin
        assert took_s - late.seconds() < 0.2


def test_cancelling_ends_a_sleeping_wait_at_once(pair):
    reader = _core.FrameReader(pair[1])
    took_s = 0.0
    with Lateness() as late:
        for _ in range(10):
            canceller = _core.Canceller()
            thread = threading.Thread(target=reader.wait, args=(PATIENCE_S, "sleep", canceller))
            thread.start()
            time.sleep(0.03)
            begin = time.monotonic()
            canceller.cancel()
            thread.join(PATIENCE_S)
            took_s += time.monotonic() - begin
        assert took_s - late.seconds() < 0.2


def test_a_wait_that_was_cancelled_before_does_not_begin(pair):
    canceller = _core.Canceller()
    canceller.cancel()
    assert _core.FrameReader(pair[1]).wait(PATIENCE_S, "sleep", canceller) is False


def test_removal_ends_a_wait(pair, later):
    later(0.1, daoShm.remove, pair[0].name)
    with pytest.raises(daoShm.DaoError) as caught:
        pair[1].wait(timeout=PATIENCE_S)
    assert caught.value.code == daoShm.ErrorCode.REMOVED


WAITS = {
    "wait": "segment.wait()",
    "spin": "segment.wait(mode='spin')",
    "adaptive": "segment.wait(mode='adaptive')",
    "copy": "segment.get_data(check=True)",
    "semaphore": "segment.get_data(check=True, semNb=0)",
    "semaphore with a limit": "segment.get_data(check=True, semNb=0, timeout=60)",
    "counter": "segment.get_data(check=True, spin=True)",
    "next": "segment.get_data_next(wait=True)",
    "history": "segment.get_history(1, buffer=True)",
    "frames": "next(segment.frames())",
    "spinning frames": "next(segment.frames(mode='spin'))",
    "asynchronous frames": "asyncio.run(anext())",
}


@pytest.mark.parametrize("signal_thread", [False, True], ids=["alone", "with another thread"])
@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
def test_ctrl_c_ends_every_wait(name, python_process, wait, signal_thread):
    import signal

    process = python_process(
        f"""
        import asyncio, signal, sys, threading, time
        import numpy
        from daoShm import shm
        signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests may ignore it
        segment = shm(sys.argv[1], numpy.zeros(4))
        async def anext():
            async for frame in segment.frames():
                pass
        segment.get_data(check=True, semNb=0)
        if {signal_thread}:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        while segment.get_data_next()[0] == 0:
            pass
        try:
            print("waiting", flush=True)
            {wait}
        except KeyboardInterrupt:
            print("ended", flush=True)
        """,
        name,
    )
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.3)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "ended\n", process.stderr.read()
    assert time.monotonic() - begin < PATIENCE_S
    assert process.wait(PATIENCE_S) == 0
