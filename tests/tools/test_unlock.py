"""unlock, and what the other commands say of a writer of which cannot be told whether it lives."""

import os
import signal
import subprocess
import time

import numpy as np
import pytest
from conftest import WINDOWS
from timing import PATIENCE_S

WRITER_LOCK = 256  # in the extension, docs/format.md
KEYWORD_LOCK = 640
HAS_PROOF = 1 << 16
CREATION_LOCK = 1 << 62  # a byte of the file, docs/format.md
STRANGER = 4711 << 32 | 0x2A << 17  # a process token without a record of whose it is


def lock(tool, segment, token, which=WRITER_LOCK):
    """As if the process of that token held the lock."""
    path = tool.folder / f"{segment}.im.shm"
    place = path.read_bytes().index(b"dDshExt1") + which
    with path.open("r+b") as file:
        file.seek(place)
        file.write(np.uint64(token).tobytes())


def test_an_unknown_writer_is_shown_as_such(tool):
    tool("create", "a", "4")
    tool("fill", "a", 1)
    lock(tool, "a", STRANGER)
    info = tool.json("info", "a")
    assert info["writer_pid"] == 4711 and info["writer_alive"] is None and info["state"] == "writer unknown"
    assert "4711 (unknown)" in tool("info", "a") and "4711 (unknown)" in tool("ls", tool.folder)
    tool("rm", "a", code=1)
    assert "process 4711 may be writing to it" in tool.errors
    findings = tool("doctor", tool.folder, code=None)
    assert "daoshm unlock" in findings and "4711 (unknown)" in findings


def test_an_unknown_writer_keeps_its_lock_until_it_is_unlocked(tool):
    tool("create", "a", "4")
    lock(tool, "a", STRANGER)
    tool("fill", "a", 1, code=1)
    assert "busy" in tool.errors and "4711" in tool.errors and "daoshm unlock" in tool.errors
    question = tool("unlock", "a", code=1)
    assert "process 4711 (unknown) holds it" in question and "the answer was not yes" in tool.errors
    tool("unlock", "a", "--yes")
    tool("fill", "a", 1)
    info = tool.json("info", "a")
    assert info["cnt0"] == 1 and info["writer_alive"] is not None
    assert "no writer holds it" in tool("unlock", "a")


def test_a_segment_of_an_unknown_writer_is_not_used_again_but_may_be_replaced(tool):
    tool("create", "a", "4")
    tool("fill", "a", 1)
    lock(tool, "a", STRANGER)
    tool("create", "a", "4", code=1)
    assert "busy" in tool.errors and "4711" in tool.errors and "daoshm unlock" in tool.errors
    info = tool.json("info", "a")
    assert info["cnt0"] == 1 and info["writer_alive"] is None, "as it was"
    tool("create", "a", "5")
    info = tool.json("info", "a")
    assert info["cnt0"] == 0 and info["writer_pid"] is None


def test_unlock_does_what_is_answered(tool):
    tool("create", "a", "4")
    lock(tool, "a", STRANGER)
    for answer, code, left in (("n\n", 1, 4711), ("y\n", 0, None)):
        done = subprocess.run(
            tool.command_line("unlock", "a"), input=answer, capture_output=True, encoding="utf-8",
            cwd=tool.folder, env=tool.environment, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert tool.json("info", "a")["writer_pid"] == left


def test_a_dead_writer_needs_no_unlocking(tool):
    tool("create", "a", "4")
    lock(tool, "a", STRANGER | HAS_PROOF)
    info = tool.json("info", "a")
    assert info["writer_alive"] is False and info["state"] == "broken frame"
    tool("fill", "a", 1)
    assert tool.json("info", "a")["cnt0"] == 1


def test_unlock_asks_for_the_keywords_too(tool):
    tool("create", "a", "4")
    tool("keyword", "a", "GAIN", "1")
    lock(tool, "a", STRANGER, KEYWORD_LOCK)
    tool("keyword", "a", "GAIN", "2", code=1)
    assert "busy" in tool.errors and "4711" in tool.errors and "daoshm unlock" in tool.errors
    question = tool("unlock", "a", code=1)
    assert "process 4711 holds the lock of its keywords" in question and "the answer was not yes" in tool.errors
    tool("keyword", "a", "GAIN", "2", code=1)
    assert "unlocked" in tool("unlock", "a", "--yes")
    tool("keyword", "a", "GAIN", "2")
    assert "no writer holds it" in tool("unlock", "a")


@pytest.mark.skipif(WINDOWS, reason="a terminal of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_an_answer(tool, number):
    """And not the y that was typed before the end of a line."""
    import pty

    tool("create", "a", "4")
    lock(tool, "a", STRANGER)
    keyboard, terminal = pty.openpty()
    process = subprocess.Popen(
        tool.command_line("unlock", "a"), stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", cwd=tool.folder, env=tool.environment,
    )  # fmt: skip
    tool.running.append(process)
    assert "4711" in process.stdout.readline()
    os.write(keyboard, b"y")
    process.send_signal(number)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130 and "interrupted" in errors, errors
    assert tool.json("info", "a")["writer_pid"] == 4711
    os.close(keyboard)
    os.close(terminal)


@pytest.mark.skipif(WINDOWS, reason="signals and locks of POSIX")
@pytest.mark.parametrize(
    "command",
    [
        ["create", "a", "4"],
        ["set", "a", "frame.npy"],
        ["fill", "a", "1"],
        ["keyword", "a", "GAIN", "2"],
        ["keyword", "a", "GAIN", "--rm"],
        ["rm", "a", "b", "--force"],
    ],
    ids=" ".join,
)
def test_ctrl_c_ends_a_wait_for_a_lock(tool, command):
    """And nothing else is done."""
    import fcntl

    for name in "ab":
        tool("create", name, "4")
    np.save(tool.folder / "frame.npy", np.zeros(4, np.float32))
    before = tool.json("info", "a")
    lock(tool, "a", STRANGER)
    lock(tool, "a", STRANGER, KEYWORD_LOCK)
    with (tool.folder / "a.im.shm").open("r+b") as file:
        if command[0] == "rm":
            fcntl.lockf(file, fcntl.LOCK_EX, 1, CREATION_LOCK)
        process = tool.start(*command)
        tool.wait_until_it_takes_signals(process)
        time.sleep(1)  # until it waits
        code, output, errors = tool.interrupt(process)
    assert code == 130 and output == "" and "interrupted" in errors, (code, output, errors)
    after = tool.json("info", "a")
    assert all(after[key] == before[key] for key in ("cnt0", "generation", "keywords")), (before, after)
    assert (tool.folder / "b.im.shm").exists()
