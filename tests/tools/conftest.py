"""What the tests share: a private temporary folder, the tool, and writers that run beside it."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

TOOL = os.environ["DAOSHM"]

TYPES = [
    "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64",
    "float32", "float64", "complex64", "complex128",
]  # fmt: skip


class Tool:
    """The tool, with a folder of its own as the temporary folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.environment = {**os.environ, "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}
        for name in ("NO_COLOR", "COLORTERM", "TMUX"):
            self.environment.pop(name, None)
        self.running = []

    def __call__(self, *arguments, code=0, timeout=60, **environment):
        done = subprocess.run(
            [TOOL, *map(str, arguments)],
            capture_output=True, text=True, timeout=timeout, cwd=self.folder,
            env={**self.environment, **environment}, check=False,
        )  # fmt: skip
        assert done.returncode == code, f"{arguments}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.errors = done.stderr
        return done.stdout

    def json(self, *arguments, **options):
        return json.loads(self(*arguments, "--json", **options))

    def start(self, *arguments):
        process = subprocess.Popen(
            [TOOL, *map(str, arguments)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder, env=self.environment,
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
        """A recording's file appears once the recorder has taken its place behind the newest frame."""
        deadline = time.monotonic() + 20
        while not (self.folder / name).exists():
            assert time.monotonic() < deadline, f"{name} does not appear within 20 s"
            time.sleep(0.02)

    def stop(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def tool():
    folder = tempfile.mkdtemp(prefix=f"daoshm-test-{os.getpid()}-")
    tool = Tool(folder)
    yield tool
    tool.stop()
    shutil.rmtree(folder, ignore_errors=True)
