"""Each call that a publisher or a subscriber makes of the system fails, one at a time: it goes on, or says why it ends.

Calls of the program and of the project's libraries; what fails inside libzmq ends the process, as docs/reliability.md
says.
"""

import json
import signal
import time

import pytest
from network import counter, start_publisher
from test_faults import PARTS, Faulty, assert_told, faults_of, pytestmark  # noqa: F401
from timing import until


def fail_each(tool, part, arguments, works, is_clean):
    """Runs the command with each fault until Ctrl-C: `works(first_line)` comes true where the fault does not last."""
    faulty = Faulty(tool, "files")

    def run(fault):
        process = faulty.start(arguments, fault)
        line = process.stdout.readline()
        if line and (fault is None or fault.endswith("once")):
            until(lambda: process.poll() is not None or works(line), f"{fault}: what was started")
        elif line:
            time.sleep(0.3)  # its threads meet the fault, too
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        code, stderr, calls, failed = faulty.end(process)
        tool("net", "status")  # which removes what the dead have left
        try:
            assert_told(code, stderr)
            is_clean(failed)
        except BaseException as error:
            raise AssertionError(f"{arguments}: {fault} ({failed}): exit code {code}: {stderr}") from error
        return calls, failed

    calls, _ = run(None)
    faults = list(faults_of(calls, "files", part))
    assert sum(run(fault)[1] is not None for fault in faults) > len(faults) // 2


def left_in(folder, start=""):
    return [path.name for path in folder.iterdir() if path.name.startswith(start)] if folder.exists() else []


@pytest.mark.parametrize("part", range(PARTS))
def test_publisher_offers_or_says_why_not(net, part):
    net("create", "wfs", "4x6", "uint16")
    net("fill", "wfs", "1", "--frames", 1)

    def works(line):
        port = json.loads(line)["endpoint"].rpartition(":")[2]
        return "uint16" in net("info", f"127.0.0.1:{port}:wfs", code=None)

    def is_clean(failed):
        assert failed in ("unlink", "link") or left_in(net.folder / "net") == []
        assert left_in(net.folder, "wfs") == ["wfs.im.shm"]
        for name in left_in(net.folder / "net"):
            (net.folder / "net" / name).unlink()

    fail_each(net, part, ["publish", "wfs", "--port", 0, "--json"], works, is_clean)


@pytest.mark.parametrize("part", range(PARTS))
def test_subscriber_copies_or_says_why_not(net, part):
    net("create", "wfs", "4x6", "uint16", "--depth", "64")
    net.start("fill", "wfs", "ramp", "--rate", "200")
    net.wait_for_frames("wfs")
    port = start_publisher(net, "wfs")[1]
    until(lambda: left_in(net.folder / "net"), "the publisher's record")
    records = set(left_in(net.folder / "net"))

    def is_clean(failed):
        left = left_in(net.folder, "copy")
        assert failed in ("unlink", "link") or set(left) <= {"copy.im.shm"}
        # Its record stays where it cannot be looked at, and where it says not enough to tell that its writer is gone.
        for name in set(left_in(net.folder / "net")) - records if failed in ("unlink", "link", "stat") else ():
            (net.folder / "net" / name).unlink()
        assert set(left_in(net.folder / "net")) == records
        if "copy.im.shm" in left:
            net("info", "copy")
        for name in left:
            (net.folder / name).unlink()

    arguments = ["subscribe", f"127.0.0.1:{port}:wfs", "--as", "copy", "--json"]
    fail_each(net, part, arguments, lambda _: counter(net, "copy") > 0, is_clean)
