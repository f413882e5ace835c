"""What the tests share: segment names of their own, and other processes."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import daoShm
from daoShm import DaoError, shm

ROOT = Path(__file__).resolve().parents[2]
HELPERS = ROOT / "python" / "tests" / "helpers"
sys.path.append(str(HELPERS))
from collecting import pytest_collection_finish  # noqa: E402, F401
from scratch import ScratchFolder  # noqa: E402
from timing import PATIENCE_S, until  # noqa: E402

os.environ["DAO_NET_ANNOUNCE"] = "0"  # no test tells the local network anything

# In the background of a script SIGINT is ignored, which the programs that tests start would inherit; a handler they do
# not.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# In the clone, where the compiler's cache knows it from other clones, and what has not changed is not built again.
LIBRARY_BUILD = ROOT / "build" / "python-tests-library"
_numbers = itertools.count()


@pytest.fixture(scope="session")
def folder():
    """A temporary folder for segments, short enough for names of 79 bytes."""
    with ScratchFolder() as path:
        yield path


def refused(kind, code, action):
    """That `action` raises such a DaoError; its message."""
    with pytest.raises(kind) as caught:
        action()
    assert isinstance(caught.value, DaoError) and caught.value.code == code, repr(caught.value)
    return str(caught.value)


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
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, [str(HELPERS), os.environ.get("PYTHONPATH")])),
            },
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
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert not errors


@pytest.fixture
def network_state(folder, monkeypatch):
    """Where the handles of this test show themselves."""
    monkeypatch.setenv("DAO_NET_STATE", str(folder / "net"))


@pytest.fixture
def opened():
    """Objects to be closed at the end."""
    objects = []
    yield lambda thing: objects.append(thing) or thing
    for thing in objects:
        thing.close()


@pytest.fixture
def publish(opened):
    """Publish on loopback at a free port: publish(name, data, ...) returns the shm."""

    def start(*arguments, **options):
        segment = opened(shm(*arguments, **{"pubPort": 0, "bind": "127.0.0.1", "nbkw": 4, **options}))
        segment.pubEnable = True
        segment.pubThread.start()
        return segment

    return start


@pytest.fixture
def subscribe(opened):
    """Subscribe to what is published at a port."""

    def start(port, name=None, **options):
        segment = opened(shm(name, subPort=port, subHost="127.0.0.1", **options))
        segment.subEnable = True
        segment.subThread.start()
        return segment

    return start


def next_frame(reader):
    assert reader.wait(PATIENCE_S)
    return reader.get_data()


def first_value(reader, value):
    """Wait until a frame with that first element has come."""
    until(lambda: not reader._is_awaiting() and reader.get_data().flat[0] == value)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Helpers:
    """The programs in helpers/, compiled against the library on first use, once for all processes of pytest.

    The library is the one installed under DAO_TEST_PREFIX, or else built from the repository.
    """

    def __init__(self, workplace):
        self._workplace = workplace

    def _library(self):
        prefix = os.environ.get("DAO_TEST_PREFIX")
        if prefix:
            found = [path for folder in ("lib", "lib64") for path in Path(prefix, folder).rglob("libdao.*")]
            assert found, f"no libdao below {prefix}"
            return Path(prefix, "include"), [*map(str, found[:1]), f"-Wl,-rpath,{found[0].parent}"]
        options = ["-DBUILD_SHARED_LIBS=OFF", "-DCMAKE_BUILD_TYPE=Release"]
        options += [f"-DDAO_BUILD_{part}=OFF" for part in ("TESTS", "TOOLS", "EXAMPLES", "BENCHMARKS", "NETWORK")]
        for command in (
            ["cmake", "-S", str(ROOT), "-B", str(LIBRARY_BUILD), *options],
            ["cmake", "--build", str(LIBRARY_BUILD), "--target", "dao"],
        ):
            run_checked(command)
        return ROOT / "include", [str(next(LIBRARY_BUILD.rglob("libdao.a")))]

    def program(self, source):
        """The program made from helpers/source."""
        program = self._workplace / source.replace(".", "_")
        with alone(self._workplace / "lock"):
            if not program.exists():
                self._compile(Path(__file__).parent / "helpers" / source, program)
        return program

    def _compile(self, source, program):
        LIBRARY_BUILD.parent.mkdir(exist_ok=True)
        with alone(LIBRARY_BUILD.with_suffix(".lock")):
            include, library = self._library()
            # A C program is linked by the C++ compiler too: the library is written in C++.
            compiled, linked = program.with_suffix(".o"), program.with_suffix(".linked")
            compiler = ["cc", "-std=c11"] if source.suffix == ".c" else ["c++", "-std=c++17"]
            run_checked([*compiler, "-D_DEFAULT_SOURCE", f"-I{include}", "-c", str(source), "-o", str(compiled)])
            run_checked(["c++", str(compiled), *library, "-pthread", "-o", str(linked)])
        linked.rename(program)

    def run_c(self, *arguments):
        """Run segment_tool.c with these arguments."""
        run_checked([str(self.program("segment_tool.c")), *map(str, arguments)])

    def run_cpp(self, *arguments):
        """Run segment_tool.cpp with these arguments."""
        run_checked([str(self.program("segment_tool.cpp")), *map(str, arguments)])


@contextlib.contextmanager
def alone(lock):
    """No other process is inside at the same time."""
    import fcntl  # what needs it needs a Unix compiler as well

    with open(lock, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_checked(command):
    """Run a program; show what it printed when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def helpers(tmp_path_factory, request):
    if shutil.which("c++") is None or (shutil.which("cmake") is None and "DAO_TEST_PREFIX" not in os.environ):
        pytest.skip("needs a C++ compiler and CMake")
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):  # of one of several processes: the folder above is that of all
        folder = folder.parent
    return Helpers(folder)


@pytest.fixture
def segment(name):
    """A segment of 2 x 3 doubles, depth 2, with room for two keywords."""
    with shm(name, np.zeros((2, 3)), nbkw=2, depth=2) as made:
        yield made
