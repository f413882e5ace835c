"""Limits of files, full disks, too little memory, calls that fail: what was recorded stays, nothing half-made does."""

import functools
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from conftest import WINDOWS, small_disk
from recordings import ENDINGS, assert_real, files_of, load, names, wait_for_rows

pytestmark = pytest.mark.skipif(WINDOWS, reason="signals and limits of POSIX")


def with_limit(limit_bytes, ignored):
    def prepare():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN if ignored else signal.SIG_DFL)

    return prepare


def run_limited(tool, *arguments, limit_bytes, ignored=False):
    return subprocess.run(
        tool.command_line(*arguments), cwd=tool.folder, env=tool.environment, capture_output=True, encoding="utf-8",
        timeout=120, check=False, preexec_fn=with_limit(limit_bytes, ignored),
    )  # fmt: skip


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("limit_kib", [0, 1, 3, 7, 15, 20, 1024])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_size_limit_ends_a_recording_whole(tool, source, ending, limit_kib, ignored):
    done = run_limited(tool, "record", source, f"r.{ending}", limit_bytes=limit_kib * 1024, ignored=ignored)
    assert done.returncode == 1 and "ulimit" in done.stderr, (done.returncode, done.stderr)
    least = (limit_kib * 1024 - 8 * 2880) // 4096 - 3 if limit_kib == 1024 else 0
    if names(tool.folder):
        assert names(tool.folder) == files_of(ending)
        assert assert_real(tool.folder / f"r.{ending}") >= max(least, 1)
    else:
        assert least == 0


@pytest.mark.parametrize("limit_kib", [0, 1, 3, 4])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_forced_recording_without_room_leaves_the_older_one(tool, source, ending, limit_kib):
    tool.record(source, f"r.{ending}", "-n", 3)
    older = {name: (tool.folder / name).read_bytes() for name in files_of(ending)}
    done = run_limited(tool, "record", source, f"r.{ending}", "--force", limit_bytes=limit_kib * 1024, ignored=True)
    assert done.returncode == 1 and "ulimit" in done.stderr, (done.returncode, done.stderr)
    assert {name: (tool.folder / name).read_bytes() for name in names(tool.folder)} == older


def test_the_limit_of_the_second_file_counts_too(tool):
    """Frames of one byte: the sidecar file and the journal are longer than the recording."""
    tool("create", "src", "1", "uint8", "--depth", 512)
    writer = tool.start("fill", "src", "ramp", "--rate", 1000)
    tool.wait_for_frames("src")
    for ending in ENDINGS:
        done = run_limited(tool, "record", "src", f"r.{ending}", limit_bytes=20000)
        assert done.returncode == 1 and "ulimit" in done.stderr
        data, table = load(tool.folder / f"r.{ending}")
        assert len(data) > 50 and (data[:, 0] == (np.asarray(table["cnt0"]) - 1) % 256).all()
    assert names(tool.folder) == sorted(files_of("fits") + files_of("npy"))
    tool.interrupt(writer)


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_save_that_fails_leaves_nothing_and_the_old_file(tool, source, ending, ignored):
    for limit_bytes in (0, 100, 4000):
        done = run_limited(tool, "save", source, f"s.{ending}", limit_bytes=limit_bytes, ignored=ignored)
        assert done.returncode == 1 and "ulimit" in done.stderr
        assert names(tool.folder) == []
    tool("save", source, f"s.{ending}")
    before = (tool.folder / f"s.{ending}").read_bytes()
    done = run_limited(tool, "save", source, f"s.{ending}", "--force", limit_bytes=4000, ignored=ignored)
    assert done.returncode == 1
    assert names(tool.folder) == [f"s.{ending}"] and (tool.folder / f"s.{ending}").read_bytes() == before


@pytest.mark.parametrize("ignored", [False, True])
def test_a_segment_over_the_limit_leaves_nothing(tool, ignored):
    np.save(tool.folder / "a.npy", np.zeros((512, 512)))
    np.save(tool.folder / "b.npy", np.zeros((4, 512, 512)))
    commands = [
        ("create", "big", "512x512"), ("set", "big", "a.npy", "--create"), ("replay", "b.npy", "big", "--rate", 10),
    ]  # fmt: skip
    for command in commands:
        done = run_limited(tool, *command, limit_bytes=100_000, ignored=ignored)
        assert done.returncode == 1 and "big" in done.stderr, (done.returncode, done.stderr)
        assert sorted(path.name for path in tool.folder.iterdir()) == ["a.npy", "b.npy"]


@pytest.mark.skipif("asan" in os.environ["DAOSHM"], reason="the sanitizer needs terabytes of addresses")
@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_memory_is_allowed_the_frames_stay(tool, ending):
    """From too little for two frames to enough for some, but never for the buffer that is asked for."""
    tool("create", "src", "1024x2048", "float32", "--depth", 4)
    writer = tool.start("fill", "src", 7, "--rate", 20)
    tool.wait_for_frames("src")
    ends = set()
    for limit_mib in range(40, 640, 40):
        done = subprocess.run(
            tool.command_line("record", "src", f"r.{ending}", "-n", 4, "--buffer", 4096), cwd=tool.folder,
            env=tool.environment, capture_output=True, encoding="utf-8", timeout=120, check=False,
            preexec_fn=functools.partial(resource.setrlimit, resource.RLIMIT_AS, (limit_mib << 20, limit_mib << 20)),
        )  # fmt: skip
        if "shared librar" in done.stderr or done.returncode < 0:  # the system could not even start it
            continue
        ends.add(done.returncode)
        if done.returncode == 1:
            assert re.search("memory|thread|mapp", done.stderr), (limit_mib, done.stderr)
            if names(tool.folder):  # the frames until then
                assert names(tool.folder) == files_of(ending)
        else:
            assert done.returncode in (0, 4) and len(load(tool.folder / f"r.{ending}")[0]) == 4, done.stderr
        for name in names(tool.folder):
            (tool.folder / name).unlink()
    assert 1 in ends and ends & {0, 4}, ends
    tool.interrupt(writer)


