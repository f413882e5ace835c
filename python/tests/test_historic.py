"""What programs of the field use: the constructor's arguments, the C structs, parts of frames, names beside shm."""

import ctypes
import os
import shutil
import subprocess
import threading

import numpy as np
import pytest
from conftest import PATIENCE_S, ROOT, run_checked

import daoShm
from daoShm import DaoError, shm

FRAME = np.arange(24, dtype=np.float32).reshape(4, 6)


@pytest.fixture
def pair(name):
    writer = shm(name, FRAME, nbkw=2, depth=3)
    reader = shm(name)
    yield writer, reader
    writer.close()
    reader.close()


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_structs_lie_as_in_c(tmp_path):
    program = str(tmp_path / "layouts")
    run_checked(["cc", f"-I{ROOT / 'include'}", str(ROOT / "bindings/layouts.c"), "-o", program])
    lines = run_checked([program]).splitlines()
    assert len(lines) > 40
    for line in lines:
        name, offset, size = line.split()
        kind, _, field = name.partition(".")
        if kind.startswith("DAO_"):
            continue
        struct = getattr(daoShm, kind)
        if not field:
            assert ctypes.sizeof(struct) == int(size), name
            continue
        found = getattr(struct, field)
        assert (found.offset, found.size) == (int(offset), int(size)), name


def test_constructor_takes_the_historic_arguments_by_position(name):
    level = daoShm.getLogLevel()
    try:
        made = shm(name, FRAME, 2, 5555, 5556, "localhost", 2, 3)
        assert daoShm.getLogLevel() == 2
    finally:
        daoShm.setLogLevel(level)
    assert (made.pubPort, made.subPort, made.subHost, made.depth) == (5555, 5556, "localhost", 3)
    assert made.image.md.contents.NBkw == 2
    assert callable(made.publish) and callable(made.subscribe)
    assert made.pubEnable is False and made.subEnable is False


def test_image_shows_the_segment_as_it_is_now(pair):
    writer, reader = pair
    metadata = reader.image.md.contents
    assert (metadata.cnt0, metadata.naxis, list(metadata.size), metadata.fifo_size) == (1, 2, [4, 6, 0], 3)
    assert metadata.name.decode() == writer.name
    writer.set_data(FRAME + 1, frame_id=77)
    image = reader.image
    newest = image.md[image.md[0].fifo_last_written]
    assert (newest.cnt0, newest.cnt2) == (2, 77)
    assert newest.atime.tsfixed.secondlong == newest.atime.ts.tv_nsec > 1_600_000_000 * 10**9
    pixels = ctypes.cast(image.array, ctypes.POINTER(ctypes.c_float))
    slots = np.ctypeslib.as_array(pixels, shape=(3, 4, 6))
    assert (slots[image.md[0].fifo_last_written] == FRAME + 1).all()


def test_what_is_set_through_image_is_set_in_the_segment(pair):
    writer, reader = pair
    writer.image.md[writer.image.md[0].fifo_last_written].cnt2 = 5
    assert reader.get_frame_id() == 5
    writer.keywords["GAIN"] = 0.5
    assert reader.image.kw[0].name == b"GAIN" and reader.image.kw[0].value.numf == 0.5
    writer.image.kw[0].value.numf = 0.25
    assert reader.keywords["GAIN"] == 0.25


def test_pointers_from_image_keep_the_memory(pair):
    writer, reader = pair
    first, pointer, image = reader.image.md.contents, reader.image.md, reader.image
    reader.close()
    writer.set_data(FRAME)
    assert first.nelement == pointer[1].nelement == image.md[2].nelement == 24
    writer.close()
    daoShm.remove(writer.name)
    assert first.cnt0 >= 1 and pointer[0].naxis == 2 and bytes(image.name).startswith(b"/")


def test_image_of_a_closed_object_is_an_error(pair):
    pair[1].close()
    with pytest.raises(ValueError):
        pair[1].image  # noqa: B018


