"""A segment that is replaced or removed: which calls go on in the new one, and what the others say."""

import os
import threading
import time

import numpy as np
import pytest
from conftest import PATIENCE_S

import daoShm
from daoShm import ErrorCode, shm

READS = {
    "get_data": lambda segment: segment.get_data(),
    "get_data asleep": lambda segment: segment.get_data(check=True, timeout=PATIENCE_S),
    "get_data spinning": lambda segment: segment.get_data(check=True, spin=True, timeout=PATIENCE_S),
    "get_data_next": lambda segment: segment.get_data_next()[1],
    "get_data_next waiting": lambda segment: segment.get_data_next(wait=True)[1],
    "get_data_arbitrary": lambda segment: segment.get_data_arbitrary(segment.get_meta_data()["fifo_last_written"]),
    "get_history": lambda segment: segment.get_history(1)[0],
    "get_history waiting": lambda segment: segment.get_history(1, check=True, timeout=PATIENCE_S)[0],
    "get_history counting": lambda segment: segment.get_history(1, buffer=True, timeout=PATIENCE_S)[0],
    "view": lambda segment: segment.view(),
    "asarray": lambda segment: np.asarray(segment),
}
WRITES = {
    "set_data": lambda segment: segment.set_data(np.full((2, 3), 7.0)),
    "write": lambda segment: write_in_place(segment, 7.0),
}


def write_in_place(segment, value):
    with segment.write() as frame:
        frame[...] = value


@pytest.fixture
def replaced(name):
    """An object of a segment that was replaced by one of shape (2, 3), longer ago than names are looked at."""
    with shm(name, np.zeros(4), nbkw=1) as writer, shm(name) as reader:
        reader.get_history(1)
        reader.view()
        reader.keywords.get("X")
        time.sleep(0.15)
        with shm(name, np.full((2, 3), 5.0), nbkw=1) as new:
            new.keywords["X"] = 3
            yield writer, reader, new


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_every_read_follows(replaced, read):
    _, reader, _ = replaced
    assert np.asarray(read(reader)).tolist() == [[5, 5, 5], [5, 5, 5]]
    assert reader.shape == (2, 3)


@pytest.mark.parametrize("timeout", [0, 0.01, PATIENCE_S])
def test_a_wait_follows_whatever_its_limit(replaced, timeout):
    assert replaced[1].wait(timeout=timeout)
    assert not replaced[1].wait(timeout=0)


@pytest.mark.parametrize("waits", [False, True])
def test_a_given_array_is_for_the_segment_that_has_the_name_now(replaced, waits):
    _, reader, new = replaced
    for bad in (np.zeros(4), np.zeros((2, 3), "f4"), np.zeros((3, 2)).T, [1]):
        with pytest.raises(TypeError) as caught:
            reader.get_data(check=waits, out=bad, timeout=1)
        assert caught.value.code == ErrorCode.TYPE
        for part in (reader.name, "expected", "float64", "(2, 3)"):
            assert part in str(caught.value)
        assert reader.shape == (2, 3)
    out = np.zeros((2, 3))
    for value in (6.0, 7.0):
        new.set_data(np.full((2, 3), value))
        assert reader.get_data(check=waits, out=out, timeout=PATIENCE_S) is out and (out == value).all()
    with shm(new.name, np.full(3, 8, "u1")):
        for _ in range(2):
            with pytest.raises(TypeError, match=r"float64, shape \(2, 3\).*expected .*uint8, shape \(3,\)"):
                reader.get_data(out=out)
        assert (reader.get_data(out=np.zeros(3, "u1")) == 8).all() and reader.dtype == np.uint8


def test_a_given_array_does_not_hide_what_became_of_the_segment(replaced):
    _, reader, new = replaced
    reader.follow = False
    with pytest.raises(daoShm.DaoError) as caught:
        reader.get_data(out=np.zeros((2, 3)))
    assert caught.value.code == ErrorCode.REPLACED
    reader.follow = True
    daoShm.remove(new.name)
    with pytest.raises(daoShm.DaoError) as caught:
        reader.get_data(out=np.zeros((5, 5)))
    assert caught.value.code == ErrorCode.REMOVED


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_every_write_follows(replaced, write):
    writer, _, new = replaced
    write(writer)
    assert (new.get_data() == 7).all() and new.counter == 2