FILLER = """
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
print("ready", flush=True)
sys.stdin.readline()
step = 1 << 20
while True:
    try:
        os.write(file, bytes(step))
    except OSError:
        step = max(step // 2, 512)
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_disk_that_another_process_fills_costs_nothing_recorded(tool, source, ending):
    """The filler takes each byte that becomes free, so that the end finds only what was reserved."""
    with small_disk(tool, megabytes=20) as small:
        path = small / f"r.{ending}"
        recorder = tool.start("record", source, path, "--json")
        filler = subprocess.Popen(
            [sys.executable, "-c", FILLER, small / "filler"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        tool.running.append(filler)
        assert filler.stdout.readline() == "ready\n"
        wait_for_rows(path, 300)
        filler.stdin.write("go\n")
        filler.stdin.flush()
        output, errors = recorder.communicate(timeout=120)
        assert recorder.returncode == 1 and "full" in errors, errors
        assert assert_real(path, 300) == json.loads(output)["frames"]
        assert names(small) == sorted([*files_of(ending), "filler"])
        filler.kill()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_full_disk_leaves_nothing_half_made(tool, source, ending):
    np.save(tool.folder / "a.npy", np.zeros((512, 512)))
    with small_disk(tool, megabytes=1) as small:
        (small / "filler").write_bytes(bytes((1 << 20) - 4096))
        for command in (
            ("save", source, small / f"s.{ending}"),
            ("record", source, small / f"r.{ending}"),
            ("create", small / "c.im.shm", "512x512"),
            ("set", small / "c.im.shm", "a.npy", "--create"),
        ):
            tool(*command, code=1)
            assert "full" in tool.errors or "space" in tool.errors.lower(), (command, tool.errors)
            assert names(small) == ["filler"] and not list(small.glob("*.shm*")), command


SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/types.h>
static int calls;
/* The call of that number, and with a minus all from it on, fail. */
static int fails(void)
{
    const int chosen = atoi(getenv("FAIL_AT"));
    const int call = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
    errno = EIO;
    return chosen < 0 ? call >= -chosen : call == chosen;
}
#define SHIM(result, name, parameters, arguments) \
    result name parameters { return fails() ? -1 : ((result(*) parameters)dlsym(RTLD_NEXT, #name)) arguments; }
SHIM(ssize_t, pwrite, (int file, const void *data, size_t size, off_t at), (file, data, size, at))
SHIM(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t at), (file, data, size, at))
SHIM(int, fdatasync, (int file), (file))
SHIM(int, fsync, (int file), (file))
SHIM(int, ftruncate, (int file, off_t size), (file, size))
SHIM(int, ftruncate64, (int file, off64_t size), (file, size))
SHIM(int, rename, (const char *from, const char *to), (from, to))
int posix_fallocate(int file, off_t at, off_t size)
{ return fails() ? EIO : ((int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate"))(file, at, size); }
int posix_fallocate64(int file, off64_t at, off64_t size)
{ return fails() ? EIO : ((int (*)(int, off64_t, off64_t))dlsym(RTLD_NEXT, "posix_fallocate64"))(file, at, size); }
"""


@pytest.mark.skipif("asan" in os.environ["DAOSHM"], reason="the sanitizer must be the first library")
@pytest.mark.skipif(shutil.which("cc") is None, reason="no compiler for the library that fails calls")
@pytest.mark.parametrize("for_ever", [False, True])
@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_call_fails_the_frames_stay(tool, source, ending, for_ever):
    """Each of the first calls that change files fails in turn, with an error of the disk."""
    (tool.folder / "shim.c").write_text(SHIM)
    shim = tool.folder / "shim.so"
    if subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, tool.folder / "shim.c"], check=False).returncode:
        pytest.skip("no C compiler")
    # What is made when there was no failure, and what each of those calls leaves when it fails.
    for number in range(1, 60):
        folder = tool.folder / f"n{number}"
        folder.mkdir()
        path = folder / f"r.{ending}"
        environment = {"LD_PRELOAD": str(shim), "FAIL_AT": str(-number if for_ever else number)}
        output = tool("record", source, path, "-n", 12, "--json", code=None, **environment)
        left = names(folder)
        if any(name.endswith(".journal") for name in left):  # the end could not be written
            assert "repair" in tool.errors
            tool("repair", path, code=None)
            left = names(folder)
        if left:
            frames = assert_real(path)
            assert left == files_of(ending) and (not output or frames >= json.loads(output)["frames"])
        if not for_ever and not tool.errors:
            assert left == files_of(ending) and len(load(path)[0]) == 12