def test_fields_of_a_segment_open_for_reading_only_cannot_be_set(name):
    with shm(name, FRAME, nbkw=1) as writer, shm(name, read_only=True) as reader:
        assert reader.image.md.contents.cnt0 == 1
        for path, name_set in (
            ("md.contents.cnt2", "cnt2"),
            ("md[0].size[1]", r"\[1\]"),
            ("md[0].size[0:2]", r"\[slice"),
            ("md[0].atime.ts", "ts"),
            ("md[0].atime.tsfixed.secondlong", "secondlong"),
            ("md[0]", r"\[0\]"),
            ("kw[0].type", "type"),
            ("kw[0].value.numf", "numf"),
        ):
            with pytest.raises(PermissionError, match=f"cannot set {name_set}.*reading only"):
                exec(f"image.{path} = 3", {"image": reader.image})
        metadata = reader.image.md[0]
        assert isinstance(metadata, daoShm.IMAGE_METADATA) and list(metadata.size) == [4, 6, 0]
        assert metadata.atime.tsfixed.secondlong == writer.get_meta_data()["atime"]["tsfixed"]["secondlong"]


def test_image_of_a_private_image():
    private = shm(data=FRAME)
    assert private.image.md.contents.shared == 0 and private.image.md.contents.nelement == 24


def test_metadata_remains_in_mtdata(pair):
    writer, reader = pair
    assert reader.mtdata == {}
    given = reader.get_meta_data()
    assert reader.mtdata is given and reader.mtdata["cnt0"] == 1 and reader.mtdata["atime"]["ts"]["tv_sec"] == 0
    writer.set_data(FRAME)
    assert reader.mtdata["cnt0"] == 1 and reader.get_meta_data(0)["cnt0"] == reader.mtdata["cnt0"]


@pytest.mark.parametrize("code", range(1, 13))
def test_element_types_there_and_back(code):
    kind = daoShm.daoType2NpType(code)
    array = np.zeros(3, kind)
    assert daoShm.npType2DaoType(array) == code and array.dtype.name == daoShm.ELEMENT_TYPES[code - 1]
    assert ctypes.sizeof(daoShm.daoType2CtypesType(code)) == array.itemsize
    assert daoShm.npType2CtypesType(array) is daoShm.daoType2CtypesType(code)


@pytest.mark.parametrize("name", daoShm.ELEMENT_TYPES)
def test_element_types_of_all_that_means_one(name):
    dtype = np.dtype(name)
    code = daoShm.ELEMENT_TYPES.index(name) + 1
    for kind in (dtype, dtype.type, name, dtype.str, dtype.newbyteorder(), dtype.type(1), np.zeros((2, 3), dtype)):
        assert daoShm.npType2DaoType(kind) == code
        assert daoShm.npType2CtypesType(kind) is daoShm.daoType2CtypesType(np.int16(code))
    assert daoShm.npType2DaoType(float) == daoShm.npType2DaoType(np.float64)
    assert daoShm.npType2DaoType(bool) is daoShm.npType2DaoType("f2") is None


def test_no_element_type_is_none():
    assert daoShm.daoType2NpType(0) is daoShm.daoType2NpType(13) is daoShm.daoType2CtypesType(-1) is None
    assert daoShm.npType2DaoType(np.zeros(1, "M8[s]")) is daoShm.npType2CtypesType(np.zeros(1, bool)) is None


def test_constants_of_the_module_are_those_of_the_class():
    for name in (
        "SUCCESS",
        "ERROR",
        "TIMEOUT",
        "OVERWRITE",
        "NOTREADY",
        "INTERRUPTED",
        "REPLACED",
        "REMOVED",
        "OUTRUN",
    ):
        assert getattr(daoShm, f"DAO_{name}") == getattr(shm, f"DAO_{name}")
    assert (daoShm.DAO_WARNING, daoShm.DAO_INFO, daoShm.DAO_DEBUG, daoShm.DAO_TRACE) == (0, 1, 2, 3)
    assert daoShm.DAO_SHM_NAME_LEN == 80 and daoShm.IMAGE_NB_SEMAPHORE == 10


def test_log_level_of_this_process(python_process):
    done = python_process(
        """
        import daoShm
        for level in (3, 0, 2):
            daoShm.setLogLevel(level)
            assert daoShm.getLogLevel() == level
        print("same")
        """
    )
    assert done.communicate(timeout=60)[0] == "same\n"


