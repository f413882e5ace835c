"""A process that is asked to end does so, whatever it is at: also while nobody takes what it says."""

import fcntl
import os
import pty
import signal
import subprocess
import termios
import time

import pytest
from conftest import WINDOWS
from recordings import assert_real
from timing import PATIENCE_S

pytestmark = pytest.mark.skipif(WINDOWS, reason="signals, pipes and terminals of POSIX")


def full_pipe():
    """Both ends of a pipe that takes no more."""
    reader, writer = os.pipe()
    flags = fcntl.fcntl(writer, fcntl.F_GETFL)
    fcntl.fcntl(writer, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    for piece in (bytes(4096), bytes(1)):
        try:
            while True:
                os.write(writer, piece)
        except BlockingIOError:
            pass
    fcntl.fcntl(writer, fcntl.F_SETFL, flags)
    return reader, writer


def start(tool, *arguments, **streams):
    process = subprocess.Popen(
        tool.command_line(*arguments), stdin=subprocess.DEVNULL, cwd=tool.folder, env=tool.environment, **streams
    )
    tool.running.append(process)
    return process


@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_recorder_completes_its_file_though_nobody_takes_its_report(tool, source, ending):
    reader, writer = full_pipe()
    recorder = start(tool, "record", source, f"r.{ending}", stdout=writer, stderr=writer)
    tool.wait_for_file(f"r.{ending}")
    tool.wait_until_read(source)
    recorder.send_signal(signal.SIGTERM)
    assert recorder.wait(timeout=PATIENCE_S) == 130
    assert_real(tool.folder / f"r.{ending}")
    assert not list(tool.folder.glob("*.journal"))
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("arguments", [["ls", "--json"], ["net", "status"], ["--help"], ["nosuch"]])
def test_commands_end_while_nobody_takes_their_output(tool, source, arguments):
    reader, writer = full_pipe()
    process = start(tool, *arguments, stdout=writer, stderr=writer)
    tool.wait_until_it_takes_signals(process)
    deadline = time.monotonic() + PATIENCE_S
    while "pipe_write" not in wait_channel(process):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE_S) == 130
    os.close(reader)
    os.close(writer)


def wait_channel(process):
    with open(f"/proc/{process.pid}/wchan") as file:
        return file.read()


def test_recorder_goes_on_and_ends_while_its_terminal_is_paused(tool, source):
    terminal, its_end = pty.openpty()
    recorder = start(tool, "record", source, "r.npy", stdout=subprocess.DEVNULL, stderr=its_end)
    tool.wait_for_file("r.npy")
    assert os.read(terminal, 100)
    termios.tcflow(its_end, termios.TCOOFF)  # as Ctrl-S does
    tool.wait_until_read_more(source, 100)  # 0.5 s, and so several times what it says
    recorder.send_signal(signal.SIGTERM)
    assert recorder.wait(timeout=PATIENCE_S) in (0, 4)
    assert assert_real(tool.folder / "r.npy") >= 100
    termios.tcflow(its_end, termios.TCOON)
    os.close(terminal)
    os.close(its_end)
