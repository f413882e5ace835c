"""Reading: newest, next, arbitrary, history, metadata."""

import contextlib
import datetime
import os

import numpy as np
import pytest
from conftest import PATIENCE_S, refused, until

from daoShm import DaoError, ErrorCode, shm


def frame(value, shape=(4, 5), dtype=np.float32):
    return np.full(shape, value, dtype)


@pytest.fixture
def fifo(name):
    with shm(name, frame(1), depth=4) as writer, shm(name) as reader:
        yield writer, reader


def test_get_data_is_a_copy(fifo):
    writer, reader = fifo
    copy = reader.get_data()
    writer.set_data(frame(2))
    assert (copy == 1).all() and copy.flags.writeable and copy.flags.owndata


def test_get_data_into_an_array(fifo):
    _, reader = fifo
    out = frame(0)
    assert reader.get_data(out=out) is out and (out == 1).all()
    for bad in (frame(0, (5, 4)), frame(0, dtype=np.float64), frame(0)[:, ::-1], [1]):
        with pytest.raises(TypeError, match="out"):
            reader.get_data(out=bad)


def test_the_initial_content_before_the_first_frame(name, helpers):
    helpers.run_c("make_unpublished", name)
    with shm(name) as reader:
        assert reader.counter == 0 and not reader.get_data().any() and not reader.get_history(2).any()
        assert reader.get_data_next() == (shm.DAO_NOTREADY, None)


def test_a_reader_that_is_outrun_is_told(name, python_process):
    """The only slot is hardly ever whole for as long as a copy of it takes."""
    with shm(name, np.zeros(2_000_000)) as reader:
        process = python_process(
            """
            import sys
            import numpy
            from daoShm import shm
            segment = shm(sys.argv[1])
            frames = [numpy.full(2_000_000, value) for value in (1.0, 2.0)]
            print("begun", flush=True)
            while True:
                for frame in frames:
                    segment.set_data(frame)
            """,
            name,
        )
        assert process.stdout.readline() == "begun\n"

        def is_outrun():
            try:
                data = reader.get_data()
            except DaoError as error:
                assert error.code in (ErrorCode.OUTRUN, ErrorCode.NOT_READY)
                return error.code == ErrorCode.OUTRUN
            assert (data == data[0]).all()
            return False

        until(is_outrun, "a read that is outrun")


def test_get_data_next_gives_each_frame_once(fifo):
    writer, reader = fifo
    assert reader.get_data_next() == (shm.DAO_NOTREADY, None)
    for value in (2, 3):
        writer.set_data(frame(value))
    for value in (2, 3):
        status, data = reader.get_data_next()
        assert status == shm.DAO_SUCCESS and (data == value).all() and data.shape == (4, 5)
    assert reader.get_data_next()[0] == shm.DAO_NOTREADY
    writer.set_data(frame(4))
    assert reader.get_data_next(reform=False)[1].shape == (20,)


def test_a_lapped_reader_is_told(fifo):
    writer, reader = fifo
    reader.get_data()
    for value in range(2, 12):
        writer.set_data(frame(value))
    status, data = reader.get_data_next()
    assert status == shm.DAO_OVERWRITE
    assert 8 <= data[0, 0] <= 11 and (data == data[0, 0]).all()
    rest = []
    while (found := reader.get_data_next())[0] == shm.DAO_SUCCESS:
        rest.append(found[1][0, 0])
    assert rest == list(range(int(data[0, 0]) + 1, 12))
    assert reader.missed == 10 - 1 - len(rest)


def test_reset_tail_goes_on_after_the_newest(fifo):
    writer, reader = fifo
    writer.set_data(frame(2))
    assert reader.reset_tail() == shm.DAO_SUCCESS
    assert reader.get_data_next()[0] == shm.DAO_NOTREADY


def test_arbitrary_slots_count_modulo_depth(fifo):
    writer, reader = fifo
    for value in (2, 3, 4):
        writer.set_data(frame(value))
    slots = [reader.get_data_arbitrary(index)[0, 0] for index in range(4)]
    assert sorted(slots) == [1, 2, 3, 4]
    assert reader.get_data_arbitrary(-1)[0, 0] == slots[3]
    assert reader.get_data_arbitrary(5)[0, 0] == slots[1]


def test_slot_whose_write_was_given_up_holds_no_frame(fifo):
    writer, reader = fifo
    with contextlib.suppress(KeyError), writer.write():
        raise KeyError
    given_up = (writer.get_meta_data()["fifo_last_written"] + 1) % 4
    message = refused(DaoError, ErrorCode.NOT_READY, lambda: reader.get_data_arbitrary(given_up))
    assert f"slot {given_up} is being written, or" in message
    writer.set_data(frame(2))
    assert (reader.get_data_arbitrary(given_up) == 2).all()


