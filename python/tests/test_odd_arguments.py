"""Arguments that are nearly right: arrays for numbers, booleans for numbers, values that cannot be shown."""

import numpy as np
import pytest

import daoShm
from daoShm import DaoError, shm


@pytest.fixture
def segment(name):
    with shm(name, np.zeros((2, 3)), nbkw=1, depth=2) as made:
        yield made


class Unshowable:
    def __repr__(self):
        raise RuntimeError("never to be shown")


def refused(action, kinds=(ValueError, TypeError, NotImplementedError)):
    with pytest.raises(kinds) as caught:
        action()
    assert isinstance(caught.value, DaoError), repr(caught.value)
    return str(caught.value)


def making(option):
    return lambda segment, value: shm(segment.name + "x", np.zeros(2), **{option: value})


def setting(attribute):
    return lambda segment, value: setattr(segment, attribute, value)


NUMBERS = {option: making(option) for option in ("depth", "nbkw", "mode", "logLevel", "pubPort", "subPort")} | {
    "copy_depth": setting("copy_depth"),
    "level": lambda segment, value: daoShm.setLogLevel(value),
}
INTEGERS = NUMBERS | {
    "semNb": lambda segment, value: segment.get_data(check=True, semNb=value, timeout=0.01),
    "post": lambda segment, value: segment.post(value),
    "sem_in_use": lambda segment, value: segment.sem_in_use(value),
    "index": lambda segment, value: segment.get_data_arbitrary(value),
    "index of metadata": lambda segment, value: segment.get_meta_data(value),
    "num_items": lambda segment, value: segment.get_history(value),
    "frame_id": lambda segment, value: segment.set_data(np.zeros((2, 3)), frame_id=value),
    "acquisition_time_ns": lambda segment, value: segment.set_data(np.zeros((2, 3)), acquisition_time_ns=value),
}
TRUTHS = {
    "check": lambda segment, value: segment.get_data(check=value, timeout=0.01),
    "reform": lambda segment, value: segment.get_data(reform=value),
    "spin": lambda segment, value: segment.get_data(check=True, spin=value, timeout=0.01),
    "wait": lambda segment, value: segment.get_data_next(wait=value),
    "buffer": lambda segment, value: segment.get_history(buffer=value, timeout=0.01),
    "writable": lambda segment, value: segment.view(writable=value),
    "force": lambda segment, value: segment.unlock(force=value),
    "pubEnable": setting("pubEnable"),
    "subEnable": setting("subEnable"),
}
OTHERS = {option: making(option) for option in ("subHost", "topic", "bind", "keys", "clients", "server_key")} | {
    "read_only": making("read_only"),
    "follow": setting("follow"),
    "mode of a wait": lambda segment, value: segment.wait(0, mode=value),
    "x": lambda segment, value: segment.get_data(x=value),
    "out": lambda segment, value: segment.get_data(out=value),
    "data": lambda segment, value: segment.set_data(value),
    "keyword": lambda segment, value: segment.keywords.set("GAIN", value),
    "comment": lambda segment, value: segment.keywords.set("GAIN", 1, value),
    "name of a keyword": lambda segment, value: segment.keywords.set(value, 1),
    "name": lambda segment, value: shm(value),
    "name to remove": lambda segment, value: daoShm.remove(value),
    "address": lambda segment, value: daoShm.connect(value),
    "path of keys": lambda segment, value: daoShm.make_keys(value),
    "code of a type": lambda segment, value: daoShm.daoType2NpType([value]),
    "element type": lambda segment, value: daoShm.npType2DaoType(value),
}


@pytest.mark.parametrize("call", INTEGERS.values(), ids=INTEGERS.keys())
@pytest.mark.parametrize("value", [np.array([1, 2]), int, np.True_, [1]], ids=str)
def test_what_is_no_integer_though_it_may_look_like_one(segment, call, value):
    assert "expected" in refused(lambda: call(segment, value))


@pytest.mark.parametrize("call", NUMBERS.values(), ids=NUMBERS.keys())
@pytest.mark.parametrize("value", [True, False])
def test_a_bool_is_no_number(segment, call, value):
    assert str(value) in refused(lambda: call(segment, value), ValueError)


@pytest.mark.parametrize("call", TRUTHS.values(), ids=TRUTHS.keys())
def test_what_is_neither_true_nor_false(segment, call):
    assert "array([1, 2])" in refused(lambda: call(segment, np.array([1, 2])), TypeError)


@pytest.mark.parametrize("call", (INTEGERS | OTHERS).values(), ids=(INTEGERS | OTHERS).keys())
@pytest.mark.parametrize("value", [10**5000, Unshowable()], ids=["too many digits", "its repr() fails"])
def test_values_that_cannot_be_shown(segment, call, value):
    refused(lambda: call(segment, value))
    assert segment.counter == 1


def test_what_is_shown_is_not_endless(segment):
    assert len(refused(lambda: segment.post([0] * 100_000))) < 300


@pytest.mark.parametrize("port", ["9" * 5000, "٣", "-1", "", " 1"])
def test_texts_that_are_no_port(segment, port):
    refused(lambda: setattr(segment, "pubPort", port), ValueError)


def test_a_port_of_too_many_digits_in_an_address():
    refused(lambda: daoShm.connect("localhost:" + "9" * 5000), ValueError)
