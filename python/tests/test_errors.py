"""Errors: the right exception, with a code and a message that names the thing."""

import errno
import os
import pickle

import numpy as np
import pytest

import daoShm
from daoShm import DaoError, ErrorCode, shm


def code_of(kind, action):
    with pytest.raises(kind) as caught:
        action()
    assert isinstance(caught.value, DaoError)
    return caught.value.code


def test_a_segment_that_is_not_there(name):
    with pytest.raises(FileNotFoundError, match=os.path.basename(name)) as caught:
        shm(name)
    assert caught.value.code == ErrorCode.NOT_FOUND and caught.value.errno == 2
    assert code_of(FileNotFoundError, lambda: daoShm.remove(name)) == ErrorCode.NOT_FOUND


def test_names(folder):
    assert code_of(ValueError, lambda: shm("")) == ErrorCode.NAME
    assert code_of(ValueError, lambda: shm("", np.zeros(2))) == ErrorCode.NAME
    assert code_of(ValueError, lambda: shm("/tmp/" + "x" * 75, np.zeros(2))) == ErrorCode.NAME


def test_data_that_does_not_fit_names_the_segment_and_both_sides(name):
    with pytest.raises(TypeError, match=f"^{name}: data of type str holds no numbers.*; expected one of uint8"):
        shm(name, "x")
    with shm(name, np.zeros((4, 4), np.float32)) as segment:
        with pytest.raises(ValueError, match=rf"^{name}: data has shape \(5, 5\); expected the segment's, \(4, 4\)"):
            segment.set_data(np.zeros((5, 5), np.float32))
        with pytest.raises(TypeError, match=f"^{name}: data has type float64; expected .*float32"):
            segment.set_data(np.zeros((4, 4)))
        with pytest.raises(TypeError, match=f"^{name}: data of type str holds no numbers"):
            segment.set_data("x")
        with pytest.raises(ValueError, match="the time limit is -1 s; expected 0 or more"):
            segment.get_data(check=True, timeout=-1)
    with pytest.raises(TypeError, match=r"^a private image: data"):
        shm(None, "x")


def test_a_path_object_is_a_name(folder):
    with shm(folder / "path.im.shm", np.zeros(2)) as segment:
        assert segment.name == str(folder / "path.im.shm")


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 5000, b"DSHM" + b"\1" * 9000])
def test_a_file_that_is_no_segment(name, content):
    with open(name, "wb") as file:
        file.write(content)
    code_of(DaoError, lambda: shm(name))
    code_of(DaoError, lambda: daoShm.remove(name))
    assert os.path.exists(name)


@pytest.mark.parametrize(
    "options", [{"depth": 0}, {"depth": -1}, {"depth": 1.5}, {"nbkw": -1}, {"nbkw": 65536}, {"mode": -1}]
)
def test_options_out_of_range(name, options):
    assert code_of(ValueError, lambda: shm(name, np.zeros(2), **options)) == ErrorCode.ARGUMENT
    assert not os.path.exists(name)


def test_use_after_close(name):
    segment = shm(name, np.zeros(4), nbkw=1, depth=2)
    frames = segment.frames()
    keywords = segment.keywords
    segment.close()
    segment.close()
    assert segment.closed and "closed" in repr(segment)
    for use in (
        segment.get_data,
        segment.get_data_next,
        segment.get_history,
        segment.get_meta_data,
        segment.get_counter,
        segment.get_frame_id,
        segment.get_timestamp,
        segment.reset_tail,
        segment.reopen,
        segment.readers,
        segment.view,
        segment.is_whole,
        segment.wait,
        segment.write().__enter__,
        lambda: segment.set_data(np.zeros(4)),
        lambda: segment.get_data(check=True),
        lambda: segment.get_data_arbitrary(0),
        lambda: segment.shape,
        lambda: segment.dtype,
        lambda: segment.depth,
        lambda: segment.info,
        lambda: np.asarray(segment),
        lambda: next(frames),
        lambda: keywords["X"],
        lambda: len(keywords),
    ):
        assert code_of(ValueError, use) == ErrorCode.CLOSED
    with pytest.raises(ValueError, match=os.path.basename(name)):
        segment.get_data()


def test_the_constants_of_the_class():
    assert (shm.DAO_SUCCESS, shm.DAO_ERROR) == (0, 1)
    assert (shm.DAO_TIMEOUT, shm.DAO_OVERWRITE, shm.DAO_NOTREADY) == (-1, -2, -3)


def test_historic_names():
    import dao
    from dao import shm as same

    assert dao.shm is same is shm


def test_errors_go_from_process_to_process(name):
    with shm(name, [1.0]) as segment:
        for fails, number in (
            (lambda: shm(name + "x"), errno.ENOENT),
            (lambda: shm(name, [1.0], exclusive=True), errno.EEXIST),
            (lambda: next(segment.frames(timeout=0)), errno.ETIMEDOUT),
            (lambda: segment.set_data([1.0, 2.0]), None),
        ):
            with pytest.raises(daoShm.DaoError) as caught:
                fails()
            there = pickle.loads(pickle.dumps(caught.value))
            assert type(there) is caught.type and str(there) == str(caught.value) and there.code == caught.value.code
            assert getattr(caught.value, "errno", None) == getattr(there, "errno", None) == number
