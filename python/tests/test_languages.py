"""Segments made in one language and opened in another, in other processes: all pairs of C, C++ and Python."""

import numpy as np
import pytest
from conftest import PATIENCE_S

from daoShm import shm

PYTHON_CREATE = """
    import sys, numpy
    from daoShm import shm
    frame = numpy.arange(10, 16, dtype=numpy.float32).reshape(2, 3)
    segment = shm(sys.argv[1], frame, nbkw=2, depth=3)
    segment.keywords["ORIGIN"] = 42
"""
PYTHON_REPLY = """
    import sys, numpy
    from daoShm import shm
    segment = shm(sys.argv[1])
    assert segment.shape == (2, 3) and segment.dtype == numpy.float32
    expected = numpy.arange(6, dtype=numpy.float32).reshape(2, 3) + float(sys.argv[2])
    assert (segment.get_data() == expected).all()
    segment.set_data(numpy.arange(20, 26, dtype=numpy.float32).reshape(2, 3))
"""


@pytest.fixture
def run(helpers, python_process):
    def run(language, command, *arguments):
        if language == "C":
            helpers.run_c(command, *arguments)
        elif language == "C++":
            helpers.run_cpp(command, *arguments)
        else:
            process = python_process(PYTHON_CREATE if command == "create" else PYTHON_REPLY, *arguments)
            _, errors = process.communicate(timeout=PATIENCE_S)
            assert process.returncode == 0, errors

    return run


@pytest.mark.parametrize("opener", ["C", "C++", "Python"])
@pytest.mark.parametrize("creator", ["C", "C++", "Python"])
def test_made_by_one_and_answered_by_another(run, name, creator, opener):
    run(creator, "create", name)
    run(opener, "reply", name, 10)
    with shm(name) as segment:
        assert segment.depth == 3 and segment.counter == 2
        assert segment.get_history(2)[:, 0, 0].tolist() == [10, 20]
        assert segment.get_data().tolist() == [[20, 21, 22], [23, 24, 25]]


def test_a_keyword_written_in_c(helpers, name):
    helpers.run_c("create", name)
    with shm(name) as segment:
        assert dict(segment.keywords) == {"ORIGIN": 42}
        assert segment.keywords.comment("ORIGIN") == "who made it"


def test_frames_from_another_process_arrive_in_order(name, python_process):
    with shm(name, np.zeros((8, 8), np.int64), depth=64) as reader:
        frames = reader.frames(timeout=PATIENCE_S)
        reader.reset_tail()
        python_process(
            """
            import sys, time, numpy
            from daoShm import shm
            segment = shm(sys.argv[1])
            for value in range(1, 301):
                segment.set_data(numpy.full((8, 8), value, numpy.int64))
                time.sleep(0.0005)
            """,
            name,
        )
        expected = 1
        while expected <= 300:
            frame = next(frames)
            assert (frame == frame[0, 0]).all()
            expected += frames.missed
            assert frame[0, 0] == expected
            expected += 1
