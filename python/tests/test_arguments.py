"""What the calls take: names, time limits, data; and that anything else is refused by an error that says so."""

import copy
import os
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import refused

import daoShm
from daoShm import DaoError, ErrorCode, _core, shm

# ---- names

BAD_NAMES = {
    "zero byte": ("{}\0", ValueError),
    "zero byte in the middle": ("{}\0.im.shm", ValueError),
    "zero byte in bytes": (b"\0", ValueError),
    "lone surrogate": ("{}\ud800", ValueError),
    "too long": ("{}" + "x" * 80, ValueError),
    "too long in letters of several bytes": ("{}" + "\u00e9" * 40, ValueError),
    "a number": (5, TypeError),
    "a list": (["{}"], TypeError),
}
USES = {
    "open": shm,
    "make": lambda name: shm(name, np.ones(3)),
    "remove": daoShm.remove,
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
@pytest.mark.parametrize("bad, kind", BAD_NAMES.values(), ids=BAD_NAMES.keys())
def test_bad_names(segment, bad, kind, use):
    name = bad.format(segment.name) if isinstance(bad, str) else bad
    assert refused(kind, ErrorCode.NAME, lambda: use(name))
    assert segment.shape == (2, 3) and segment.info["state"] == "live" and os.path.exists(segment.name)


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="file names are texts there")
def test_names_of_any_bytes(folder):
    name = os.fsencode(folder / "caf") + b"\xe9.im.shm"
    with shm(name, np.arange(3.0)) as made, shm(os.fsdecode(name)) as opened:
        assert opened.get_data().tolist() == [0, 1, 2] and made.name == os.fsdecode(name)
        assert refused(ValueError, ErrorCode.SHAPE, lambda: made.set_data([1]))
        made.reopen()
    daoShm.remove(name)
    assert "\\xe9" in refused(FileNotFoundError, ErrorCode.NOT_FOUND, lambda: shm(name))


@pytest.mark.parametrize("key", [5, None, b"GAIN", ("GAIN",)])
def test_names_of_keywords_that_are_no_texts(segment, key):
    refused(ValueError, ErrorCode.KEYWORD, lambda: segment.keywords[key])
    refused(ValueError, ErrorCode.KEYWORD, lambda: segment.keywords.__setitem__(key, 1))
    refused(ValueError, ErrorCode.KEYWORD, lambda: segment.keywords.__delitem__(key))


WRONG_TYPES = {
    "semNb": lambda segment: segment.get_data(check=True, semNb="0"),
    "semNb of post": lambda segment: segment.post(None),
    "index": lambda segment: segment.get_data_arbitrary(1.5),
    "index of metadata": lambda segment: segment.get_meta_data("x"),
    "num_items": lambda segment: segment.get_history("3"),
    "frame_id": lambda segment: segment.set_data(np.zeros((2, 3)), frame_id="x"),
    "frame_id too large": lambda segment: segment.set_data(np.zeros((2, 3)), frame_id=2**64),
    "acquisition_time_ns": lambda segment: segment.set_data(np.zeros((2, 3)), acquisition_time_ns=2**63),
}


@pytest.mark.parametrize("call", WRONG_TYPES.values(), ids=WRONG_TYPES.keys())
def test_arguments_of_a_wrong_type(segment, call):
    refused(TypeError, ErrorCode.TYPE, lambda: call(segment))
    assert segment.counter == 1


@pytest.mark.parametrize("mode", ["doze", "", None, 5, "\ud800"])
def test_unknown_ways_to_wait(segment, mode):
    assert "adaptive" in refused(ValueError, ErrorCode.ARGUMENT, lambda: segment.wait(0, mode))


@pytest.mark.parametrize("number", [10, -1, 2**40, -(2**70)])
def test_semaphores_that_there_are_not(segment, number):
    kind, code = (TypeError, ErrorCode.TYPE) if abs(number) > 2**63 else (ValueError, ErrorCode.SEMAPHORE)
    refused(kind, code, lambda: segment.post(number))
    refused(kind, code, lambda: segment.get_data(check=True, semNb=number, timeout=1))


