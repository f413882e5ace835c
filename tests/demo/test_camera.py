"""`daoshm camera` with Aravis' simulated cameras: over the network, and within the process."""

import itertools
import signal
import time

import numpy as np
import pytest
from conftest import AWAY_S, DAOSHM, TIME_LIMIT_S
from timing import Lateness, unless_late, until

from daoShm import shm

GIGE = ("--interface", "gige", "--packet-size", "9000", "--timeout", "20s")
SMALL = ("--region", "0,0,64,48", "--frame-rate", "200")


def ids_and_frames(segment):
    """Frame id and content of all frames still in the segment, in order."""
    count = min(segment.counter, segment.depth)
    slots = [segment.get_meta_data(slot) for slot in range(segment.depth)]
    order = sorted((entry["cnt0"], slot) for slot, entry in enumerate(slots) if entry["cnt0"] > segment.counter - count)
    return [slots[slot]["cnt2"] for _, slot in order], [segment.get_data_arbitrary(slot) for _, slot in order]


def is_one_ramp(frame):
    """The simulated camera sends diagonal ramps: each pixel is its row plus its column plus one number, modulo 255."""
    rows, columns = np.indices(frame.shape)
    return bool(np.all(frame == (rows + columns + int(frame[0, 0])) % 255))


def assert_ended(code, report, ids=()):
    """The camera sends by UDP: on a busy machine a frame may be lost, and is counted then."""
    assert code == (4 if report["lost"] else 0), report
    assert report["lost"] <= max(20, report["frames"]), report
    assert list(ids) == sorted(set(ids))
    assert not ids or ids[-1] - ids[0] + 1 - len(ids) <= report["lost"], report


def has_frames(path, count):
    return path.exists() and shm(path, read_only=True).counter >= count


def begin(start, folder, *arguments):
    """The camera command with 20 frames taken, and its segment; again where the machine was away before them."""
    paths = (folder / f"camera{number}" for number in itertools.count())

    def attempt():
        path = next(paths)
        child = start(DAOSHM, "camera", path, *arguments)
        until(lambda: has_frames(path, 20) or child.poll() is not None, "20 frames")
        return (child, path) if child.poll() is None else None

    return unless_late(attempt, 0.4, "20 frames")


def test_list(network_camera, camera_command):
    network_camera()
    code, found, _ = camera_command("--list", "--interface", "gige", "--json")
    assert code == 0
    assert [(camera["vendor"], camera["serial"], camera["protocol"]) for camera in found] == [
        ("Aravis", "GV01", "GigEVision")
    ]
    assert "GV01" in camera_command("--list", "--interface", "gige")[1]


def test_frames_come_whole_in_order_with_id_and_time(network_camera_command, folder):
    before_ns, begin_s = time.time_ns(), time.monotonic()
    code, report, errors = network_camera_command(
        folder / "camera", *GIGE, *SMALL, "--frames", "400", "--depth", "512", "--exposure", "10000", "--json"
    )
    took_s = time.monotonic() - begin_s
    assert (report["frames"], report["end"]) == (400, "complete"), errors
    assert 0.9 * 399 / took_s < report["rate_hz"] < 250, "asked for 200; a busy machine is slower"
    segment = shm(folder / "camera", read_only=True)
    assert (segment.shape, segment.dtype, segment.depth) == ((48, 64), np.uint8, 512)
    ids, frames = ids_and_frames(segment)
    assert len(ids) == 400
    assert_ended(code, report, ids)  # ids increase by one for each frame, also where the camera's 16 bits wrap
    assert ids[0] < 65536 <= ids[-1], "this test is meant to pass the wrap"
    assert all(is_one_ramp(frame) for frame in frames)
    assert len({int(frame[0, 0]) for frame in frames}) > 200
    assert before_ns < int(segment.acquisition_time.astype("int64")) < time.time_ns()


