"""Each call that daoshm makes of the system fails, one at a time: what is left is whole or absent, and why is told.

The program is the one that is built; fault_shim.c, loaded before the C library, makes the calls fail. Without
DAOSHM_ALL_FAULTS each call fails in one of its ways, or some where there are many.
"""

import errno
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import TOOL
from recordings import assert_real, files_of, names

SHIM = os.environ.get("DAOSHM_FAULTS", "")  # what the program loads first, as LD_PRELOAD has it
ALL = "DAOSHM_ALL_FAULTS" in os.environ
SANITIZED = "libasan" in SHIM  # the sanitizer's library before it, which has an allocator of its own
pytestmark = pytest.mark.skipif(not Path(SHIM.split(":")[-1]).is_file(), reason="needs the shim of a build on Linux")

ERRORS = {
    "open": [errno.EACCES, errno.EMFILE, errno.ENOSPC],
    "write": [errno.EIO, errno.ENOSPC],
    "pwrite": [errno.ENOSPC, errno.EIO, errno.EINTR],
    "pread": [errno.EIO],
    "fsync": [errno.EIO],
    "fdatasync": [errno.EIO, errno.ENOSPC, errno.EINTR],
    "ftruncate": [errno.EIO, errno.EINTR],
    "posix_fallocate": [errno.ENOSPC, errno.EINTR],
    "fallocate": [errno.ENOSPC],
    "flock": [errno.EWOULDBLOCK, errno.ENOLCK],
    "fstat": [errno.EIO],
    "stat": [errno.EACCES],
    "lstat": [errno.EACCES],
    "rename": [errno.EACCES, errno.ENOSPC],
    "unlink": [errno.EACCES],
    "remove": [errno.EACCES],
    "mmap": [errno.ENOMEM],
    "fopen": [errno.EMFILE],
    "read": [errno.EIO, errno.EINTR],
    "readlink": [errno.EACCES],
    "fcntl": [errno.EINVAL, errno.ENOLCK],
    "fchmod": [errno.EPERM],
    "fchown": [errno.EPERM],
    "link": [errno.EACCES, errno.ENOSPC],
    "getcwd": [errno.ENOENT],
    "getrandom": [errno.EINTR, errno.ENOSYS],
    "opendir": [errno.EMFILE],
    "kill": [errno.EPERM],
    "mkdir": [errno.EACCES, errno.ENOSPC],
    "socket": [errno.EMFILE],
    "gethostname": [errno.EPERM],
    "setsockopt": [errno.ENOMEM],
    "pthread_create": [errno.EAGAIN],
    "malloc": [errno.ENOMEM],
    "calloc": [errno.ENOMEM],
    "realloc": [errno.ENOMEM],
}
PARTS = 4  # for as many processes of pytest
MOST_CALLS = {"files": 60, "memory": 24}  # to fail of each command: from twice as many on, each second or n-th one
FRAMES = 3
COMPLETE = (0, 4)  # a recording: frames may pass between two of it


