"""Two machines, which are network namespaces of this test's own, with a cable between them that can be pulled."""

import json
import shutil
import subprocess
import time

import pytest
from conftest import EMULATOR, WINDOWS, Tool
from scratch import ScratchFolder
from timing import until

pytestmark = pytest.mark.skipif(
    WINDOWS or bool(EMULATOR) or not shutil.which("unshare") or not shutil.which("ip"),
    reason="network namespaces are needed",
)

ADDRESSES = ("10.77.0.1", "10.77.0.2")


class Machine(Tool):
    """The tool in a network of its own, with its own folder of segments."""

    def __init__(self, folder, inside_of=()):
        folder.mkdir()
        super().__init__(folder)
        self.environment |= {"DAO_NET_STATE": str(folder / "net"), "DAO_NET_ANNOUNCE": "0"}
        apart = ["unshare", *([] if inside_of else ["--map-root-user"]), "--net"]
        self.holder = subprocess.Popen(
            [*inside_of, *apart, "sh", "-c", "ip link set lo up && echo apart && exec sleep 600"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.is_apart = self.holder.stdout.readline() == "apart\n"
        self.enter = ["nsenter", f"--target={self.holder.pid}", "--user", "--net", "--preserve-credentials"]
        self.command = [*self.enter, *self.command]

    def ip(self, *arguments):
        subprocess.run([*self.enter, "ip", *arguments], check=True)

    def end(self):
        self.running.append(self.holder)
        self.stop()


@pytest.fixture
def machines():
    """The camera's and the control room's, with their cable."""
    scratch = ScratchFolder()
    folder = scratch.path
    found = [Machine(folder / "camera")]
    try:
        if not found[0].is_apart:
            pytest.skip("this machine allows no network namespace")
        found.append(Machine(folder / "room", found[0].enter))
        assert found[1].is_apart
        if "without the network" in found[0]("net", "status", code=None) + found[0].errors:
            pytest.skip("this daoshm was built without ZeroMQ")
        found[0].ip("link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", str(found[1].holder.pid))
        for machine, address in zip(found, ADDRESSES, strict=True):
            machine.ip("address", "add", f"{address}/24", "dev", "cable")
            machine.ip("link", "set", "cable", "up")
        yield found
    finally:
        for machine in reversed(found):
            machine.end()
        scratch.close()


def source(machine, segment):
    path = machine.folder / f"{segment}.im.shm"
    return (machine.json("info", segment)["source"] or {}) if path.exists() else {}


@pytest.mark.parametrize("pulled_at", [0, 1], ids=["cable of the camera", "cable of the room"])
def test_a_cable_that_is_pulled_and_put_back(machines, pulled_at):
    camera, room = machines
    camera("create", "wfs", "64x64", "uint16", "--depth", "64")
    camera.start("fill", "wfs", "ramp", "--rate", "100")
    camera.wait_for_frames("wfs")
    camera.start("publish", "wfs", "--bind", ADDRESSES[0], "--port", "5555")
    subscriber = room.start("subscribe", f"{ADDRESSES[0]}:wfs", "--json")
    until(lambda: source(room, "wfs").get("connected"), "a connection")
    first = until(lambda: source(room, "wfs")["cnt0"], "the first frame")
    until(lambda: source(room, "wfs")["cnt0"] > first + 50, "the first frames")

    machines[pulled_at].ip("link", "set", "cable", "down")
    until(lambda: not source(room, "wfs").get("connected"), "notice of the cable")
    last = source(room, "wfs")["cnt0"]
    time.sleep(1)
    assert source(room, "wfs")["cnt0"] == last
    machines[pulled_at].ip("link", "set", "cable", "up")
    until(lambda: source(room, "wfs")["cnt0"] > last + 50, "frames after the cable was back")

    code, output, errors = room.interrupt(subscriber)
    assert code == 0 and errors == ""
    end = json.loads(output.splitlines()[-1])
    assert end["skipped"] > 50 and end["frames"] > 2  # on a busy machine most are skipped
    assert end["frames"] + end["skipped"] + end["lost"] <= end["source_cnt0"]
    assert end["frames"] == end["cnt0"]