def test_keywords_follow(replaced):
    assert dict(replaced[1].keywords) == {"X": 3}


def test_iterators_follow(name):
    with shm(name, np.zeros(4)), shm(name) as reader:
        frames = reader.frames(timeout=PATIENCE_S)
        with shm(name, np.full((2, 3), 5.0), depth=4) as new:
            new.set_data(np.full((2, 3), 6.0))
            assert [float(next(frames)[0, 0]) for _ in range(2)] == [5, 6]
            later = reader.frames(timeout=0)
            with pytest.raises(TimeoutError):
                next(later)  # it begins in the new segment, now


@pytest.mark.parametrize("name_of_read", [key for key in READS if key not in ("get_data_arbitrary", "get_history")])
def test_without_follow_every_read_says_so(replaced, name_of_read):
    _, reader, _ = replaced
    reader.follow = False
    with pytest.raises(daoShm.DaoError) as caught:
        READS[name_of_read](reader)
    assert caught.value.code == ErrorCode.REPLACED and reader.shape == (4,)
    reader.reopen()
    assert reader.shape == (2, 3)


def test_reopening_is_for_all_threads(replaced, later):
    _, reader, _ = replaced
    reader.follow = False
    shapes = []
    steps = [threading.Event() for _ in range(2)]

    def look():
        shapes.append(reader.shape)
        steps[0].set()
        steps[1].wait(PATIENCE_S)
        shapes.append(reader.shape)

    thread = later(0, look)
    assert steps[0].wait(PATIENCE_S)
    reader.reopen()
    steps[1].set()
    thread.join(PATIENCE_S)
    assert shapes == [(4,), (2, 3)]


@pytest.mark.parametrize("remove", [daoShm.remove, os.unlink], ids=["remove", "unlink"])
@pytest.mark.parametrize("mode", ["sleep", "spin", "adaptive"])
def test_waits_in_slices_notice_a_removal(name, remove, mode):
    with shm(name, np.zeros(4)), shm(name) as reader:
        remove(name)
        begin = time.monotonic()
        with pytest.raises(daoShm.DaoError) as caught:
            while time.monotonic() < begin + PATIENCE_S:
                reader.wait(timeout=0.02, mode=mode)
        assert caught.value.code == ErrorCode.REMOVED


KEYWORDS = {
    "set keyword": lambda segment: segment.keywords.set("X", 2),
    "keyword": lambda segment: segment.keywords["X"],
    "keywords": lambda segment: dict(segment.keywords),
    "remove keyword": lambda segment: segment.keywords.pop("X"),
}
CALLS = READS | WRITES | KEYWORDS


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_every_call_says_that_the_segment_was_removed(name, call):
    with shm(name, np.zeros((2, 3)), nbkw=1) as segment:
        segment.get_data()
        segment.view()
        segment.keywords["X"] = 1
        os.unlink(name)
        time.sleep(0.25)
        for _ in range(3):  # at once, and again and again
            with pytest.raises(daoShm.DaoError) as caught:
                call(segment)
            assert caught.value.code == ErrorCode.REMOVED


def test_a_loan_keeps_its_segment_and_its_end_tells_that_it_was_replaced(name):
    old, new = shm(name, np.zeros(4)), None
    with pytest.raises(daoShm.DaoError) as ended, old.write() as frame:
        new = shm(name, np.ones(3))
        time.sleep(0.25)
        with pytest.raises(daoShm.DaoError) as read:
            old.get_data()
        frame[...] = 2  # memory of the old one still
    assert read.value.code == ended.value.code == ErrorCode.REPLACED
    assert new.get_data().tolist() == [1, 1, 1]
    new.close()
    old.close()
