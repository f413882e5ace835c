"""What the tests of the network share: publishers at ports of their own, and what their processes say."""

import json
import re
import socket

import pytest


@pytest.fixture
def net(tool):
    """The tool, on a network of this test's own: loopback, and nobody is told of it."""
    tool.environment["DAO_NET_STATE"] = tool.name(tool.folder / "net")
    tool.environment["DAO_NET_ANNOUNCE"] = "0"
    if "without the network" in tool("net", "status", code=None) + tool.errors:
        pytest.skip("this daoshm was built without ZeroMQ")
    return tool


def start_publisher(net, *arguments):
    """Start `daoshm publish` at a free port: (process, port)."""
    process = net.start("publish", *arguments, "--port", "0", "--json")
    said = json.loads(process.stdout.readline())
    return process, int(said["endpoint"].rpartition(":")[2])


@pytest.fixture
def camera(net):
    """A segment with frames at 200 Hz, published: (publisher, port). Its slots are ten seconds: a pause loses none."""
    net("create", "wfs", "4x6", "uint16", "--depth", "2048")
    net.start("fill", "wfs", "ramp", "--rate", "200")
    net.wait_for_frames("wfs")
    return start_publisher(net, "wfs")


def counter(net, segment):
    path = net.folder / f"{segment}.im.shm"
    return net.json("info", segment)["cnt0"] if path.exists() else 0


def line_with(stream, text):
    """The next line that has the text; fails when the stream ends before."""
    before = []
    for line in stream:
        if text in line:
            return line
        before.append(line)
    raise AssertionError(f"no line with '{text}' in {before}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_relay(net, port, *options):
    """A relay of the publisher at this port: (process, port)."""
    relay = net.start("relay", f"127.0.0.1:{port}", "--port", "0", *options)
    return relay, int(re.search(r":(\d+)$", relay.stdout.readline().strip()).group(1))


def peers_at(net, *ports):
    """How many subscribe to the publisher at each of these ports."""
    found = {
        int(entry["endpoint"].rpartition(":")[2]): len(entry["peers"])
        for entry in net.json("net", "status")
        if entry["role"] == "publisher"
    }
    return tuple(found.get(port, 0) for port in ports)
