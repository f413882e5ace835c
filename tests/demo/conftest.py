"""Programs of the build, a folder for segments, the simulated network camera."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

import pytest

BUILD = pathlib.Path(os.environ["DAO_BUILD"])
DAOSHM = BUILD / "tools/daoshm/daoshm"
TIME_LIMIT_S = 120


@pytest.fixture
def folder():
    """A folder for segments, with a short path, removed at the end."""
    parent = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix=f"daoShm-test-{os.getpid()}-", dir=parent) as path:
        yield pathlib.Path(path)


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
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if camera_command("--list", "--interface", "gige", "--json")[1]:
                return child
        raise AssertionError("the simulated camera does not answer")

    return run
