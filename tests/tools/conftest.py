"""Shared by the tests: a private temporary folder, the tool, and writers that run in parallel."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "python/tests/helpers"))
from collecting import pytest_collection_finish  # noqa: F401
from network import camera, net  # noqa: F401 - fixtures
from scratch import ScratchFolder
from timing import PATIENCE_S, until

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

# With nohup SIGHUP is ignored, in the background of a script SIGINT and SIGQUIT are, and the programs that tests start
# would inherit that; a handler they do not.
for name in ("SIGHUP", "SIGINT", "SIGQUIT"):
    if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) == signal.SIG_IGN:
        signal.signal(getattr(signal, name), lambda *_: None)


def file_name(path):
    """The last part of a path as the tool prints it."""
    return path.replace("\\", "/").split("/")[-1]


def number_at(file, offset, size):
    file.seek(offset)
    return int.from_bytes(file.read(size), "little")


def rest_of(process, timeout=PATIENCE_S):
    """What a process says until its end on both streams, from where lines of them were read.

    communicate() begins with what the streams have not read ahead, at whatever byte that is.
    """
    texts = {}
    readers = [
        threading.Thread(target=lambda name=name: texts.update({name: getattr(process, name).read()}), daemon=True)
        for name in ("stdout", "stderr")
    ]
    for reader in readers:
        reader.start()
    process.wait(timeout)
    for reader in readers:
        reader.join(timeout)
    return texts["stdout"], texts["stderr"]


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

    def __call__(self, *arguments, code=0, timeout=2 * PATIENCE_S, **environment):
        done = subprocess.run(
            self.command_line(*arguments),
            stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=timeout, cwd=self.folder,
            env={**self.environment, **environment}, check=False,
        )  # fmt: skip
        assert code is None or done.returncode == code, (
            f"{arguments}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        self.code, self.errors = done.returncode, done.stderr
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

    def record(self, *arguments):
        """4: it is complete, and frames passed between two of it on a machine that was late."""
        self("record", *arguments, code=None)
        assert self.code in (0, 4), f"{arguments}: exit code {self.code}\n{self.errors}"

    def interrupt(self, process, timeout=PATIENCE_S):
        """Ctrl-C; returns exit code and output."""
        process.send_signal(signal.SIGINT)
        output, errors = rest_of(process, timeout)
        return process.returncode, output, errors

    def frames_in(self, segment):
        """Its newest frame's counter, out of its bytes (docs/format.md): starting the tool each time takes long."""
        with open(self.folder / f"{segment}.im.shm", "rb") as file:
            newest = number_at(file, 4300, 4)
            return number_at(file, 4304 * newest + 152, 8)

    def readers_in(self, segment):
        """How many of the places for readers are taken, out of its bytes; by one that has died, too."""
        extension_bytes, begin, count, entry_bytes = 24576, 4096, 128, 128
        with open(self.folder / f"{segment}.im.shm", "rb") as file:
            file.seek(begin - extension_bytes, os.SEEK_END)
            table = file.read(count * entry_bytes)
        return sum(any(table[place : place + 8]) for place in range(0, len(table), entry_bytes))

    def wait_for_frames(self, segment, count=1):
        until(lambda: self.frames_in(segment) >= count, f"{segment}: {count} frames")

    def wait_for_file(self, name):
        """The file of a recording exists once the recorder's first frame is determined."""
        until((self.folder / name).exists, name)

    def wait_for_reader(self, segment, count=1):
        """A recorder's file may be there before it reads: what is published from now on is for it."""
        there = lambda: self.readers_in(segment) >= count and self.json("info", segment)["readers"] >= count  # noqa: E731
        until(there, f"{segment}: {count} readers")

    def wait_until_open(self, segment, process):
        """The process, which is no reader of it before its first frame, has the segment open."""
        maps = Path(f"/proc/{process.pid}/maps")
        if maps.exists() and not WINDOWS:
            until(lambda: f"{segment}.im.shm" in maps.read_text(), f"{segment}: opened")
        time.sleep(0.5)  # until it waits

    def wait_until_it_takes_signals(self, process):
        """Before it is prepared for Ctrl-C, the signal ends it."""
        status = Path(f"/proc/{process.pid}/status")
        if status.exists() and not WINDOWS:
            caught = lambda: int(re.search(r"SigCgt:\s*(\w+)", status.read_text())[1], 16)  # noqa: E731
            until(lambda: caught() >> (signal.SIGINT - 1) & 1, "a handler of Ctrl-C")

    def wait_until_read(self, segment):
        """Each of its readers has taken its newest frame, or has missed it."""

        def is_read():
            info = self.json("info", segment)
            return info["reader_list"] and all(reader["last_cnt0"] == info["cnt0"] for reader in info["reader_list"])

        until(is_read, f"{segment}: readers that have taken all")

    def wait_until_read_more(self, segment, count):
        """Each of its readers has taken that many frames more."""

        def taken():
            readers = self.json("info", segment)["reader_list"]
            return {reader["pid"]: reader["last_cnt0"] - reader["missed"] for reader in readers}

        before = taken()
        until(
            lambda: all(taken()[pid] >= number + count for pid, number in before.items()), f"{segment}: {count} frames"
        )

    def fill_until_it_ends(self, segment, process, *arguments):
        """Frame after frame: how many a process takes that only the newest is kept for depends on the machine."""
        while process.poll() is None:
            self("fill", segment, *arguments, "--frames", 1, code=None)

    def stop(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


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


@contextlib.contextmanager
def new_folder():
    if not EMULATOR_FOLDER:
        with ScratchFolder(tempfile.gettempdir()) as folder:
            yield folder
        return
    empty(EMULATOR_FOLDER)
    yield Path(EMULATOR_FOLDER)
    empty(EMULATOR_FOLDER)


@pytest.fixture
def tool():
    with new_folder() as folder:
        tool = Tool(folder)
        yield tool
        tool.stop()


@pytest.fixture
def source(tool):
    """A segment that a writer publishes 500 frames a second in. Its slots are four seconds: a pause loses none."""
    tool("create", "src", "32x32", "int32", "--depth", 2048)
    tool("keyword", "src", "EXPTIME", 0.5)
    writer = tool.start("fill", "src", "ramp", "--rate", 500)
    tool.wait_for_frames("src")
    yield "src"
    tool.interrupt(writer)
