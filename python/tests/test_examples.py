"""The scripts of the guide run."""

import json
import re
import subprocess
import sys

import pytest
from conftest import PATIENCE_S, ROOT

from daoShm import shm

EXAMPLES = ROOT / "examples"
GUIDE = ROOT / "docs" / "guide" / "python.md"


def test_a_camera_and_a_live_reader(name):
    camera = subprocess.Popen(
        [sys.executable, EXAMPLES / "camera_simulation.py", "--name", name, "--rate", "200"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        reader = subprocess.run(
            [sys.executable, EXAMPLES / "live_reader.py", "--name", name, "--frames", "100", "--timeout", "60"],
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
        )
        assert reader.returncode == 0, reader.stderr
        last = reader.stdout.splitlines()[-1]
        found = re.fullmatch(r"frame (\d+): spot at y ([\d.]+) x ([\d.]+), \d+/s, (\d+) missed", last)
        assert found, reader.stdout
        assert int(found[1]) >= 100 and 10 < float(found[2]) < 55 and 10 < float(found[3]) < 55
    finally:
        camera.kill()
        camera.communicate()


def test_a_camera_that_ends(name):
    command = [sys.executable, EXAMPLES / "camera_simulation.py", "--name", name, "--rate", "1000", "--frames", "60"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0 and "60 frames published" in done.stdout, done.stderr
    with shm(name) as segment:
        assert segment.get_frame_id() == 60 and segment.keywords["RATE"] == 1000.0


def test_the_live_reader_without_a_camera(name):
    done = subprocess.run(
        [sys.executable, EXAMPLES / "live_reader.py", "--name", name, "--timeout", "0.3"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0 and name in done.stderr


@pytest.mark.skipif(not GUIDE.exists(), reason="the guide is not here")
def test_the_code_in_the_guide_runs(folder):
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE))
    assert code.count("/tmp/") >= 2
    code = code.replace("/tmp/", f"{folder}/guide-")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_the_benchmark_runs(folder):
    done = subprocess.run(
        [sys.executable, ROOT / "python" / "benchmarks" / "bench_python.py", "--short", "--json", "--folder", folder],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert len(result["targets"]) == 6
    operations = {(figure["frame"], figure["operation"]) for figure in result["figures"]}
    assert {("10x10", "get_data"), ("1000x1000", "set_data"), ("10x10", "shared_memory read")} <= operations
    assert not list(folder.glob("bench-*"))
