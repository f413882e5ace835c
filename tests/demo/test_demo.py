"""The demonstration as a user starts it, and that its verdict can fail."""

import os
import pathlib
import re
import struct
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import AWAY_S, BUILD, TIME_LIMIT_S
from timing import Lateness, unless_late, until

from daoShm import shm

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run_demo(*arguments, **more):
    environment = {name: value for name, value in os.environ.items() if name != "DAO_DEMO_NETWORK"} | more
    return subprocess.run(
        [ROOT / "examples/demo/run.sh", BUILD, *arguments],
        env={**environment, "DAO_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
    )


def test_demonstration_passes_and_leaves_nothing(folder):
    (BUILD / "demo.png").unlink(missing_ok=True)

    def demonstrated():
        """Nothing where the machine was away until the camera gave up, or lost datagrams: it counts them."""
        with Lateness() as late:
            done = run_demo("--short", "--rate", "100", DAO_DEMO_PARENT=str(folder))
        said = done.stdout + done.stderr
        is_lost = "connection lost" in said or "demo: camera ended with code 4" in said
        return None if is_lost else (done, max(5 - late.seconds(), 0))

    done, on_time_s = unless_late(demonstrated, AWAY_S, "a camera that loses nothing")
    assert done.returncode == 0, done.stdout + done.stderr
    verdict = re.search(r"PASSED: (\d+) frames at ([\d.]+) Hz, lost 0, torn 0, repeated 0", done.stdout)
    assert verdict, done.stdout
    assert int(verdict[1]) > 20 * on_time_s, "a busy machine is slower, but loses nothing"
    assert 4 * on_time_s < float(verdict[2]) < 110
    latency = re.search(r"median (\d+) us, 99 % (\d+) us, 99.9 % (\d+) us", done.stdout)
    assert 0 < int(latency[1]) <= int(latency[2]) <= int(latency[3])
    for stage in ("camera", "centroids", "reconstruct", "mirror", "monitor"):
        assert re.search(rf"^{stage} ", done.stdout, re.MULTILINE)
    rms = re.findall(r"slopes rms ([\d.]+) pixels", done.stdout)
    assert 0.1 < float(rms[-1]) < 3
    picture = (BUILD / "demo.png").read_bytes()
    assert picture.startswith(b"\x89PNG") and struct.unpack(">II", picture[16:24]) == (1032, 512)
    assert not list(folder.iterdir())


def test_unknown_argument_and_missing_build(tmp_path):
    assert "unknown argument --fast" in run_demo("--fast").stderr
    done = subprocess.run([ROOT / "examples/demo/run.sh", tmp_path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "is not built" in done.stderr


def check_of(vector, frame_id):
    """The checksum in the upper half of each vector's cnt2."""
    check = 2166136261
    for byte in vector.astype(np.float32).tobytes() + frame_id.to_bytes(4, "little"):
        check = (check ^ byte) * 16777619 & 0xFFFFFFFF
    return check


def publish(segment, frame_id, damaged=False):
    vector = np.full(8, frame_id, np.float32)
    cnt2 = check_of(vector, frame_id + damaged) << 32 | frame_id
    segment.set_data(vector, frame_id=cnt2, acquisition_time_ns=time.time_ns())


@pytest.mark.parametrize(
    "name, ids, damaged, keyword, code, verdict",
    [
        ("clean", range(10, 60), None, None, 0, "PASSED: 50 frames"),
        ("lost", [*range(10, 30), *range(32, 60)], None, None, 1, "lost 2, torn 0, repeated 0"),
        ("repeated", [*range(10, 30), *range(29, 60)], None, None, 1, "lost 0, torn 0, repeated 1"),
        ("torn", range(10, 60), 25, None, 1, "lost 0, torn 1, repeated 0"),
        ("camera lost one", range(10, 60), None, "FRAMELOST", 1, "lost 1, torn 0, repeated 0"),
        ("silent", [], None, None, 1, "FAILED: 0 frames"),
    ],
)
def test_verdict(start, folder, name, ids, damaged, keyword, code, verdict):
    names = [folder / part for part in ("camera", "slopes", "matrix", "commands")]
    camera, _, _, commands = [shm(path, np.zeros(8, np.float32), nbkw=16, depth=128) for path in names]
    mirror = start(BUILD / "examples/demo/demo_mirror", *names, "600")
    assert mirror.stdout.readline().startswith("stage "), "it reads the segments from here on"
    if keyword:
        camera.keywords[keyword] = 1
    for frame_id in ids:
        publish(commands, frame_id, frame_id == damaged)
        time.sleep(0.002)
    reader = lambda: next(reader for reader in commands.readers() if reader.pid == mirror.pid)  # noqa: E731
    until(lambda: not ids or reader().counter == commands.counter, "a mirror that has read all")
    mirror.terminate()
    output, errors = mirror.communicate(timeout=TIME_LIMIT_S)
    assert (mirror.returncode, errors) == (code, ""), output
    assert verdict in output
