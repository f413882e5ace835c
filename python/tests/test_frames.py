"""frames(): every frame in order, with for and async for."""

import asyncio
import threading
import time

import numpy as np
import pytest

import daoShm
from daoShm import shm


@pytest.fixture
def pair(name):
    with shm(name, np.zeros(4, np.int64), depth=8) as writer, shm(name) as reader:
        yield writer, reader


def publish(writer, values, pause=0.0):
    for value in values:
        writer.set_data(np.full(4, value, np.int64))
        time.sleep(pause)


def publish_in_reach(writer, values, taken):
    """Never further ahead of who puts what it took into `taken` than the segment is deep."""
    for value in values:
        until = time.monotonic() + 60
        while value - len(taken) > writer.depth - 2 and time.monotonic() < until:
            time.sleep(0.001)
        publish(writer, [value], 0.002)


def test_every_frame_in_order(pair, later):
    writer, reader = pair
    frames = reader.frames(timeout=30)
    values = []
    later(0.05, publish_in_reach, writer, range(1, 51), values)
    while len(values) < 50:
        values.append(int(next(frames)[0]))
    assert values == list(range(1, 51))
    assert frames.total_missed == 0 and frames.counter == 51


def test_missed_frames_are_counted(pair):
    writer, reader = pair
    frames = reader.frames(timeout=5)
    publish(writer, range(1, 31))
    first = int(next(frames)[0])
    assert first > 1 and frames.missed == frames.total_missed == first - 1
    next(frames)
    assert frames.missed == 0 and frames.total_missed == first - 1


@pytest.mark.parametrize("mode", ["sleep", "spin", "adaptive"])
def test_no_frame_in_time(pair, mode):
    with pytest.raises(TimeoutError) as caught:
        next(pair[1].frames(timeout=0.1, mode=mode))
    assert isinstance(caught.value, daoShm.DaoError) and pair[1].name in str(caught.value)


def test_frames_go_on_over_a_replaced_segment(pair, later):
    writer, reader = pair

    def replace():
        with shm(writer.name, np.full((2, 2), 5.0)) as other:
            other.set_data(np.full((2, 2), 6.0))
            time.sleep(1)

    later(0.1, replace)
    frames = reader.frames(timeout=10)
    shapes = [next(frames).shape]
    assert shapes == [(2, 2)]


def test_async_frames(pair, later):
    writer, reader = pair

    frames = reader.frames(timeout=30)
    values = []

    async def collect():
        async for frame in frames:
            values.append(int(frame[0]))
            if len(values) == 30:
                return

    later(0.1, publish_in_reach, writer, range(1, 31), values)
    asyncio.run(collect())
    assert values == list(range(1, 31))


def test_async_frames_leave_the_loop_free(pair):
    reader = pair[1]
    ticks = []

    async def tick():
        while True:
            ticks.append(time.monotonic())
            await asyncio.sleep(0.01)

    async def main():
        ticking = asyncio.create_task(tick())
        with pytest.raises(TimeoutError):
            await reader.frames(timeout=0.5).__anext__()
        ticking.cancel()

    asyncio.run(main())
    assert len(ticks) > 5  # of 50; one, if the wait kept the loop


def test_async_waiting_costs_next_to_nothing(pair):
    async def main():
        with pytest.raises(TimeoutError):
            await pair[1].frames(timeout=1.0).__anext__()

    begin = time.process_time()
    asyncio.run(main())
    assert time.process_time() - begin < 0.3


def test_many_async_readers_at_once(pair):
    writer, _ = pair

    async def first(reader):
        async for frame in reader.frames(timeout=20):
            return int(frame[0])

    async def main():
        readers = [shm(writer.name) for _ in range(40)]
        tasks = [asyncio.create_task(first(reader)) for reader in readers]
        await asyncio.sleep(0.3)
        publish(writer, [9])
        return await asyncio.gather(*tasks)

    assert asyncio.run(main()) == [9] * 40


def waiting_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("daoShm-frames")]


def wait_until_no_thread_waits():
    limit = time.monotonic() + 10
    while waiting_threads() and time.monotonic() < limit:
        time.sleep(0.01)
    assert not waiting_threads()


def test_cancelling_ends_the_wait_at_once_and_leaves_no_thread(pair):
    async def main():
        task = asyncio.create_task(pair[1].frames().__anext__())
        while not waiting_threads():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        begin = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - begin

    wait_until_no_thread_waits()
    assert asyncio.run(main()) < 20
    wait_until_no_thread_waits()


def test_closing_ends_the_thread(pair):
    frames = pair[1].frames(timeout=0.1)

    async def main():
        with pytest.raises(TimeoutError):
            await frames.__anext__()
        assert waiting_threads()
        await frames.aclose()

    asyncio.run(main())
    wait_until_no_thread_waits()


def test_leaving_the_loop_ends_the_thread(pair, later):
    writer, reader = pair

    async def main():
        async for _ in reader.frames(timeout=10):
            break

    later(0.1, publish, writer, [1])
    asyncio.run(main())
    wait_until_no_thread_waits()