# ---- numbers of types and levels, addresses, flags

TYPE_HELPERS = (daoShm.npType2DaoType, daoShm.npType2CtypesType)
CODE_HELPERS = (daoShm.daoType2NpType, daoShm.daoType2CtypesType)


@pytest.mark.parametrize("bad", [None, 5, "x", b"f4", [1.0], object(), {"names": 1}])
def test_what_is_no_element_type(bad):
    for helper in TYPE_HELPERS:
        message = refused(TypeError, ErrorCode.TYPE, lambda helper=helper: helper(bad))
        assert repr(bad) in message and "expected" in message


@pytest.mark.parametrize("bad", [None, 1.5, "x", "1", [1], np.float32])
def test_what_is_no_code_of_an_element_type(bad):
    for helper in CODE_HELPERS:
        message = refused(TypeError, ErrorCode.TYPE, lambda helper=helper: helper(bad))
        assert repr(bad) in message and "expected" in message


@pytest.mark.parametrize("bad", [-1, 4, 99, 1.5, "x", None, 2**70])
def test_levels_that_there_are_not(bad):
    before = daoShm.getLogLevel()
    assert "0 to 3" in refused(ValueError, ErrorCode.ARGUMENT, lambda: daoShm.setLogLevel(bad))
    assert daoShm.getLogLevel() == before


@pytest.mark.parametrize("bad", [None, 5, b"host", ["host"]])
def test_addresses_that_are_no_texts(bad):
    assert repr(bad) in refused(TypeError, ErrorCode.ARGUMENT, lambda: daoShm.connect(bad))


@pytest.mark.parametrize("option", ["read_only", "follow", "exclusive", "compatibility", "every"])
@pytest.mark.parametrize("bad", ["no", "", 2, -1, 0.0, 2**70, [False]])
def test_flags_that_are_neither_true_nor_false(segment, option, bad):
    message = refused(TypeError, ErrorCode.TYPE, lambda: shm(segment.name, **{option: bad}))
    assert option in message and repr(bad) in message and "True or False" in message


def test_flags_of_every_kind(segment, make_name):
    for yes, no in ((True, False), (np.True_, np.False_), (1, 0), (np.int8(1), np.int8(0))):
        assert shm(segment.name, follow=yes).follow and not shm(segment.name, follow=no).follow
        assert shm(segment.name, read_only=yes).read_only and not shm(segment.name, read_only=no).read_only
        with shm(make_name(), np.zeros(3), compatibility=no, exclusive=yes) as made:
            made.follow = no
            assert not made.follow
    refused(TypeError, ErrorCode.TYPE, lambda: setattr(segment, "follow", "no"))
    refused(TypeError, ErrorCode.TYPE, lambda: setattr(segment, "follow", None))
    assert segment.follow


# ---- making and opening


def test_read_only_with_data_is_refused(segment):
    segment.set_data(np.full((2, 3), 4.0))
    refused(ValueError, ErrorCode.ARGUMENT, lambda: shm(segment.name, np.ones((2, 3)), read_only=True))
    assert segment.counter == 2 and (segment.get_data() == 4).all()


def test_exclusive(segment, make_name):
    refused(FileExistsError, ErrorCode.EXISTS, lambda: shm(segment.name, np.ones((2, 3)), depth=2, exclusive=True))
    refused(FileExistsError, ErrorCode.EXISTS, lambda: shm(segment.name, np.ones(9), exclusive=True))
    assert segment.counter == 1 and segment.info["state"] == "live"
    with shm(make_name(), np.ones(3), exclusive=True) as made:
        assert made.get_data().tolist() == [1, 1, 1]
    refused(ValueError, ErrorCode.ARGUMENT, lambda: shm(segment.name, exclusive=True))
    refused(ValueError, ErrorCode.ARGUMENT, lambda: shm(data=np.ones(3), exclusive=True))