def test_frames_without_reform_are_flat(pair):
    writer, reader = pair
    assert reader.get_data(False, False).shape == (24,)
    assert (reader.get_data(reform=False) == FRAME.ravel()).all()
    writer.set_data(FRAME)
    assert reader.get_data_next(reform=False)[1].shape == (24,)


def test_readers_without_a_number_each_get_a_frame(pair, later):
    writer, _ = pair
    came = []
    ready = threading.Barrier(13)

    def read():
        reader = shm(writer.name)
        assert reader.get_data() is not None  # its place begins
        ready.wait(60)
        came.append(reader.get_data(check=True, timeout=60)[0, 0])

    threads = [later(0, read) for _ in range(12)]
    ready.wait(60)
    writer.set_data(FRAME + 5)
    for thread in threads:
        thread.join(60)
    assert came == [5] * 12


def test_wait_without_a_number_is_for_the_next_frame(pair):
    writer, _ = pair
    reader = shm(writer.name)
    assert reader.get_data(True, True, None, 0.05) is None
    writer.set_data(FRAME + 8)
    assert reader.get_data(check=True, timeout=60)[0, 0] == 8
    assert reader.get_data(check=True, timeout=0.05) is None
    writer.set_data(FRAME + 9)
    assert reader.get_history(2, check=True, timeout=60)[1, 0, 0] == 9


def test_semaphores_are_claimed_by_one_object_each(pair, python_process):
    writer, _ = pair
    first, second = shm(writer.name), shm(writer.name)
    assert (first.sem, second.sem, first.sem) == (0, 1, 0)
    assert first.sem_in_use(1) and not first.sem_in_use(2)
    assert first.sem_users() == {0: [os.getpid()], 1: [os.getpid()]}
    second.close()
    assert not first.sem_in_use(1)
    other = python_process(
        """
        import sys, time
        from daoShm import shm
        segment = shm(sys.argv[1])
        print(segment.sem, flush=True)
        time.sleep(600)
        """,
        writer.name,
    )
    assert other.stdout.readline() == "1\n"
    assert first.sem_users() == {0: [os.getpid()], 1: [other.pid]}
    other.kill()
    other.wait()
    assert not first.sem_in_use(1)


def test_no_semaphore_is_left(pair):
    writer, reader = pair
    others = [shm(writer.name) for _ in range(10)]
    assert [other.sem for other in others] == list(range(10))
    assert reader.sem == -1
    assert reader.get_data(check=True, timeout=0.05) is None
    others[3].close()
    assert reader.sem == 3


def test_numbers_of_semaphores_that_are_none(pair):
    for number in (-1, 10, 2**40):
        with pytest.raises(ValueError, match="semaphore"):
            pair[1].sem_in_use(number)
    with pytest.raises(TypeError):
        pair[1].sem_in_use("0")


PARTS = [
    {"x": slice(1, 4)},
    {"y": slice(0, 2)},
    {"x": slice(2, 5), "y": slice(1, 3)},
    {"x": slice(None, None, 2), "y": slice(-1, None)},
    {"x": slice(None, None, -1)},
    {"x": slice(3, 3)},
    {"x": slice(0, 100), "y": slice(None)},
]


@pytest.mark.parametrize("part", PARTS)
def test_part_of_a_frame(pair, part):
    writer, reader = pair
    expected = FRAME[part.get("y", slice(None)), part.get("x", slice(None))]
    got = reader.get_data(**part)
    assert got.shape == expected.shape and (got == expected).all() and got.base is None
    assert (reader.get_data(reform=False, **part) == expected.ravel()).all()
    assert (reader.get_data_arbitrary(writer.image.md[0].fifo_last_written, **part) == expected).all()
    writer.set_data(FRAME + 100)
    status, following = reader.get_data_next(**part)
    assert status == shm.DAO_SUCCESS and (following == expected + 100).all()
    history = reader.get_history(2, **part)
    assert (history == np.stack([expected, expected + 100])).all()


def test_part_of_frames_with_one_and_three_axes(make_name):
    line = shm(make_name(), np.arange(10.0))
    assert (line.get_data(x=slice(2, 5)) == [2, 3, 4]).all()
    with pytest.raises(ValueError, match="1 axis"):
        line.get_data(y=slice(0, 1))
    cube = np.arange(60).reshape(3, 4, 5)
    stack = shm(make_name(), cube)
    assert (stack.get_data(x=slice(1, 3), y=slice(0, 2)) == cube[0:2, 1:3]).all()
    assert stack.get_data(x=slice(1, 3)).shape == (3, 2, 5)


