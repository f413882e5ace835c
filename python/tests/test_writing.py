"""Publishing, loans, slices, private images."""

import os
import stat
import time

import numpy as np
import pytest
from conftest import PATIENCE_S

import daoShm
from daoShm import _core, shm


@pytest.fixture
def segment(name):
    with shm(name, np.zeros((3, 4), np.int32), depth=3) as made:
        yield made


def test_making_a_segment_publishes_its_first_frame(segment):
    assert segment.counter == 1


def test_a_loan_is_published_at_the_end_of_the_block(segment):
    with segment.write(frame_id=5) as frame:
        assert frame.shape == (3, 4) and frame.dtype == np.int32
        frame[...] = 8
        assert segment.get_counter() == 1
    assert segment.counter == 2 and segment.get_frame_id() == 5 and (segment.get_data() == 8).all()
    with pytest.raises(ValueError):
        frame[0, 0] = 1


def test_a_loan_that_fails_is_not_published(segment):
    segment.set_data(np.full((3, 4), 3, np.int32))
    with pytest.raises(ZeroDivisionError), segment.write() as frame:
        frame[...] = 8
        raise ZeroDivisionError
    assert segment.counter == 2 and (segment.get_data() == 3).all()
    segment.set_data(np.full((3, 4), 4, np.int32))
    assert segment.counter == 3


def test_loan_details_can_be_set_inside(segment):
    loan = segment.write()
    with loan as frame:
        frame[...] = 1
        loan.frame_id = 12
        loan.acquisition_time_ns = 1_000
    assert segment.get_frame_id() == 12 and segment.acquisition_time == np.datetime64(1_000, "ns")


def test_a_loan_with_wrong_details_is_given_back(segment):
    loan = segment.write()
    with pytest.raises(TypeError), loan:
        loan.frame_id = "first"
    assert segment.counter == 1
    segment.set_data(np.ones((3, 4), np.int32))
    assert segment.counter == 2


def test_ones_own_frame_is_no_news(segment):
    assert not segment.wait(timeout=0)
    segment.set_data(np.ones((3, 4), np.int32))
    assert not segment.wait(timeout=0)
    with shm(segment.name) as other:
        other.set_data(np.ones((3, 4), np.int32))
        segment.set_data(np.ones((3, 4), np.int32))
    assert segment.wait(timeout=0)


@pytest.mark.parametrize("arguments", [{"frame_id": -1}, {"frame_id": 1.5}, {"acquisition_time_ns": "now"}])
def test_details_of_the_wrong_type_publish_nothing(segment, arguments):
    with pytest.raises(TypeError):
        segment.set_data(np.zeros((3, 4), np.int32), **arguments)
    assert segment.counter == 1


def test_a_second_writer_waits_for_the_loan_of_another_thread(segment, later):
    with shm(segment.name) as other:
        with segment.write() as frame:
            thread = later(0, other.set_data, np.full((3, 4), 2, np.int32))
            thread.join(0.2)
            assert thread.is_alive()
            frame[...] = 1
        thread.join(PATIENCE_S)
        assert segment.get_history(2)[:, 0, 0].tolist() == [1, 2]


def test_slices_of_a_rolling_buffer(name):
    with shm(name, np.zeros((3, 2, 2), np.uint16)) as cube:
        for value in (1, 2, 3, 4):
            cube.write_slice(np.full((2, 2), value, np.uint16))
            index = cube.get_meta_data()["cnt1"]
            assert (cube.get_data()[index] == value).all()
        assert sorted(cube.get_data()[:, 0, 0].tolist()) == [2, 3, 4]
        assert cube.counter == 5
        with pytest.raises(ValueError, match="shape"):
            cube.write_slice(np.zeros((2, 3), np.uint16))


def test_slices_need_three_axes(segment):
    with pytest.raises(ValueError, match="3"):
        segment.write_slice(np.zeros(4, np.int32))


def test_a_private_image():
    image = shm(data=np.arange(4.0), depth=2)
    image.set_data([4, 3, 2, 1])
    assert image.name is None and image.get_data().tolist() == [4, 3, 2, 1] and image.counter == 2
    assert "private" in repr(image)


def test_no_name_and_no_data_has_no_shape_yet():
    image = shm(subPort=5556, subHost="localhost")
    for use in (image.get_data, lambda: image.shape, lambda: image.set_data([1])):
        with pytest.raises(ValueError, match="neither name nor data"):
            use()
    assert image.closed and image.subPort == 5556


def test_without_the_network_it_says_what_to_install(segment, monkeypatch):
    monkeypatch.setattr(_core, "HAS_NETWORK", False)
    assert segment.pubEnable is False and segment.subEnable is False
    for use in (
        lambda: setattr(segment, "pubEnable", True),
        lambda: setattr(segment, "subEnable", True),
        lambda: segment.pubThread.start(),
        lambda: segment.subThread.start(),
        lambda: segment.pubEvent.set(),
        lambda: segment.subEvent.set(),
    ):
        with pytest.raises(
            NotImplementedError, match=r"network support is not built.*apt install libzmq3-dev"
        ) as caught:
            use()
        assert isinstance(caught.value, daoShm.DaoError)


def test_reuse_clears_and_counts_anew(segment):
    segment.set_data(np.ones((3, 4), np.int32))
    with shm(segment.name, np.full((3, 4), 6, np.int32), depth=3) as again:
        assert again.counter == 1
        assert (segment.get_data() == 6).all()


def test_another_geometry_is_followed(segment):
    segment.set_data(np.ones((3, 4), np.int32))
    with shm(segment.name, np.arange(5.0)) as other:
        assert segment.wait(timeout=PATIENCE_S)
        assert segment.get_data().tolist() == other.get_data().tolist()
        assert segment.shape == (5,)


def test_reads_follow_without_a_wait(segment):
    time.sleep(0.15)
    with shm(segment.name, np.arange(5.0)):
        assert segment.get_data().tolist() == [0, 1, 2, 3, 4]


def test_without_follow_one_is_told_and_may_reopen(name):
    with shm(name, np.zeros(3), follow=False) as old, shm(name, np.zeros((2, 2))):
        with pytest.raises(daoShm.DaoError) as caught:
            old.wait(timeout=PATIENCE_S)
        assert caught.value.code == daoShm.ErrorCode.REPLACED
        assert old.shape == (3,)
        old.reopen()
        assert old.shape == (2, 2)


def test_file_mode(name):
    shm(name, np.zeros(3)).close()
    assert stat.S_IMODE(os.stat(name).st_mode) == 0o600
    daoShm.remove(name)
    shm(name, np.zeros(3), mode=0o640).close()
    assert stat.S_IMODE(os.stat(name).st_mode) == 0o640


def test_named_semaphores_on_demand(name):
    with shm(name, np.zeros(3), compatibility=True) as made:
        assert made.info["compatible"]
        made.get_data(check=True, timeout=PATIENCE_S)
    daoShm.remove(name)
    with shm(name, np.zeros(3), compatibility=False) as made:
        assert not made.info["compatible"]
