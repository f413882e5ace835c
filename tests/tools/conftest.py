"""Shared by the tests: a private temporary folder, the tool, and writers that run in parallel."""

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

TOOL = os.environ["DAOSHM"]
EMULATOR = shlex.split(os.environ.get("DAOSHM_EMULATOR", ""))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
EMULATOR_FOLDER = os.environ.get("DAOSHM_EMULATOR_FOLDER", "").replace("{worker}", WORKER)
if "DAOSHM_EMULATOR_PREFIX" in os.environ:  # a name of its own: pytest's processes inherit what the first of them sets
    os.environ["WINEPREFIX"] = os.environ["DAOSHM_EMULATOR_PREFIX"].replace("{worker}", WORKER)
WINDOWS = TOOL.endswith(".exe")
WINE = WINDOWS and bool(EMULATOR)  # it has its own numbers for processes, and its own temporary folder
WINE_ROOM = "Wine reports the free space of the whole drive, not of a file system mounted in one of its folders"

TYPES = [
    "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float32", "float64", "complex64", "complex128",
]  # fmt: skip

# With nohup SIGHUP is ignored, which the programs that tests start would inherit; a handler they do not.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda *_: None)


def file_name(path):
    """The last part of a path as the tool prints it."""
    return path.replace("\\", "/").split("/")[-1]


class Tool:
    """The tool, with a private temporary folder."""

    def __init__(self, folder):
        self.command = [*EMULATOR, TOOL]
        self.folder = Path(folder)
        self.environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        if not WINE:
            self.environment["TMPDIR"] = str(folder)
        for name in ("NO_COLOR", "COLORTERM", "TMUX", "COLUMNS", "LINES"):
            self.environment.pop(name, None)
        self.running = []

    def __call__(self, *arguments, code=0, timeout=60, **environment):
        done = subprocess.run(
            self.command_line(*arguments),
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=timeout, cwd=self.folder,
            env={**self.environment, **environment}, check=False,
        )  # fmt: skip
        assert code is None or done.returncode == code, (
            f"{arguments}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        self.errors = done.stderr
        return done.stdout

    def command_line(self, *arguments):
        return [*self.command, *(self.name(word) if isinstance(word, Path) else str(word) for word in arguments)]

    def name(self, path):
        """A file as the tool names it."""
        return "Z:" + str(path).replace("/", "\\") if WINDOWS else str(path)

    def is_number_of(self, pid, process):
        return pid == process.pid or (WINE and pid > 0)

    def json(self, *arguments, **options):
        return json.loads(self(*arguments, "--json", **options))

    def start(self, *arguments):
        process = subprocess.Popen(
            self.command_line(*arguments), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", cwd=self.folder, env=self.environment,
        )  # fmt: skip
        self.running.append(process)
        return process

    def interrupt(self, process, timeout=10):
        """Ctrl-C; returns exit code and output."""
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=timeout)
        return process.returncode, output, errors

    def wait_for_frames(self, segment, count=1):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.json("info", segment)["cnt0"] >= count:
                return
            time.sleep(0.02)
        raise AssertionError(f"{segment}: fewer than {count} frames within 20 s")

    def wait_for_file(self, name):
        """The file of a recording exists once the recorder's first frame is determined."""
        deadline = time.monotonic() + 20
        while not (self.folder / name).exists():
            assert time.monotonic() < deadline, f"{name} does not appear within 20 s"
            time.sleep(0.02)

    def wait_for_reader(self, segment, count=1):
        """A recorder's file may be there before it reads: what is published from now on is for it."""
        deadline = time.monotonic() + 20
        while self.json("info", segment)["readers"] < count:
            assert time.monotonic() < deadline, f"{segment}: fewer than {count} readers within 20 s"
            time.sleep(0.02)

    def stop(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()


@contextlib.contextmanager
def small_disk(tool, megabytes):
    """The path of a small tmpfs, in a mount namespace of its own; skips the test where that is not allowed."""
    place = tool.folder / "small"
    place.mkdir()
    script = f"mount -t tmpfs -o size={megabytes}m tmpfs '{place}' && echo mounted && exec cat"
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]
    if WINDOWS or os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("mounting a small tmpfs needs Linux, and root")
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        if holder.stdout.readline() != "mounted\n":
            pytest.skip("this machine does not let a test mount a tmpfs")
        yield Path(f"/proc/{holder.pid}/root{place}")
    finally:
        holder.communicate()


def empty(folder):
    for path in Path(folder).iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@pytest.fixture
def tool():
    folder = EMULATOR_FOLDER or tempfile.mkdtemp(prefix=f"daoshm-test-{os.getpid()}-")
    empty(folder)
    tool = Tool(folder)
    yield tool
    tool.stop()
    empty(folder)
    if not EMULATOR_FOLDER:
        os.rmdir(folder)