def test_part_after_a_wait(pair):
    writer, reader = pair
    assert reader.get_data(x=slice(0, 1)).shape == (4, 1)
    assert reader.get_data(check=True, timeout=0.05, x=slice(0, 1)) is None
    writer.set_data(FRAME + 7)
    assert reader.get_data(check=True, timeout=60, x=slice(0, 1), y=slice(0, 1)) == 7
    assert reader.get_data(check=True, timeout=0.05, x=slice(0, 1)) is None


@pytest.mark.parametrize("x", [3, "1:2", (0, 2), [1], 2.5, slice("a"), slice(0, 4, 0), slice(1.5)])
def test_what_is_no_slice_is_a_type_error(pair, x):
    for call in (pair[1].get_data, pair[1].get_data_next, pair[1].get_history):
        with pytest.raises(TypeError, match="slice") as caught:
            call(x=x)
        assert isinstance(caught.value, DaoError)


def test_part_and_out_exclude_each_other(pair):
    with pytest.raises(ValueError, match="out"):
        pair[1].get_data(out=np.empty_like(FRAME), x=slice(0, 2))


def test_part_is_of_one_frame(name, python_process):
    writer = python_process(
        """
        import sys
        import numpy as np
        from daoShm import shm
        segment = shm(sys.argv[1], np.zeros((64, 64), np.int64), depth=4)
        print("made", flush=True)
        for value in range(10**9):
            segment.set_data(np.full((64, 64), value, np.int64))
        """,
        name,
    )
    assert writer.stdout.readline() == "made\n"
    reader = shm(name)
    seen = [reader.get_data(check=True, timeout=60, x=slice(0, 64, 7), y=slice(5, 60)) for _ in range(300)]
    assert all((part == part[0, 0]).all() for part in seen)
    values = [int(part[0, 0]) for part in seen]
    assert values == sorted(set(values))


def test_part_of_a_frame_that_is_altered_quietly_is_that_frame_still(name, helpers):
    shm(name, np.zeros((1024, 4096), np.float32))
    reader = shm(name)
    assert not reader.wait(timeout=0)
    with subprocess.Popen(
        [helpers.program("segment_tool.c"), "alter", name], stdin=subprocess.PIPE, bufsize=0
    ) as writer:
        for value in range(1, 21):
            writer.stdin.write(b"\n")
            part = reader.get_data(check=True, timeout=PATIENCE_S, x=slice(0, 4095))
            assert part is not None and (part[1:] == value).all()
            assert (part[0, :1024] == part[0, 0]).all() and value <= part[0, 0] <= value + 20
        writer.stdin.close()
        assert writer.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("shape", [(97,), (97, 1), (1, 97), (1, 97, 1)])
@pytest.mark.parametrize("given", [(97,), (97, 1), (1, 1, 97), (1, 97)])
def test_lines_of_one_length_are_taken_whatever_their_shape(name, shape, given):
    segment = shm(name, np.zeros(shape, np.float32))
    line = np.arange(97, dtype=np.int16).reshape(given)
    segment.set_data(line)
    assert segment.get_data().shape == shape and (segment.get_data().ravel() == line.ravel()).all()


@pytest.mark.parametrize("given", [np.zeros(96, "f4"), np.zeros(98, "f4"), np.zeros((97, 2), "f4"), np.zeros(97, "f8")])
def test_lines_that_do_not_fit_are_refused(name, given):
    segment = shm(name, np.zeros((97, 1), np.float32))
    with pytest.raises((ValueError, TypeError)):
        segment.set_data(given)
    assert segment.counter == 1


def test_frames_that_are_no_lines_keep_their_shape(pair):
    for given in (FRAME.ravel(), FRAME.T, FRAME.reshape(1, 4, 6)):
        with pytest.raises(ValueError, match="shape"):
            pair[0].set_data(given)


def test_dao_has_the_same_names():
    import dao

    assert dao.shm is shm and all(getattr(dao, name) is getattr(daoShm, name) for name in daoShm.__all__)
