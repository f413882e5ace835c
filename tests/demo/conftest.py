"""Programs of the build, a folder for segments, the simulated network camera."""

import ctypes
import json
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "python/tests/helpers"))
from scratch import ScratchFolder
from timing import unless_late, until

BUILD = pathlib.Path(os.environ["DAO_BUILD"])
DAOSHM = BUILD / "tools/daoshm/daoshm"
TIME_LIMIT_S = 180


def pytest_configure(config):
    """Each of several processes of pytest has a private network of its own, in which its camera is the only one."""
    if hasattr(config, "workerinput") and os.environ.get("DAO_TEST_NETWORK") == "private":
        new_network = 0x40000000  # CLONE_NEWNET; os.unshare() comes with Python 3.12
        assert ctypes.CDLL(None).unshare(new_network) == 0, "no private network for this process of pytest"
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


@pytest.fixture
def folder():
    """A folder for segments, with a short path, removed at the end."""
    with ScratchFolder() as path:
        yield path


@pytest.fixture
def start():
    """Start programs that end with the test at the latest."""
    children = []

    def run(*command, **options):
        child = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )
        children.append(child)
        return child

    yield run
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate(timeout=TIME_LIMIT_S)


@pytest.fixture
def camera_command(start):
    """Run `daoshm camera` to its end: (exit code, output as JSON or text, standard error)."""

    def run(*arguments):
        child = start(DAOSHM, "camera", *arguments)
        output, errors = child.communicate(timeout=TIME_LIMIT_S)
        return child.returncode, json.loads(output) if "--json" in arguments and output else output, errors

    return run


@pytest.fixture
def network_camera(start, camera_command):
    """Start Aravis' simulated GigE Vision camera; returns its process, once it answers."""
    if os.environ.get("DAO_TEST_NETWORK") != "private":
        pytest.skip("needs a private network namespace")

    def run(*arguments):
        child = start("arv-fake-gv-camera-0.8", "-i", "127.0.0.1", *arguments)
        until(lambda: camera_command("--list", "--interface", "gige", "--json")[1], "the simulated camera's answer")
        return child

    return run


AWAY_S = 1  # a camera that hears nothing for about three seconds gives its reader up: so may one that was stopped


@pytest.fixture
def network_camera_command(network_camera, camera_command):
    """The same with a simulated network camera; both again where the machine was away until the camera gave up."""

    def run(*arguments, camera=()):
        def attempt():
            simulated = network_camera(*camera)
            try:
                found = camera_command(*arguments)
            finally:
                simulated.kill()
                simulated.wait()
            return None if "connection lost" in found[2] else found

        return unless_late(attempt, AWAY_S, "a camera that stays connected")

    return run
