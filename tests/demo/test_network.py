"""The demonstration between two machines, which are network namespaces."""

import os
import pathlib
import subprocess
import sys
import uuid

import pytest
from conftest import BUILD, DAOSHM, TIME_LIMIT_S
from timing import unless_late

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

    def demonstrated():
        """What it printed; nothing where the machine was away while publishers were looked for."""
        done = subprocess.run(
            [ROOT / "examples/demo/network.sh", BUILD, "--short", "--rate", "100"],
            env={**environment, "DAO_PYTHON": sys.executable, "DAO_DEMO_MARK": mark},
            capture_output=True,
            text=True,
            timeout=2 * TIME_LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout if "10.77.0.1:5555:wfs" in done.stdout else None

    printed = unless_late(demonstrated, 0.5, "the publisher in the list")
    assert "PASSED: no frame was lost on its way to the recorder" in printed and "no frame missing" in printed
    assert "it went on by itself" in printed and " Hz, " in printed
    assert started_with(mark) == []