def test_packet_ring(network_camera_command, folder):
    code, report, errors = network_camera_command(
        folder / "camera", *GIGE, *SMALL, "--frames", "50", "--depth", "64", "--packet-ring", "--json"
    )
    assert report["frames"] == 50, errors
    ids, frames = ids_and_frames(shm(folder / "camera", read_only=True))
    assert_ended(code, report, ids)
    assert all(is_one_ramp(frame) for frame in frames)


def test_settings_become_keywords(network_camera_command, folder):
    code, _, errors = network_camera_command(
        folder / "camera",
        *GIGE,
        *SMALL,
        "--frames",
        "5",
        "--exposure",
        "2500",
        "--gain",
        "3",
        "--feature",
        "OffsetX=8",
        "--pixel-format",
        "Mono8",
    )
    assert code in (0, 4), errors
    keywords = dict(shm(folder / "camera", read_only=True).keywords)
    assert keywords["EXPTIME"] == pytest.approx(0.0025)
    assert keywords["FRATE"] == pytest.approx(200, rel=0.01)
    assert {name: keywords[name] for name in ("VENDOR", "MODEL", "SERIAL", "PIXFMT", "GAIN", "REGIONX")} == {
        "VENDOR": "Aravis",
        "MODEL": "Fake",
        "SERIAL": "GV01",
        "PIXFMT": "Mono8",
        "GAIN": 3.0,
        "REGIONX": 8,
    }
    assert keywords["CLOCK"] == "epoch"
    counts = [keywords[name] for name in ("FRAMELOST", "FRAMEBAD", "UNDERRUN", "PKTLOST", "PKTRESENT")]
    assert counts == [0] * 5 or code == 4


def test_16_bit_pixels(network_camera_command, folder):
    code, _, errors = network_camera_command(
        folder / "camera", *GIGE, *SMALL, "--frames", "3", "--pixel-format", "Mono16"
    )
    assert code in (0, 4), errors
    assert shm(folder / "camera", read_only=True).dtype == np.uint16


def test_incomplete_frames_are_counted_and_never_published(network_camera_command, folder):
    code, report, errors = network_camera_command(
        folder / "camera",
        "--interface",
        "gige",
        "--packet-size",
        "1500",
        "--region",
        "0,0,128,128",
        "--frame-rate",
        "100",
        "--frames",
        "200",
        "--depth",
        "256",
        "--timeout",
        "20s",
        "--json",
        camera=("-r", "20"),
    )
    assert code == 4, errors
    assert report["frames"] == 200
    assert report["incomplete"] > 0 and report["packets_lost"] > 0
    segment = shm(folder / "camera", read_only=True)
    ids, frames = ids_and_frames(segment)
    assert len(frames) == 200 and all(is_one_ramp(frame) for frame in frames)
    assert ids == sorted(set(ids))
    assert ids[-1] - ids[0] + 1 - 200 <= report["lost"]
    assert segment.keywords["FRAMELOST"] == report["lost"] >= segment.keywords["FRAMEBAD"] == report["incomplete"]
    assert segment.keywords["PKTLOST"] == report["packets_lost"]


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 0), (signal.SIGTERM, 0)])
def test_signal_ends_it_cleanly(network_camera, start, folder, number, code):
    network_camera()

    def attempt():
        child, path = begin(start, folder, *GIGE, *SMALL)
        child.send_signal(number)
        output, errors = child.communicate(timeout=TIME_LIMIT_S)
        was_away = "connection lost" in errors or "does not answer" in errors
        return None if was_away else (child, path, output, errors)

    child, path, output, errors = unless_late(attempt, AWAY_S, "a camera that stays connected")
    assert child.returncode == (code if "no frame lost" in output else 4), output
    assert errors == "" or child.returncode == 4
    assert is_one_ramp(shm(path, read_only=True).get_data())


def test_lost_camera_is_reported_and_leaves_the_segment(network_camera, start, folder):
    camera = network_camera()
    child, path = begin(start, folder, "--interface", "gige", *SMALL)
    camera.kill()
    _, errors = child.communicate(timeout=TIME_LIMIT_S)
    assert child.returncode == 1
    assert "camera: connection lost" in errors
    assert is_one_ramp(shm(path, read_only=True).get_data())


