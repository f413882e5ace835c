"""Recorders, publishers and subscribers are killed, end by _exit(), or stand still, at each call that one of their
threads makes of the system; recorders are also asked to end there. The others go on; what is left is whole, can be
made so, or is not there; the next one works.

fault_shim.c, as for test_faults.py, breaks the program off just before the call. Without DAOSHM_ALL_FAULTS each call is
tried in one of the ways, or some calls where there are many.
"""

import json
import signal
import threading
import time
from pathlib import Path

import pytest
from network import counter, start_publisher
from recordings import assert_real, files_of, names
from test_faults import ALL, FRAMES, MOST_CALLS, PARTS, Faulty, pytestmark  # noqa: F401
from timing import until

WAYS = {"killed": -signal.SIGKILL, "ended": 77, "stopped": 0}  # and what the process ends with


def breaks_of(calls, part):
    """(As the shim takes it, the way) of this part."""
    stride = 1 if ALL else max(1, len(calls) // MOST_CALLS["files"])
    for turn, number in enumerate(range(part * stride, len(calls), PARTS * stride)):
        for way in WAYS if ALL else [list(WAYS)[turn % len(WAYS)]]:
            yield f"{number}:{calls[number]}:0:{way}", way


def is_stopped(process):
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


class Broken:
    """A process that meets a break: while it stands still the writer of the segment goes on, and then it does."""

    def __init__(self, faulty, segment, arguments, fault=None):
        self.faulty, self.segment, self.fault = faulty, segment, fault
        self.process = faulty.start(arguments, fault)
        self.stood_still = False

    def _others_go_on(self):
        tool = self.faulty.tool
        before = tool.frames_in(self.segment)
        until(lambda: tool.frames_in(self.segment) > before + 5, "frames while it stands still")
        self.stood_still = True
        self.process.send_signal(signal.SIGCONT)

    def wait(self, condition=lambda: False, what="its end"):
        """Until it has ended, or the condition holds."""

        def holds():
            if self.process.poll() is None and is_stopped(self.process):
                self._others_go_on()
            return self.process.poll() is not None or condition()

        until(holds, f"{self.fault}: {what}")

    def first_line(self):
        lines = []
        reader = threading.Thread(target=lambda: lines.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        self.wait(lambda: lines, "its first line")
        reader.join()
        return lines[0]

    def end(self):
        """(Exit code, standard error, the calls that were counted, whether it met its break)."""
        self.wait()
        code, stderr, calls, _ = self.faulty.end(self.process)
        return code, stderr, calls, self.stood_still or code in (WAYS["killed"], WAYS["ended"])


def remove(paths):
    for path in paths:
        path.unlink()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_recorder_leaves_whole_frames_at_whatever_call_it_is_broken_off(tool, source, ending, part):
    path = tool.folder / f"r.{ending}"
    arguments = ["record", source, path.name, "-n", FRAMES, "--timeout", "60s"]
    faulty = Faulty(tool, "files")

    def found():
        return [name for name in names(tool.folder) if name.startswith("r.")]

    calls = Broken(faulty, source, arguments).end()[2]
    assert assert_real(path) == FRAMES
    met = set()
    for fault, way in breaks_of(calls, part):
        remove(tool.folder.glob("r.*"))
        code, stderr, _, is_met = Broken(faulty, source, arguments, fault).end()
        context = f"{fault}: exit code {code}: {stderr}, {found()}"
        assert code in (WAYS[way], 0, 4), context  # 4: frames passed while it stood still
        met |= {way} if is_met else set()
        if f"{path.name}.journal" in found():
            assert code not in (0, 4), context
            tool("repair", path.name)
        if found():
            assert found() == files_of(ending), context
            assert_real(path)
        remove(tool.folder.glob("r.*"))
        tool.record(source, path.name, "-n", 1, "--timeout", "60s")
        assert assert_real(path) == 1
    assert met == set(WAYS)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("ending", ["fits", "npy"])
def test_recorder_ends_with_a_whole_file_at_whatever_call_it_is_asked_to(tool, source, ending, part):
    path = tool.folder / f"r.{ending}"
    faulty = Faulty(tool, "files")
    recorder = faulty.start(["record", source, path.name])
    tool.wait_for_file(path.name)
    time.sleep(0.5)  # until it has told the file how many frames there are
    recorder.send_signal(signal.SIGTERM)
    code, stderr, calls, _ = faulty.end(recorder)
    assert code in (0, 4), stderr
    stride = 1 if ALL else max(1, len(calls) // 24)
    met = 0
    for number in range(part * stride, len(calls), PARTS * stride):
        remove(tool.folder.glob("r.*"))
        fault = f"{number}:{calls[number]}:0:asked"
        code, stderr, _, is_asked = faulty.end(faulty.start(["record", source, path.name], fault))
        found = [name for name in names(tool.folder) if name.startswith("r.")]
        if code == -signal.SIGTERM:  # before it is prepared for signals
            assert not found, fault
            continue
        assert code in (0, 4) and is_asked, f"{fault}: exit code {code}: {stderr}"
        assert found in ([], files_of(ending)), f"{fault}: {found}"
        met += 1 if found and assert_real(path) else 0
    assert met > 0


def break_off_each(tool, part, arguments, works, clean):
    """`works(first_line)` comes true of each that goes on, and of the next one after each that does not."""
    faulty = Faulty(tool, "files")

    def run(fault=None):
        broken = Broken(faulty, "wfs", arguments, fault)
        if line := broken.first_line():
            broken.wait(lambda: works(line), "what was started")
        if broken.process.poll() is None:
            broken.process.send_signal(signal.SIGINT)
        return broken.end()

    calls = run()[2]
    clean()
    met = set()
    for fault, way in breaks_of(calls, part):
        code, stderr, _, is_met = run(fault)
        assert code in (WAYS[way], 0), f"{fault}: exit code {code}: {stderr}"
        met |= {way} if is_met else set()
        if code != 0:
            assert run()[0] == 0, f"after {fault}"
        clean()
    assert met == set(WAYS)


@pytest.fixture
def camera(net):
    net("create", "wfs", "4x6", "uint16", "--depth", "64")
    net.start("fill", "wfs", "ramp", "--rate", "200")
    net.wait_for_frames("wfs")
    return "wfs"


@pytest.mark.parametrize("part", range(PARTS))
def test_publisher_hinders_nobody_at_whatever_call_it_is_broken_off(net, camera, part):
    def works(line):
        port = json.loads(line)["endpoint"].rpartition(":")[2]
        return "uint16" in net("info", f"127.0.0.1:{port}:wfs", code=None)

    def clean():
        net("net", "status")  # which removes what the dead have left
        assert [path.name for path in net.folder.glob("wfs*")] == ["wfs.im.shm"]
        remove((net.folder / "net").glob("*"))

    break_off_each(net, part, ["publish", camera, "--port", 0, "--json"], works, clean)


@pytest.mark.parametrize("part", range(PARTS))
def test_subscriber_leaves_a_copy_that_the_next_one_goes_on_with(net, camera, part):
    port = start_publisher(net, camera)[1]

    def works(_):
        before = counter(net, "copy")
        time.sleep(0.05)
        return counter(net, "copy") > before > 0

    def clean():
        if (net.folder / "copy.im.shm").exists():
            net("info", "copy")
            net("rm", "copy")
        left = [path.name for path in net.folder.glob("copy*")]
        assert all(name.endswith(".new") for name in left), left  # of one that was killed while it made the copy
        remove(net.folder.glob("copy*"))

    arguments = ["subscribe", f"127.0.0.1:{port}:wfs", "--as", "copy", "--json"]
    break_off_each(net, part, arguments, works, clean)
