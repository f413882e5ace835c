"""Programs that wait for the network, end, fork, or are those of the guide and of DAO."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import PATIENCE_S, ROOT, free_port

from daoShm import _core

pytestmark = [
    pytest.mark.skipif(not _core.HAS_NETWORK, reason="daoShm was built without ZeroMQ"),
    pytest.mark.usefixtures("network_state"),
]

GUIDE = ROOT / "docs" / "guide" / "network.md"


def test_other_threads_run_while_the_first_frame_is_awaited(subscribe):
    copy = subscribe(free_port())
    told = []

    def wait():
        with pytest.raises(ValueError, match="closed"):
            copy.wait(PATIENCE_S)
        told.append("closed")

    waiting = threading.Thread(target=wait)
    waiting.start()
    for _ in range(50):
        time.sleep(0.01)
        assert waiting.is_alive()  # it would be over before this thread's turn, if it kept the others from running
    copy.close()
    waiting.join(PATIENCE_S)
    assert told == ["closed"]


def test_close_ends_the_wait_for_the_first_frame(subscribe, later):
    copy = subscribe(free_port())
    later(0.2, copy.close)
    with pytest.raises(ValueError, match="closed"):
        copy.wait(PATIENCE_S)
    assert copy.closed


def test_ctrl_c_ends_the_wait_for_the_first_frame(python_process):
    process = python_process(
        """
        import daoShm
        import sys
        copy = daoShm.connect(f"127.0.0.1:{sys.argv[1]}")
        print("waits", flush=True)
        copy.wait()
        """,
        free_port(),
    )
    assert process.stdout.readline() == "waits\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert "KeyboardInterrupt" in errors and process.returncode != 0


def test_a_program_may_end_while_its_threads_run(name, python_process):
    process = python_process(
        """
        import sys, numpy
        from daoShm import shm
        s = shm(sys.argv[1], numpy.zeros(4), pubPort=0, bind="127.0.0.1"); s.pubEnable = True; s.pubThread.start()
        r = shm(subPort=s.pubPort, subHost="127.0.0.1"); r.subEnable = True; r.subThread.start()
        assert r.wait(60)
        """,
        name,
    )
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0 and errors == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_has_no_network_and_ends(name, python_process):
    process = python_process(
        """
        import gc, os, sys, warnings, numpy
        from daoShm import shm
        warnings.simplefilter("ignore", DeprecationWarning)
        s = shm(sys.argv[1], numpy.zeros(4), pubPort=0, bind="127.0.0.1", depth=4)
        s.pubEnable = True; s.pubThread.start()
        r = shm(subPort=s.pubPort, subHost="127.0.0.1"); r.subEnable = True; r.subThread.start()
        assert r.wait(60)
        child = os.fork()
        if child == 0:
            s.pubEnable = False
            r.subEnable = False
            assert r.get_data().tolist() == [0, 0, 0, 0]
            own = shm(None, numpy.ones(4), pubPort=0, bind="127.0.0.1"); own.pubEnable = True; own.pubThread.start()
            copy = shm(subPort=own.pubPort, subHost="127.0.0.1"); copy.subEnable = True; copy.subThread.start()
            assert copy.wait(60) and copy.get_data().tolist() == [1, 1, 1, 1]
            del s, r, own, copy
            gc.collect()
            os._exit(7)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        s.set_data(numpy.full(4, 3.0))
        while r.get_data()[0] != 3:
            pass
        print(status)
        """,
        name,
    )
    output, errors = process.communicate(timeout=2 * PATIENCE_S)
    assert output == "7\n", errors


HISTORIC = """
import sys, warnings
import numpy as np
from daoShm import shm

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    data = np.arange(6, dtype=np.uint16).reshape(2, 3)
    s = shm(sys.argv[1], data, pubPort=5555)
    s.pubEnable = True
    s.pubThread.start()
    other = shm(sys.argv[2], data, pubPort=5556)
    other.pubEnable = True
    other.pubThread.start()
assert len(told) == 1 and "bind=" in str(told[0].message) and "keys=" in str(told[0].message), told

r = shm(subPort=5555, subHost="localhost")
r.subEnable = True
r.subThread.start()
frame = r.get_data(check=True, timeout=60)
assert frame.dtype == np.uint16 and (frame == data).all()
s.set_data(data + 1)
while (r.get_data() != data + 1).any():
    r.wait(1)
s.pubEvent.set()
r.subEvent.set()
s.pubThread.join(60)
r.subThread.join(60)
print("done", s.pubThread.is_alive(), r.subThread.is_alive())
"""


def run_in_namespace(code, *arguments):
    """Run Python code in a network of its own, in which all interfaces are loopback."""
    command = ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    can = subprocess.run([*command, "true"], capture_output=True, check=False)
    if can.returncode != 0:
        pytest.skip(f"no network namespace: {can.stderr.decode()}")
    return subprocess.run(
        [*command, sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
        check=False,
    )


def test_the_historic_lines_word_for_word(make_name):
    done = run_in_namespace(HISTORIC, make_name(), make_name())
    assert done.stdout == "done False False\n", done.stderr


@pytest.mark.skipif(not GUIDE.exists(), reason="the guide is not here")
def test_the_code_in_the_guide_runs(folder):
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE))
    assert code.count("hostname") == 2
    done = run_in_namespace(code.replace("/tmp/", f"{folder}/").replace("hostname", "localhost"))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 2