class Faulty:
    """daoshm with a call that fails."""

    def __init__(self, tool, kind):
        if SANITIZED and kind == "memory":
            pytest.skip("the sanitizer has an allocator of its own")
        self.tool = tool
        self.log = tool.folder / "calls.log"
        self.environment = {
            **tool.environment, "LD_PRELOAD": SHIM, "DAO_FAULT_KIND": kind, "DAO_FAULT_LOG": str(self.log),
        }  # fmt: skip

    def start(self, arguments, fault=None):
        self.log.unlink(missing_ok=True)
        process = subprocess.Popen(
            [TOOL, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8", errors="replace", cwd=self.tool.folder,
            env={**self.environment, **({"DAO_FAULT": fault} if fault else {})},
        )  # fmt: skip
        self.tool.running.append(process)
        return process

    def end(self, process):
        """(Exit code, standard error, the calls that were counted, the one that failed or None)."""
        _, errors = process.communicate(timeout=120)
        self.tool.running.remove(process)
        calls = self.log.read_text().split() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        failed = calls.pop()[1:] if calls and calls[-1].startswith("!") else None
        return process.returncode, errors, calls, failed


def faults_of(calls, kind, part, first=0):
    """As the shim takes them, of this part, from the call of that number on."""
    stride = 1 if ALL else max(1, (len(calls) - first) // MOST_CALLS[kind])
    for number in range(first + part * stride, len(calls), PARTS * stride):
        errors = ERRORS[calls[number]]
        for index, error in enumerate(errors):
            if ALL or index == number // PARTS % len(errors):
                yield f"{number}:{calls[number]}:{error}:once"
                if error not in (errno.EINTR, errno.EWOULDBLOCK):
                    yield f"{number}:{calls[number]}:{error}:always"


def assert_told(code, stderr, allowed=(1,), fault_lasts=False):
    """It did what it should, or says in one line why not."""
    if code == -signal.SIGABRT and "bad_alloc" in stderr and fault_lasts:
        return  # nlohmann-json takes a value apart with memory, or not at all
    assert code in (0, *allowed), stderr
    assert "terminate" not in stderr and "basic_string" not in stderr, stderr
    if code != 0:
        assert stderr.startswith("daoshm: ") and stderr.count("\n") == 1 and len(stderr) > 15, stderr


def calls_before_the_command(faulty):
    """The memory of the commands' descriptions is the most by far, and the same for each: it has a test of its own."""
    few = 50  # the version is printed, too
    return max(0, len(faulty.end(faulty.start(["--version"]))[2]) - few)


def fail_each(tool, kind, part, arguments, after, before=lambda: None, complete=(0,)):
    """Runs the command with each fault; `after(code, stderr)` looks at what is left, and clears it away.

    `complete`: what it may end with when nothing fails.
    """
    faulty = Faulty(tool, kind)
    before()
    code, stderr, calls, _ = faulty.end(faulty.start(arguments))
    assert code in complete, stderr
    after(code, stderr)
    assert calls
    first = calls_before_the_command(faulty) if kind == "memory" else 0
    assert first < len(calls)
    happened = 0
    for fault in faults_of(calls, kind, part, first):
        before()
        code, stderr, _, failed = faulty.end(faulty.start(arguments, fault))
        happened += failed is not None
        try:
            assert_told(code, stderr, {1, *complete}, kind == "memory")
            after(code, stderr)
        except BaseException as error:
            raise AssertionError(f"{arguments}: {fault} ({failed}): exit code {code}: {stderr}") from error
    assert happened > 0 or kind == "memory"


@pytest.mark.parametrize("part", range(PARTS))
def test_commands_are_described_or_memory_is_said_to_lack(tool, part):
    faulty = Faulty(tool, "memory")
    calls = faulty.end(faulty.start(["--version"]))[2]
    for fault in faults_of(calls, "memory", part):
        code, stderr, _, _ = faulty.end(faulty.start(["--version"], fault))
        assert_told(code, stderr, fault_lasts=True)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", ["files", "memory"])
@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_recording_is_whole_or_absent_or_can_be_repaired(tool, source, ending, kind, part):
    path = tool.folder / f"r.{ending}"

    def after(code, stderr):
        found = [name for name in names(tool.folder) if name.startswith("r.")]
        if f"{path.name}.journal" in found:
            assert code != 0, stderr
            tool("repair", path.name)
            found = [name for name in names(tool.folder) if name.startswith("r.")]
        if code == 0:
            assert assert_real(path) == FRAMES
        if found:
            assert found == files_of(ending), stderr
            assert_real(path)
        for name in found:
            (tool.folder / name).unlink()
        if code != 0:  # the next one succeeds
            tool.record(source, path.name, "-n", 1, "--timeout", "60s")
            assert assert_real(path) == 1
            for name in files_of(ending):
                (tool.folder / name).unlink()

    fail_each(
        tool, kind, part, ["record", source, path.name, "-n", FRAMES, "--timeout", "60s"], after, complete=COMPLETE
    )


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_forced_recording_takes_an_older_ones_place_or_leaves_it(tool, source, ending, part):
    path = tool.folder / f"r.{ending}"
    tool.record(source, path.name, "-n", FRAMES + 1, "--timeout", "60s")
    older = {name: (tool.folder / name).read_bytes() for name in files_of(ending)}

    def before():
        for name, content in older.items():
            (tool.folder / name).write_bytes(content)

    def after(code, stderr):
        found = [name for name in names(tool.folder) if name.startswith("r.")]
        if f"{path.name}.journal" in found:
            assert code != 0, stderr
            tool("repair", path.name)
            found = [name for name in names(tool.folder) if name.startswith("r.")]
        is_older = all(
            (tool.folder / name).exists() and (tool.folder / name).read_bytes() == older[name] for name in older
        )
        assert found == files_of(ending) or "journal" in stderr, f"{found}: {stderr}"
        if code == 0:
            assert assert_real(path) == FRAMES
        elif found and not is_older:
            assert_real(path)
        for name in found:
            (tool.folder / name).unlink()

    arguments = ["record", source, path.name, "-n", FRAMES, "--timeout", "60s", "--force"]
    fail_each(tool, "files", part, arguments, after, before, COMPLETE)


@pytest.mark.parametrize("kind", ["files", "memory"])
@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_saved_frame_is_the_new_one_or_the_old_one(tool, ending, kind):
    tool("create", "src", "8x8", "uint16")
    path = tool.folder / f"s.{ending}"
    tool("set", "src", "1", code=None)
    tool("fill", "src", "1", "--frames", 1)
    tool("save", "src", path.name)
    old = path.read_bytes()
    tool("fill", "src", "2", "--frames", 1)

    def before():
        path.write_bytes(old)

    def after(code, stderr):
        assert [name for name in names(tool.folder) if name.startswith("s.")] == [path.name], stderr
        if code != 0:
            assert path.read_bytes() == old or tool("set", "src", path.name) == ""
        else:
            assert path.read_bytes() != old

    for part in range(PARTS):
        fail_each(tool, kind, part, ["save", "src", path.name, "--force"], after, before)


@pytest.mark.parametrize("kind", ["files", "memory"])
def test_segment_is_made_whole_or_not_at_all(tool, kind):
    path = tool.folder / "made.im.shm"

    def after(code, stderr):
        left = [file.name for file in tool.folder.iterdir() if file.name.startswith("made")]
        if code == 0:
            assert left == [path.name]
            tool("rm", "made")
        elif left == [path.name]:  # it was made; telling of it failed
            tool("rm", "made")
        else:
            assert all(name.endswith(".new") for name in left), f"{left}: {stderr}"  # its removal failed, too
            for name in left:
                (tool.folder / name).unlink()

    for part in range(PARTS):
        fail_each(tool, kind, part, ["create", "made", "8x8", "uint16"], after)


@pytest.mark.parametrize("kind", ["files", "memory"])
def test_repair_can_be_repeated_until_it_succeeds(tool, source, kind):
    recorder = tool.start("record", source, "r.npy")
    tool.wait_for_file("r.npy")
    deadline = time.monotonic() + 60
    while (tool.folder / "r.npy.journal").stat().st_size < 2000 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    recorder.kill()
    recorder.communicate()
    kept = {path: path.read_bytes() for path in tool.folder.glob("r.npy*")}
    assert tool.folder / "r.npy.journal" in kept

    def before():
        for path in tool.folder.glob("r.npy*"):
            path.unlink()
        for path, content in kept.items():
            path.write_bytes(content)

    def after(code, stderr):
        if code != 0 and (tool.folder / "r.npy.journal").exists():
            tool("repair", "r.npy")
        assert [name for name in names(tool.folder) if name.startswith("r.")] == files_of("npy"), stderr
        assert_real(tool.folder / "r.npy")

    for part in range(PARTS):
        fail_each(tool, kind, part, ["repair", "r.npy"], after, before)
