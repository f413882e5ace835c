"""Relays, which pass on what a publisher offers."""

import json
import re
from pathlib import Path

import pytest
from conftest import WINDOWS
from network import counter, line_with, peers_at, start_publisher, start_relay
from timing import PATIENCE_S, until


def test_a_relay_takes_one_stream_for_many(net, camera):
    port = camera[1]
    relay, relay_port = start_relay(net, port)
    for number in range(3):
        net.start("subscribe", f"127.0.0.1:{relay_port}:wfs", "--as", f"copy{number}")
    until(lambda: all(counter(net, f"copy{number}") > 20 for number in range(3)))
    until(lambda: peers_at(net, port, relay_port) == (1, 3))
    net("rm", "wfs", "--force")
    for process in net.running:
        if "fill" in process.args:
            net.interrupt(process)
    net("create", "wfs", "7", "float32", "--depth", "16")
    net.start("fill", "wfs", "ramp", "--rate", "100")
    until(lambda: net.json("info", "copy1")["shape"] == [7])
    assert net.interrupt(relay)[0] == 0


def test_a_relay_of_every_frame_loses_none_where_the_shape_changes(net):
    net("create", "wfs", "4x6", "uint16", "--depth", "512")
    net("fill", "wfs", "ramp")
    port = start_publisher(net, "wfs")[1]
    relay, relay_port = start_relay(net, port, "--every")
    copying = net.start("subscribe", f"127.0.0.1:{relay_port}:wfs", "--as", "copy", "--every", "--json")
    until(lambda: counter(net, "copy") > 0)
    for shape in ("7", "4x6", "3x2"):
        net("create", "wfs", shape, "uint16", "--depth", "512")
        net("fill", "wfs", "ramp", "--rate", "250", "--frames", "125")
        until(lambda: counter(net, "copy") == 125)
    code, output, _ = net.interrupt(copying)
    assert code == 0
    said = json.loads(output.splitlines()[-1])
    assert (said["frames"], said["lost"], said["skipped"]) == (1 + 3 * 125, 0, 0)
    assert net.interrupt(relay)[0] == 0


def test_hundreds_of_displays_cost_the_camera_one_stream(net, camera):
    zmq = pytest.importorskip("zmq")
    port = camera[1]
    relay, relay_port = start_relay(net, port)
    with zmq.Context() as context:
        displays = [context.socket(zmq.SUB) for _ in range(200)]
        for display in displays:
            display.linger, display.rcvtimeo = 0, int(PATIENCE_S * 1000)
            display.connect(f"tcp://127.0.0.1:{relay_port}")
            display.subscribe(b"wfs\0")
        for display in displays:
            topic, header, data = display.recv_multipart()[:3]
            assert (topic, len(data)) == (b"wfs\0", 4 * 6 * 2) and json.loads(header)["hops"] == 1
        until(lambda: peers_at(net, port) == (1,))  # told once a second
        for display in displays:
            display.close()
    code, _, errors = net.interrupt(relay)
    assert code == 0, errors


@pytest.mark.skipif(WINDOWS, reason="there is no limit of open files there")
@pytest.mark.parametrize("command", ["relay", "subscribe"])
def test_who_lacks_descriptors_goes_on_and_takes_the_rest_later(net, command):
    import resource

    names = [f"s{number}" for number in range(8)]
    net("create", names[0], "3")
    net("fill", names[0], "ramp")
    port = start_publisher(net, *names)[1]
    (net.folder / "copies").mkdir()
    options = ["--port", "0"] if command == "relay" else ["--folder", net.folder / "copies"]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        process = net.start(command, f"127.0.0.1:{port}", *options)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    line_with(process.stdout, "s0")
    assert resource.prlimit(process.pid, resource.RLIMIT_NOFILE) == (hard, hard)
    used = len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (used + 40, hard))
    for name in names[1:]:
        net("create", name, "3")
        net("fill", name, "ramp")
    assert "ulimit -n" in line_with(process.stderr, "trying again")
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (hard, hard))
    left = set(names[1:])
    while left:  # in any order
        line = process.stdout.readline()
        assert line, process.stderr.read()
        left -= set(re.findall(r":(s\d)\b", line))
    code, _, errors = net.interrupt(process)
    # Said once each: the host cannot be asked, which takes descriptors too, and what it offers cannot be taken.
    assert code == 0 and errors.count("trying again") <= 1, errors
