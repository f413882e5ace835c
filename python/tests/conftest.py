"""What the tests share: segment names of their own, and other processes."""

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import pytest

import daoShm

_numbers = itertools.count()


@pytest.fixture(scope="session")
def folder():
    """A temporary folder for segments, short enough for names of 79 bytes."""
    place = "/dev/shm" if os.path.isdir("/dev/shm") else None
    path = tempfile.mkdtemp(prefix=f"daoShm-{os.getpid()}-", dir=place)
    yield Path(path)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def make_name(folder):
    """Give unused segment names; the segments are removed afterwards."""
    given = []

    def make():
        given.append(str(folder / f"{next(_numbers)}.im.shm"))
        return given[-1]

    yield make
    for name in given:
        with contextlib.suppress(daoShm.DaoError):
            daoShm.remove(name)
        Path(name).unlink(missing_ok=True)


@pytest.fixture
def name(make_name):
    return make_name()


@pytest.fixture
def python_process():
    """Run Python code in another process; ended afterwards if need be."""
    running = []

    def run(code, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def later():
    """Call something in another thread after some seconds; errors there fail the test."""
    threads = []
    errors = []

    def call(seconds, function, *arguments, **named):
        def work():
            time.sleep(seconds)
            try:
                function(*arguments, **named)
            except BaseException as error:
                errors.append(error)

        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()
        return threads[-1]

    yield call
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert not errors
