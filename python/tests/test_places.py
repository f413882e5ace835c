"""Places among the frames: each thread and each iterator has its own."""

import os
import threading
import time

import numpy as np
import pytest
from conftest import PATIENCE_S, until

import daoShm
from daoShm import shm


def publish(writer, values):
    for value in values:
        writer.set_data(np.full(4, value, np.int64))


@pytest.fixture
def pair(name):
    with shm(name, np.zeros(4, np.int64), depth=16) as writer, shm(name) as reader:
        yield writer, reader


def take(frames, count):
    return [int(next(frames)[0]) for _ in range(count)]


def test_two_iterators_of_one_object_each_get_all(pair):
    writer, reader = pair
    first, second = reader.frames(timeout=PATIENCE_S), reader.frames(timeout=PATIENCE_S)
    publish(writer, range(1, 7))
    got = [(take(first, 1)[0], take(second, 1)[0]) for _ in range(6)]
    assert got == [(value, value) for value in range(1, 7)]
    assert first.total_missed == second.total_missed == 0


def test_an_iterator_begins_now_on_an_object_that_has_read(pair):
    writer, reader = pair
    publish(writer, [1, 2])
    assert reader.get_data_next()[0] == shm.DAO_SUCCESS
    publish(writer, [3])
    frames = reader.frames(timeout=PATIENCE_S)
    publish(writer, [4, 5])
    assert take(frames, 2) == [4, 5] and frames.total_missed == 0


def test_an_iterator_leaves_the_objects_place_alone(pair):
    writer, reader = pair
    frames = reader.frames(timeout=PATIENCE_S)
    publish(writer, [1, 2])
    assert take(frames, 2) == [1, 2]
    assert [int(reader.get_data_next()[1][0]) for _ in range(2)] == [1, 2]


def test_an_iterator_that_was_lapped_says_what_it_missed(pair):
    writer, reader = pair
    frames = reader.frames(timeout=PATIENCE_S)
    other = reader.frames(timeout=PATIENCE_S)
    publish(writer, range(1, 4))
    take(other, 3)
    publish(writer, range(4, 41))
    value = take(frames, 1)[0]
    assert frames.missed == value - 1 and value > 20
    assert take(other, 1)[0] == value and other.missed == value - 4


def test_an_iterator_that_only_looks(pair):
    writer, reader = pair
    frames = reader.frames(timeout=0)
    begin = time.monotonic()
    with pytest.raises(TimeoutError):
        next(frames)
    assert time.monotonic() - begin < PATIENCE_S
    publish(writer, [1])
    assert take(frames, 1) == [1]


def test_each_thread_gets_every_frame(pair):
    writer, reader = pair
    ready = threading.Barrier(4)
    got = {}

    def read(number):
        reader.get_data_next()  # the thread's place begins here
        ready.wait(PATIENCE_S)
        ready.wait(PATIENCE_S)
        got[number] = [int(reader.get_data_next(wait=True)[1][0]) for _ in range(10)]

    threads = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(3)]
    for thread in threads:
        thread.start()
    ready.wait(PATIENCE_S)
    publish(writer, range(1, 11))
    ready.wait(PATIENCE_S)
    for thread in threads:
        thread.join(PATIENCE_S)
    assert got == {number: list(range(1, 11)) for number in range(3)}
    assert [int(reader.get_data_next()[1][0]) for _ in range(10)] == list(range(1, 11))


def test_each_thread_of_a_private_image_has_its_place(later):
    image = shm(data=np.zeros(4, np.int64), depth=4)
    values = []
    thread = later(0, lambda: values.append(int(image.get_data_next(wait=True)[1][0])))
    until(lambda: values or publish(image, [7]))
    thread.join(PATIENCE_S)
    assert values == [7]


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs /proc")
@pytest.mark.parametrize("own", [True, False], ids=["the wait of the same object", "one of another object"])
def test_a_call_of_another_thread_leaves_waits_asleep(pair, own):
    writer, reader = pair
    waiting = threading.Thread(target=reader.wait if own else shm(writer.name).wait, args=(PATIENCE_S,))
    other = threading.Thread(target=reader.wait, args=(PATIENCE_S,))
    waiting.start()
    other.start()
    time.sleep(0.2)

    def times_woken():
        with open(f"/proc/self/task/{waiting.native_id}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt_switches"))

    before, begin = times_woken(), time.monotonic()
    for _ in range(1000):
        reader.get_counter()
    seconds = time.monotonic() - begin
    # By itself it wakes ten times a second, to look whether the segment is still there; it may fall asleep only now.
    assert times_woken() - before < 200 + 15 * seconds and seconds < PATIENCE_S / 2
    publish(writer, [1])
    waiting.join(PATIENCE_S)
    other.join(PATIENCE_S)
    assert not waiting.is_alive() and not other.is_alive()


def test_the_place_of_a_thread_ends_with_it(pair):
    writer, reader = pair
    publish(writer, [1])
    reader.get_data()

    def read():
        reader.get_data()

    def count():
        return sum(entry.alive is True for entry in writer.readers())

    before = count()
    for _ in range(20):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    until(lambda: count() == before)  # join() returns a little before the thread is gone


def test_a_view_answers_for_its_own_slot(name):
    with shm(name, np.zeros(4, np.int64), depth=2) as writer, shm(name) as reader:
        view = reader.view()
        part = view[1:3]
        publish(writer, [1])
        assert reader.is_whole(view) and reader.is_whole(part) and reader.is_whole()
        publish(writer, [2])
        reader.get_data()
        assert not reader.is_whole() and not reader.is_whole(view) and not reader.is_whole(part)
        newer = reader.view()
        assert reader.is_whole() and reader.is_whole(newer) and not reader.is_whole(view)


def test_a_view_of_another_object_or_thread_of_the_same_segment(name, later):
    with shm(name, np.zeros(4, np.int64), depth=2) as segment:
        view = segment.view()
        answers = []
        later(0, lambda: answers.append(segment.is_whole(view))).join(PATIENCE_S)
        publish(segment, [1, 2])
        later(0, lambda: answers.append(segment.is_whole(view))).join(PATIENCE_S)
        assert answers == [True, False]


def test_a_view_of_a_segment_that_was_replaced_is_not_vouched_for(name):
    with shm(name, np.zeros(4, np.int64), depth=2) as old:
        view = old.view()
        with shm(name, np.ones(3)):
            assert old.wait(timeout=PATIENCE_S)
            assert not old.is_whole(view) and not old.is_whole()
            assert old.is_whole(old.view())


@pytest.mark.parametrize("thing", [np.zeros(4), [1], 5])
def test_what_is_no_view(pair, thing):
    with pytest.raises(TypeError) as caught:
        pair[1].is_whole(thing)
    assert isinstance(caught.value, daoShm.DaoError)


def test_no_view_was_given_yet(pair):
    with pytest.raises(daoShm.DaoError) as caught:
        pair[1].is_whole()
    assert caught.value.code == daoShm.ErrorCode.STATE


def test_a_loan_may_be_ended_in_another_thread(name, later):
    with shm(name, np.zeros(4, np.int64), depth=2) as segment:
        loan = segment.write(frame_id=9)
        frame = loan.__enter__()
        frame[...] = 5
        later(0, loan.__exit__, None, None, None).join(PATIENCE_S)
        assert segment.get_data().tolist() == [5] * 4 and segment.get_frame_id() == 9
