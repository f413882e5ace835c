"""Loans whose end nobody can say any more are given back, unpublished."""

import gc
import os
import threading

import numpy as np
import pytest
from conftest import PATIENCE_S

from daoShm import shm


@pytest.fixture
def segment(name):
    with shm(name, np.zeros(4), depth=2) as made:
        yield made


def assert_writable(segment):
    counter = segment.counter
    with shm(segment.name) as other:
        other.set_data(np.full(4, 2.0))
    segment.set_data(np.full(4, 3.0))
    assert segment.counter == counter + 2 and segment.get_history(2)[:, 0].tolist() == [2, 3]


def test_a_loan_that_nothing_refers_to(segment):
    frame = segment.write().__enter__()
    gc.collect()  # where it does not go at once
    with pytest.raises(ValueError, match="read-only"):
        frame[...] = 9
    assert segment.counter == 1
    assert_writable(segment)


def test_a_loan_that_refers_to_itself(segment):
    class Circle:
        pass

    circle = Circle()
    circle.itself = circle
    circle.loan = segment.write()
    circle.loan.__enter__()
    del circle
    gc.collect()
    assert_writable(segment)


def test_a_loan_of_a_thread_that_ended(segment, later):
    loans = []

    def begin():
        loans.append(segment.write())
        loans[0].__enter__()

    later(0, begin).join(PATIENCE_S)
    loans.clear()
    gc.collect()
    assert_writable(segment)


def test_a_loan_that_goes_while_its_thread_waits(segment, later):
    loans = []
    waits = threading.Event()

    def wait():
        loans.append(segment.write())
        loans[0].__enter__()
        waits.set()
        segment.get_data(check=True, timeout=1)

    thread = later(0, wait)
    assert waits.wait(PATIENCE_S)
    loans.clear()
    gc.collect()
    thread.join(PATIENCE_S)
    assert_writable(segment)


def test_a_loan_that_is_over_does_not_end_the_next_one(segment):
    first = segment.write()
    with first:
        pass
    lent = segment._begin_write()
    segment._abort_write(lent)
    second = segment.write()
    frame = second.__enter__()
    del first, lent
    gc.collect()
    with pytest.raises(Exception, match="loan is under way"):
        segment.set_data(np.zeros(4))
    frame[...] = 5
    second.__exit__(None, None, None)
    assert segment.get_data().tolist() == [5] * 4
    assert_writable(segment)


def test_a_second_begin_does_not_end_the_first(segment):
    loan = segment.write()
    frame = loan.__enter__()
    for begin in (loan.__enter__, segment.write().__enter__):
        with pytest.raises(Exception, match="loan is under way"):
            begin()
    frame[...] = 6
    loan.__exit__(None, None, None)
    assert segment.get_data().tolist() == [6] * 4


def test_a_loan_after_close(segment):
    frame = segment.write().__enter__()
    loan = shm(segment.name).write()
    kept = loan.__enter__()
    loan._segment.close()
    del loan, frame
    gc.collect()
    assert kept[0] == 0 and not kept.flags.writeable  # its memory stays
    assert_writable(segment)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_loan_that_a_child_forgets_is_its_parents(segment):
    loan = segment.write()
    frame = loan.__enter__()
    child = os.fork()
    if child == 0:
        try:
            del loan, frame
            gc.collect()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    with shm(segment.name) as other:
        assert other.info["writing"] and other.info["writer_pid"] == os.getpid()
    frame[...] = 7
    loan.__exit__(None, None, None)
    assert segment.get_data().tolist() == [7] * 4
    assert_writable(segment)
