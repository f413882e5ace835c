"""Ends of programs, forks, signals and interpreters."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from conftest import PATIENCE_S

from daoShm import shm

WAITS = {
    "wait": "segment.wait()",
    "spin": "segment.wait(mode='spin')",
    "semaphore": "segment.get_data(check=True, semNb=5)",
    "next": "segment.get_data_next(wait=True)",
    "history": "segment.get_history(1, buffer=True)",
    "frames": "next(segment.frames())",
}


def run(code, *arguments, timeout=3 * PATIENCE_S):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS.keys())
def test_a_program_ends_while_a_daemon_thread_waits(name, wait):
    code = f"""
        import sys, threading, time
        import numpy
        from daoShm import shm
        segment = shm(sys.argv[1], numpy.zeros(4))
        def work():
            while segment.get_data(check=True, semNb=5, timeout=0.01) is not None:
                pass
            {wait}
        threading.Thread(target=work, daemon=True).start()
        time.sleep(0.1)
        """
    for _ in range(4):
        done = run(code, name)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_program_ends_while_daemon_threads_read_and_write(name):
    code = """
        import sys, threading, time
        import numpy
        from daoShm import shm
        segment = shm(sys.argv[1], numpy.zeros((300, 300)), depth=2)
        frame = numpy.zeros((300, 300))
        def write():
            while True:
                segment.set_data(frame)
        def follow():
            for _ in segment.frames():
                pass
        def read():
            while True:
                segment.get_data(check=True, semNb=1, timeout=0.0001)
        for work in (write, follow, read):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.1)
        """
    for _ in range(8):
        done = run(code, name)
        assert (done.returncode, done.stderr) == (0, "")


# Both call functions written in Python from within a call of C++, which an interpreter that ends leaves in the middle.
@pytest.mark.parametrize("step", ["segment.set_data(bytes_of_a_frame)", "segment.keywords.get('NONE')"])
def test_a_program_ends_while_daemon_threads_convert_and_fail(name, step):
    code = f"""
        import sys, threading, time
        import numpy
        from daoShm import shm
        segment = shm(sys.argv[1], numpy.zeros((300, 300), numpy.float32), nbkw=1)
        bytes_of_a_frame = numpy.zeros((300, 300), numpy.uint8).tolist()
        def work():
            while True:
                {step}
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        time.sleep(0.1)
        """
    for _ in range(4):
        done = run(code, name)
        assert (done.returncode, done.stderr) == (0, "")


def test_a_program_ends_while_an_asynchronous_iterator_was_left_waiting(name):
    done = run(
        """
        import asyncio, sys
        import numpy
        from daoShm import shm
        segment = shm(sys.argv[1], numpy.zeros(4))
        frames = segment.frames()
        loop = asyncio.new_event_loop()
        task = loop.create_task(frames.__anext__())
        loop.run_until_complete(asyncio.sleep(0.1))
        task._log_destroy_pending = False
        """,
        name,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_closing_at_exit_what_a_daemon_thread_waits_on(name):
    done = run(
        """
        import atexit, sys, threading, time
        import numpy
        from daoShm import shm
        segment = shm(sys.argv[1], numpy.zeros(4))
        atexit.register(segment.close)
        def work():
            try:
                segment.wait()
            except ValueError:
                pass
        threading.Thread(target=work, daemon=True).start()
        time.sleep(0.1)
        """,
        name,
    )
    assert (done.returncode, done.stderr) == (0, "")


FORK = """
    import os, sys, threading, time, warnings
    warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
    import numpy
    from daoShm import DaoError, ErrorCode, shm
    segment = shm(sys.argv[1], numpy.arange(4.0), depth=4)
    frames = segment.frames()
    def work():
        segment.wait()
    def iterate():
        next(frames)
    for target in (work, iterate):
        threading.Thread(target=target, daemon=True).start()
    time.sleep(0.2)
    def in_child():
        {child}
    child = os.fork()
    if child == 0:
        try:
            in_child()
        except BaseException as error:
            print(repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    limit = time.monotonic() + 60
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            sys.exit(os.waitstatus_to_exitcode(status))
        if time.monotonic() > limit:
            os.kill(child, 9)
            os.waitpid(child, 0)
            sys.exit("the child hangs")
        time.sleep(0.01)
    """

IN_CHILD = {
    "read": "assert segment.get_data().tolist() == [0, 1, 2, 3] and segment.counter == 1",
    "wait": "assert not segment.wait(timeout=0.1)",
    "thread": """threads = [threading.Thread(target=segment.get_data) for _ in range(2)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]""",
    "history": "assert segment.get_history(1, buffer=True, timeout=0.05) is None",
    "iterate": "assert next(segment.frames(timeout=0), None) is None",
    "old iterator": "next(frames)",
    "close": "segment.close()",
    "new": """other = shm(sys.argv[1])
        news = other.frames(timeout=60)
        other.set_data(numpy.ones(4))
        assert next(news).tolist() == [1] * 4""",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.parametrize("child", [key for key in IN_CHILD if "iterat" not in key])
def test_the_child_of_a_fork_works_while_threads_of_the_parent_wait(name, child):
    done = run(FORK.format(child=IN_CHILD[child]), name)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_iterators_of_the_parent_say_that_they_are(name):
    done = run(FORK.format(child=IN_CHILD["old iterator"]), name)
    assert done.returncode == 1 and "before this process was forked" in done.stdout
    done = run(FORK.format(child=IN_CHILD["iterate"]), name)
    assert done.returncode == 1 and "DaoTimeoutError" in done.stdout


def test_a_handler_of_signals_may_use_and_close_the_object_that_waits(name, python_process):
    process = python_process(
        """
        import os, signal, sys
        import numpy
        from daoShm import DaoError, shm
        segment = shm(sys.argv[1], numpy.zeros(4))
        seen = []
        def handle(number, frame):
            seen.append(segment.get_data().tolist())
            os.write(1, b"seen\\n")
            if len(seen) == 2:
                segment.close()
        signal.signal(signal.SIGUSR1, handle)
        try:
            print("waiting", flush=True)
            segment.wait()
        except DaoError as error:
            print(len(seen), error.code.name, flush=True)
        """,
        name,
    )
    assert process.stdout.readline() == "waiting\n"
    for _ in range(2):
        time.sleep(0.3)
        process.send_signal(signal.SIGUSR1)
        assert process.stdout.readline() == "seen\n"  # before the next: signals of one kind are not counted
    assert process.stdout.readline() == "2 CLOSED\n", process.stderr.read()


def test_a_wait_goes_on_after_an_interrupt_that_was_not_for_it(name):
    """Closing another object, and cancelling another wait, is not for it."""
    done = run(
        """
        import contextlib, sys, threading, time
        import numpy
        from daoShm import _core, shm
        segment = shm(sys.argv[1], numpy.zeros(4))
        def wait_until_closed(other):
            with contextlib.suppress(ValueError):
                other.wait()
        def disturb():
            for _ in range(20):
                other = shm(sys.argv[1])
                reader = _core.FrameReader(other)
                canceller = _core.Canceller()
                cancelled = threading.Thread(target=reader.wait, args=(60, "sleep", canceller))
                closed = threading.Thread(target=wait_until_closed, args=(other,))
                cancelled.start()
                closed.start()
                time.sleep(0.02)
                canceller.cancel()
                cancelled.join()
                other.close()
                closed.join()
        results = []
        waits = [
            lambda: segment.wait(timeout=0.8),
            lambda: segment.wait(timeout=0.8, mode="spin"),
            lambda: segment.get_data(check=True, semNb=7, timeout=0.8),
        ]
        segment.get_data(check=True, semNb=7)
        def timed(wait):
            begin = time.monotonic()
            result = wait()
            results.append((result, 0.75 < time.monotonic() - begin < 60))
        threads = [threading.Thread(target=timed, args=(wait,)) for wait in waits]
        threads.append(threading.Thread(target=disturb))
        [thread.start() for thread in threads]
        timed(waits[0])
        [thread.join() for thread in threads]
        assert sorted(results, key=str) == [(False, True)] * 3 + [(None, True)], results
        """,
        name,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_import_in_a_sub_interpreter_leaves_the_first_ones_objects_alone(name):
    done = run(
        """
        import sys
        import numpy
        from daoShm import shm
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        segment = shm(sys.argv[1], numpy.arange(4.0))
        try:
            number = interpreters.create("legacy") if sys.version_info >= (3, 13) else interpreters.create()
        except TypeError:
            number = interpreters.create()
        code = '''
        import sys
        sys.path[:] = %r
        try:
            import daoShm
        except ImportError as error:
            assert "interpreter" in str(error), error
        else:
            raise AssertionError("imported")
        ''' % sys.path
        import textwrap
        result = interpreters.run_string(number, textwrap.dedent(code))
        assert result is None, result
        interpreters.destroy(number)
        segment.set_data([4, 3, 2, 1])
        assert segment.get_data().tolist() == [4, 3, 2, 1]
        assert segment.dtype == numpy.float64 and segment.view().dtype == numpy.float64
        try:
            segment.set_data([1, 2])
        except ValueError as error:
            assert "shape" in str(error)
        """,
        name,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_metadata_that_another_process_scribbles_on_lead_nowhere(name):
    scribble = """
        import mmap, sys
        with open(sys.argv[1], "r+b") as file, mmap.mmap(file.fileno(), 4096) as memory:
            print(flush=True)
            while True:
                for axes in (255, 2):
                    memory[80] = axes  # naxis, docs/format.md
        """
    read = """
        import sys
        from daoShm import DaoError, shm
        opened = 0
        for _ in range(2000):
            try:
                with shm(sys.argv[1]) as segment:
                    opened += segment.shape == (2, 3)
            except DaoError:
                pass
        print(opened)
        """
    with shm(name, np.zeros((2, 3))):
        command = [sys.executable, "-c", textwrap.dedent(scribble), name]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as scribbler:
            try:
                assert scribbler.stdout is not None
                scribbler.stdout.readline()
                done = run(read, name)
            finally:
                scribbler.kill()
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