def test_history_is_oldest_first_and_padded_with_zeros(fifo):
    writer, reader = fifo
    writer.set_data(frame(2))
    assert reader.get_history(4)[:, 0, 0].tolist() == [0, 0, 1, 2]
    for value in range(3, 9):
        writer.set_data(frame(value))
    history = reader.get_history(3)
    assert history.shape == (3, 4, 5) and history.dtype == np.float32
    assert history[:, 0, 0].tolist() == [6, 7, 8]


@pytest.mark.parametrize("count", [0, -1, 5])
def test_history_of_more_or_less_than_there_is(fifo, count):
    with pytest.raises(ValueError, match="depth, 4"):
        fifo[1].get_history(count)


def test_history_of_new_frames_only(fifo, later):
    writer, reader = fifo
    reader.get_history(1)
    later(0.05, lambda: [writer.set_data(frame(value)) for value in (2, 3)])
    assert reader.get_history(2, buffer=True, timeout=PATIENCE_S)[:, 0, 0].tolist() == [2, 3]
    assert reader.get_history(1, buffer=True, timeout=0.05) is None


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_history_counts_anew_where_the_segment_was_used_again(name, frames):
    """Its counter may have come to where it was, or beyond."""
    with shm(name, frame(1), depth=4) as writer, shm(name) as reader:
        writer.set_data(frame(2))
        reader.get_history(1)  # counts from 2
        with shm(name, frame(3), depth=4) as again:
            for value in range(4, 3 + frames):
                again.set_data(frame(value))
            assert reader.get_history(frames, buffer=True, timeout=5)[:, 0, 0].tolist() == [*range(3, 3 + frames)]
            assert reader.get_history(1, buffer=True, timeout=0.05) is None


def test_metadata_has_the_names_of_the_c_struct(fifo):
    writer, reader = fifo
    writer.set_data(frame(2), frame_id=77, acquisition_time_ns=1_700_000_000_123_456_789)
    data = reader.get_meta_data()
    assert data["name"] == writer.name and data["naxis"] == 2 and data["size"] == (4, 5, 0)
    assert (data["cnt0"], data["cnt2"], data["nelement"], data["atype"]) == (2, 77, 20, 9)
    assert data["atime"]["tsfixed"]["secondlong"] == data["atime"]["ts"]["tv_nsec"] == 1_700_000_000_123_456_789
    assert len(data["lastNbArray"]) == 512 and data["fifo_size"] == 4
    assert reader.get_meta_data(data["fifo_last_written"])["cnt0"] == 2
    assert reader.get_meta_data(data["fifo_last_written"] - 1)["cnt0"] == 1
    assert reader.get_frame_id() == 77


def test_acquisition_times(fifo):
    writer, reader = fifo
    writer.set_data(frame(2), acquisition_time_ns=1_700_000_000_123_456_789)
    assert reader.acquisition_time == np.datetime64(1_700_000_000_123_456_789, "ns")
    assert reader.get_timestamp().timestamp() == pytest.approx(1_700_000_000.123456, abs=2e-6)
    writer.set_data(frame(3))
    assert abs(datetime.datetime.now() - reader.get_timestamp()) < datetime.timedelta(seconds=PATIENCE_S)


def test_view_shows_the_newest_slot(fifo):
    writer, reader = fifo
    view = reader.view()
    assert (view == 1).all() and not view.flags.writeable and not view.flags.owndata
    assert reader.is_whole()
    for value in range(2, 6):
        writer.set_data(frame(value))
    assert (view == 5).all()
    with pytest.raises(ValueError):
        view[0, 0] = 3
    writable = reader.view(writable=True)
    writable[0, 0] = 9
    assert writer.get_data()[0, 0] == 9


def test_a_view_that_was_overwritten_is_told(fifo):
    writer, reader = fifo
    reader.view()
    for value in range(2, 6):
        writer.set_data(frame(value))
    assert not reader.is_whole()


def test_readers_are_listed(fifo):
    writer, reader = fifo
    writer.set_data(frame(2))
    reader.get_data()
    mine = [entry for entry in writer.readers() if entry.pid == os.getpid()]
    assert mine and mine[0].alive and mine[0].counter == 2 and mine[0].missed == 0 and mine[0].last_seen_ns > 0


def test_a_read_only_reader_leaves_no_trace(fifo):
    writer, _ = fifo
    before = len(writer.readers())
    with shm(writer.name, read_only=True) as reader:
        assert reader.read_only and (reader.get_data() == 1).all()
        assert len(writer.readers()) == before
        for action in (lambda: reader.set_data(frame(2)), lambda: reader.view(writable=True)):
            with pytest.raises(PermissionError) as caught:
                action()
            assert isinstance(caught.value, DaoError)


def test_info(fifo):
    writer, _ = fifo
    assert writer.info["depth"] == 4 and writer.info["state"] == "live" and writer.info["has_extension"]