def test_the_log_level_changes_only_when_it_is_given(name):
    code = """if True:
        import sys, numpy
        from daoShm import _core, shm
        _core.set_log_level(2)
        segment = shm(sys.argv[1], numpy.zeros(3))
        assert _core.log_level() == 2
        shm(sys.argv[1], logLevel=3)
        assert _core.log_level() == 3
        """
    assert subprocess.run([sys.executable, "-c", code, name], check=False).returncode == 0
    before = _core.log_level()
    for bad in (-1, 4, "x"):
        refused(ValueError, ErrorCode.ARGUMENT, lambda bad=bad: shm(name, np.zeros(3), logLevel=bad))
    assert _core.log_level() == before


def test_pickling_says_how_to_pass_a_segment(segment):
    for action in (pickle.dumps, copy.copy, copy.deepcopy):
        assert f"shm({segment.name!r})" in refused(
            TypeError, ErrorCode.UNSUPPORTED, lambda action=action: action(segment)
        )
    assert "name" in refused(TypeError, ErrorCode.UNSUPPORTED, lambda: pickle.dumps(shm(data=np.zeros(2))))


def test_pickling_says_how_to_pass_an_iterator(segment):
    for action in (pickle.dumps, copy.copy, copy.deepcopy):
        message = refused(TypeError, ErrorCode.UNSUPPORTED, lambda action=action: action(segment.frames()))
        assert segment.name in message and "frames()" in message


def test_details_of_a_frame_that_failed_are_not_the_next_ones(segment):
    with shm(segment.name) as other:
        with pytest.raises(ZeroDivisionError), other.write():
            for details in ({"frame_id": 77}, {"acquisition_time_ns": 1_000}):
                with pytest.raises(DaoError):
                    other.set_data(np.ones((2, 3)), **details)
            raise ZeroDivisionError
        other.set_data(np.ones((2, 3)))
        assert other.get_frame_id() == 0
        assert abs(other.acquisition_time - np.datetime64(time.time_ns(), "ns")) < np.timedelta64(60, "s")


def test_details_of_a_loan_that_lost_its_lock_are_not_the_next_ones(segment, helpers):
    with pytest.raises(DaoError) as caught, segment.write(frame_id=77, acquisition_time_ns=1_000):
        helpers.run_c("unlock", segment.name)
    assert caught.value.code == ErrorCode.STATE
    segment.set_data(np.ones((2, 3)))
    assert segment.get_frame_id() == 0
    assert abs(segment.acquisition_time - np.datetime64(time.time_ns(), "ns")) < np.timedelta64(60, "s")


def test_details_of_a_loan_that_is_over_are_not_the_next_ones(segment):
    loan = segment.write(frame_id=77)
    with loan:
        pass
    loan.frame_id = 78
    with pytest.raises(DaoError) as caught:
        loan.__exit__(None, None, None)
    assert caught.value.code == ErrorCode.STATE
    segment.set_data(np.ones((2, 3)))
    assert segment.get_frame_id() == 77  # which stays until another is given


def test_a_slice_fits_the_segment_that_it_is_written_to(name):
    """Under a writer that makes the segment anew with other types all the while, each slice is one or the other."""
    dtypes = [np.dtype(np.uint8), np.dtype(np.float64)]

    class Replacing:
        """Data that makes the segment anew, of another type, while it is being converted."""

        def __init__(self):
            self.turns = 0

        def __array__(self, dtype=None, copy=None):
            self.turns += 1
            if self.turns <= 3:
                shm(name, np.zeros((2, 4, 4), dtypes[self.turns % 2])).close()
                time.sleep(0.15)
            return np.full((4, 4), 200, np.uint8)

    with shm(name, np.zeros((2, 4, 4), np.uint8)) as writer:
        writer.write_slice(Replacing())
        with shm(name) as reader:
            cube = reader.get_data()
            assert cube.dtype == np.float64 and 200 in cube and set(np.unique(cube)) == {0, 200}