def test_timeout(network_camera, start, folder):
    camera = network_camera()
    child, _ = begin(start, folder, "--interface", "gige", *SMALL, "--timeout", "500ms")
    camera.send_signal(signal.SIGSTOP)
    _, errors = child.communicate(timeout=TIME_LIMIT_S)
    assert child.returncode == 3
    assert "camera: no frame for 500ms" in errors


@pytest.mark.parametrize("what", ["Ctrl-C", "timeout"])
def test_a_camera_that_does_not_answer_holds_nobody(network_camera, start, folder, what):
    """Aravis itself asks it for some 13 s."""
    camera = network_camera()
    options = ["--timeout", "500ms"] if what == "timeout" else []
    child, _ = begin(start, folder, "--interface", "gige", *SMALL, *options)
    camera.send_signal(signal.SIGSTOP)
    with Lateness() as late:
        time.sleep(0.2)
        if what == "Ctrl-C":
            child.send_signal(signal.SIGINT)
        output, errors = child.communicate(timeout=TIME_LIMIT_S)
        assert late.punctual_s() < 8
    if "connection lost" in errors:  # it came to that before, on a busy machine
        assert child.returncode == 1
    else:
        assert child.returncode == (3 if what == "timeout" else 0 if "no frame lost" in output else 4), errors
        assert "does not answer" in errors
    assert "frames at" in output


def test_duration(camera_command, folder):
    begin = time.monotonic()
    code, report, errors = camera_command(
        folder / "camera", "--interface", "fake", *SMALL, "--duration", "1s", "--json"
    )
    assert (code, report["frames"] > 0) == (0, True), errors
    assert time.monotonic() - begin >= 1


def test_camera_within_the_process(camera_command, folder):
    code, report, errors = camera_command(
        folder / "camera", "--interface", "fake", *SMALL, "--frames", "100", "--depth", "512", "--json"
    )
    assert (code, report["lost"], report["frames"]) == (0, 0, 100), errors
    ids, frames = ids_and_frames(shm(folder / "camera", read_only=True))
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert all(is_one_ramp(frame) for frame in frames)


@pytest.mark.parametrize(
    "arguments, code, parts",
    [
        (["--pixel-format", "Mono12p"], 1, ["Mono12p", "not a format of this camera; the camera offers", "Mono16"]),
        (["--pixel-format", "RGB8"], 1, ["RGB8", "expected Mono8", "the camera offers"]),
        (["--region", "0,0,5000,48"], 1, ["region width: 5000", "expected 1 to 2048 for this camera"]),
        (["--region", "0,0,64"], 2, ["'0,0,64'", "X,Y,WIDTH,HEIGHT"]),
        (["--region", "0,0,64,x"], 2, ["'0,0,64,x'", "X,Y,WIDTH,HEIGHT"]),
        (["--binning", "1,2,3"], 2, ["'1,2,3'", "COLUMNS,ROWS"]),
        (["--exposure", "1e12"], 1, ["exposure time (us): 1", "for this camera"]),
        (["--feature", "NoSuchFeature=1"], 1, ["NoSuchFeature"]),
        (["--feature", "Gain"], 2, ["'Gain'", "NAME=VALUE"]),
        (["--packet-size", "1500"], 1, ["not a GigE Vision camera"]),
        (["--name", "nobody"], 1, ["camera 'nobody': cannot be opened", "cameras found: 'Fake_1'"]),
        (["--duration", "soon"], 2, ["soon"]),
    ],
)
def test_bad_settings_name_what_is_wrong(camera_command, folder, arguments, code, parts):
    found, _, errors = camera_command(folder / "camera", "--interface", "fake", "--frames", "1", *arguments)
    assert found == code, errors
    for part in parts:
        assert part in errors
    assert not (folder / "camera").exists()


def test_segment_must_be_named(camera_command):
    code, _, errors = camera_command("--interface", "fake")
    assert code == 2 and "--list" in errors
