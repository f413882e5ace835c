"""The demonstration between two machines, which are network namespaces."""

import os
import pathlib
import subprocess
import sys
import uuid

import pytest
from conftest import BUILD, DAOSHM, TIME_LIMIT_S

ROOT = pathlib.Path(__file__).resolve().parents[2]


def started_with(mark):
    """The processes that have the mark in their environment."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
        except OSError:  # gone, or another user's
            pass
    return found


def test_two_machines():
    if subprocess.run(["unshare", "-rn", "unshare", "-n", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("no network namespaces")
    status = subprocess.run([DAOSHM, "net", "status"], capture_output=True, text=True, check=False)
    if "without the network" in status.stderr:
        pytest.skip("built without ZeroMQ")
    environment = {name: value for name, value in os.environ.items() if name != "DAO_DEMO_NETWORK"}
    mark = uuid.uuid4().hex
    done = subprocess.run(
        [ROOT / "examples/demo/network.sh", BUILD, "--short", "--rate", "100"],
        env={**environment, "DAO_PYTHON": sys.executable, "DAO_DEMO_MARK": mark},
        capture_output=True,
        text=True,
        timeout=2 * TIME_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASSED: no frame was lost on its way to the recorder" in done.stdout
    assert "10.77.0.1:5555:wfs" in done.stdout and "no frame missing" in done.stdout
    assert "it went on by itself" in done.stdout and " Hz, " in done.stdout
    assert started_with(mark) == []
