"""Who keeps a mapping alive, and that nothing is left behind."""

import gc
import os
import subprocess
import sys
import textwrap
import threading
import weakref

import numpy as np
import pytest
from conftest import PATIENCE_S

import daoShm
from daoShm import shm

on_linux = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def mappings(text):
    with open("/proc/self/maps") as maps:
        return sum(text in line for line in maps)


def test_a_view_outlives_the_segment(name):
    segment = shm(name, np.arange(100_000.0))
    view = segment.view()
    part = view[10:20]
    segment.close()
    assert view[5] == 5
    del segment, view
    gc.collect()
    daoShm.remove(name)
    assert part.tolist() == list(range(10, 20))


def test_a_view_outlives_a_replacement(name):
    with shm(name, np.full(1000, 1.0)) as old:
        view = old.view()
        with shm(name, np.full((3, 3), 2.0)):
            assert old.wait(timeout=PATIENCE_S) and old.shape == (3, 3)
        assert (view == 1).all()


@on_linux
def test_the_last_view_lets_go(name):
    segment = shm(name, np.arange(10.0))
    view = segment.view()
    segment.close()
    assert mappings(name) > 0
    del view
    gc.collect()
    assert mappings(name) == 0


def used_iterator(segment):
    frames = segment.frames(timeout=0)
    segment.set_data(np.ones(10))
    next(frames)
    return frames


REFERENCES = {
    "itself": lambda segment: segment,
    "an iterator": used_iterator,
    "its keywords": lambda segment: segment.keywords,
    "a loan": lambda segment: (loan := segment.write(), loan.__enter__()),
}


@on_linux
@pytest.mark.parametrize("reference", REFERENCES.values(), ids=REFERENCES.keys())
def test_the_garbage_collector_closes(name, reference):
    segment = shm(name, np.arange(10.0))
    dead = weakref.ref(segment)
    segment.reference = reference(segment)
    del segment
    gc.collect()
    assert dead() is None and mappings(name) == 0


@on_linux
def test_ten_thousand_open_and_close_leave_nothing(name):
    with shm(name, np.zeros((10, 10), np.float32), depth=2) as writer:
        for _ in range(10):
            shm(name).close()
        gc.collect()
        before = descriptors(), mappings(name), threading.active_count(), len(writer.readers())
        for number in range(10_000):
            segment = shm(name)
            segment.get_data()
            if number % 3 == 0:
                segment.view()
                segment.close()
            elif number % 3 == 1:
                with segment:
                    pass
        del segment
        gc.collect()
        assert (descriptors(), mappings(name), threading.active_count(), len(writer.readers())) == before


@on_linux
def test_failures_leave_nothing(name):
    with shm(name, np.zeros(4)) as segment:
        before = descriptors(), mappings(name)
        for _ in range(300):
            for action in (
                lambda: shm(name + "x"),
                lambda: segment.set_data(np.zeros(5)),
                lambda: segment.get_history(9),
                lambda: segment.keywords["X"],
            ):
                with pytest.raises(daoShm.DaoError):
                    action()
        gc.collect()
        assert (descriptors(), mappings(name)) == before


@on_linux
def test_arrays_are_freed(name):
    with shm(name, np.zeros((512, 512))) as segment:

        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        def work():
            for _ in range(200):
                segment.set_data(segment.get_data().astype(">f8"))
                segment.get_history(1)
                np.asarray(segment)
                segment.get_data_next()

        work()
        before = resident()
        work()
        assert resident() - before < 20_000_000


def test_a_loan_left_open_is_given_back_by_close(name):
    segment = shm(name, np.zeros(4))
    loan = segment.write()
    frame = loan.__enter__()
    segment.close()
    frame[...] = 1
    with shm(name) as other:
        other.set_data(np.full(4, 2.0))
        assert (other.get_data() == 2).all()
    with pytest.raises(ValueError):
        loan.__exit__(None, None, None)


def test_a_place_that_another_thread_closed_is_not_used_again(name):
    """In memory that is overwritten as soon as it is free."""
    code = """
        import sys, threading
        import numpy as np
        from daoShm import shm
        other = shm(sys.argv[1], np.zeros(4))
        segment = shm(sys.argv[1])
        segment.counter
        closing = threading.Thread(target=segment.close)
        closing.start()
        closing.join()
        try:
            segment.counter
        except ValueError:
            pass
        many = [shm(sys.argv[1]) for _ in range(200)]
        try:
            segment.counter
        except ValueError as error:
            print(error.code.name)
        """
    environment = {**os.environ, "MALLOC_PERTURB_": "165", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
    command = [sys.executable, "-c", textwrap.dedent(code), name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "CLOSED\n", "")
