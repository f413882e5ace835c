"""publish, subscribe and relay, and segments on other machines wherever a command looks at one."""

import json
import os
import re
import socket
import time

import pytest
from conftest import WINDOWS
from network import counter, line_with, start_publisher
from timing import Lateness, unless_late, until


def test_a_publisher_listens_to_its_own_machine_unless_told_otherwise(net):
    net("create", "wfs", "3")
    for arguments, address in (((), "127.0.0.1"), (("--bind", "*"), "[::]"), (("--bind", "127.0.0.2"), "127.0.0.2")):
        process = net.start("publish", "wfs", "--port", "0", "--json", *arguments)
        assert address in json.loads(process.stdout.readline())["endpoint"]
    interfaces = [name for _, name in socket.if_nameindex()]
    own = "lo" if "lo" in interfaces and not WINDOWS else "127.0.0.1"
    for address, who in ((own, "this machine only"), ("*", "every machine")):
        process = net.start("publish", "wfs", "--port", "0", "--bind", address)
        assert process.stdout.readline().startswith("publishing wfs") and who in process.stdout.readline()


def test_a_copy_is_a_segment_that_knows_its_source(net, camera):
    port = camera[1]
    subscriber = net.start("subscribe", f"127.0.0.1:{port}:wfs", "--as", "copy")
    until(lambda: counter(net, "copy") > 20)
    # The subscriber says from time to time how it is doing: first that it is connected, later what frames it had.
    info = until(lambda: ((found := net.json("info", "copy"))["source"] or {}).get("cnt0") and found)
    assert (info["shape"], info["type"]) == ([4, 6], "uint16") and info["depth"] == 2048
    source = info["source"]
    assert source["topic"] == "wfs" and source["connected"] and net.is_number_of(source["pid"], subscriber)
    assert source["endpoint"] == f"tcp://127.0.0.1:{port}" and source["cnt0"] > 0
    assert f"wfs on {source['host']}" in net("info", "copy")
    assert net.json("info", "wfs")["source"] is None
    code, output, errors = net.interrupt(subscriber)
    assert code == 0 and errors == "" and "live" in output and " lost" in output
    assert net.json("info", "copy")["source"] is None


def test_a_publisher_ends_by_a_signal_and_comes_again(net, camera):
    publisher, port = camera
    net.start("subscribe", f"127.0.0.1:{port}:wfs", "--as", "copy")
    until(lambda: counter(net, "copy") > 0)
    assert net.interrupt(publisher)[0] == 0
    time.sleep(0.5)
    before = counter(net, "copy")
    net.start("publish", "wfs", "--port", port)
    until(lambda: counter(net, "copy") > before + 10)


def test_commands_look_at_a_segment_of_another_machine(net, camera):
    address = f"127.0.0.1:{camera[1]}:wfs"
    net("keyword", "wfs", "set", "GAIN", "3", code=None)
    info = net.json("info", address)
    assert (info["shape"], info["type"]) == ([4, 6], "uint16") and info["source"]["topic"] == "wfs"
    net("save", address, "one.npy")
    assert (net.folder / "one.npy").exists()
    assert "wfs" in net("show", address)
    assert len(net("watch", address, "-n", "3", "--json").splitlines()) >= 3


def test_a_file_of_that_name_comes_first_and_one_letter_is_a_drive(net):
    if not WINDOWS:  # whose names have no colon
        net("create", net.folder / "host:wfs.im.shm", "3")
        assert net.json("info", "host:wfs")["shape"] == [3]
    with Lateness() as late:
        net("info", "c:wfs", code=1)
        assert late.punctual_s() < 4.5  # no network was asked
    assert "no such" in net.errors.lower() or "does not exist" in net.errors or "not found" in net.errors.lower(), (
        net.errors
    )


def test_a_remote_name_never_leaves_the_folder(net, camera):
    net("create", "plain", "3")
    for topic in ("../evil", ".hidden", "a/b", "a:b"):
        publisher, port = start_publisher(net, "plain", "--topic", topic)
        net("subscribe", f"127.0.0.1:{port}:{topic}", "--folder", net.folder, code=1)
        assert "--as" in net.errors
        copying = net.start("subscribe", f"127.0.0.1:{port}", "--folder", net.folder)
        said = line_with(copying.stderr, "passed over")
        assert "--as" in said and said.count("127.0.0.1") == 1
        assert net.interrupt(copying)[0] == 0
        net.interrupt(publisher)
    assert not list(net.folder.rglob("*evil*"))


def test_a_host_alone_is_all_that_it_offers(net, camera):
    net("create", "dm", "5", "float32")
    port = start_publisher(net, "dm", "wfs")[1]
    (net.folder / "copies").mkdir()
    net.start("subscribe", f"127.0.0.1:{port}", "--folder", net.folder / "copies")
    copy = net.folder / "copies" / "wfs.im.shm"
    until(lambda: copy.exists() and net.json("info", copy)["cnt0"] > 5)
    listed = net.json("net", "ls", f"127.0.0.1:{port}")
    assert {(entry["topic"], entry["type"]) for entry in listed[0]["segments"]} == {
        ("wfs", "uint16"),
        ("dm", "float32"),
    }
    assert f"127.0.0.1:{port}:wfs" in net("net", "ls", f"127.0.0.1:{port}")


def test_keys_encrypt(net, camera):
    for side in ("camera", "display", "stranger"):
        said = net("net", "keygen", f"{side}.key")
        if not WINDOWS:  # there the folder's access list counts
            assert (net.folder / f"{side}.key").stat().st_mode & 0o777 == 0o600
        public = (net.folder / f"{side}.key.pub").read_text()
        assert re.search(r": (\S{40})$", said, re.MULTILINE).group(1) in public
    net("net", "keygen", "camera.key", code=1)
    (net.folder / "allowed").write_text((net.folder / "display.key.pub").read_text())
    port = start_publisher(net, "wfs", "--keys", "camera.key", "--clients", "allowed", "--bind", "127.0.0.1")[1]
    address = f"127.0.0.1:{port}:wfs"
    with_keys = {"DAO_NET_SERVER_KEY": "camera.key.pub", "DAO_NET_KEYS": "display.key"}
    assert json.loads(net("info", address, "--json", **with_keys))["shape"] == [4, 6]
    net("info", address, code=3)
    net("info", address, code=3, **{**with_keys, "DAO_NET_KEYS": "stranger.key"})
    assert "refused" in net.errors
    stranger = (net.folder / "stranger.key.pub").read_text().split()[-1]
    until(lambda: any(entry.get("refused_keys") == [stranger] for entry in net.json("net", "status")))
    assert re.search(rf"refused +{re.escape(stranger)}", net("net", "status"))
    if not WINDOWS:
        os.chmod(net.folder / "camera.key", 0o644)
        net("publish", "wfs", "--keys", "camera.key", "--port", "0", code=1)


def test_a_publisher_may_be_bound_to_localhost(net):
    net("create", "wfs", "3")
    assert start_publisher(net, "wfs", "--bind", "localhost")[1] > 0
    (publisher,) = net.json("net", "status")
    assert publisher["endpoint"].startswith("tcp://127.0.0.1:")


def test_watch_sees_what_a_segment_of_another_machine_does(net, camera):
    address = f"127.0.0.1:{camera[1]}:wfs"

    def watched():
        lines = [
            json.loads(line) for line in net("watch", address, "-n", "2", "--interval", "0.5", "--json").splitlines()
        ]
        assert len(lines) == 2
        for line in lines:
            assert line["segment"] == address and line["cnt0"] > 0
            assert line["max"] is not None and line["age_s"] is not None
        return all(line["state"] == "running" for line in lines)

    unless_late(watched, 0.2, "an interval without a pause")
    unless_late(lambda: "running" in net("watch", address, "-n", "1", "--latency"), 0.2, "frames in the interval")
    assert net.json("info", address)["segment"] == address


@pytest.mark.parametrize("command", [("watch",), ("show", "--watch", "--fps", "20")])
def test_watch_and_show_follow_a_change_of_shape_on_another_machine(net, camera, command):
    name, *options = command
    looking = net.start(name, f"127.0.0.1:{camera[1]}:wfs", *options)
    for line in looking.stdout:
        if "4x6" in line or "running" in line:
            break
    net("create", "wfs", "3x5", "float32")
    writer = net.start("fill", "wfs", "7.5", "--rate", "50")
    for line in looking.stdout:
        if "3x5" in line or "7.5" in line:
            break
    else:
        raise AssertionError(looking.stderr.read())
    net.interrupt(writer)
    assert net.interrupt(looking)[0] == 0


def test_a_file_has_one_source(net, camera):
    net("create", "other", "4x6", "uint16")
    source, other = (
        f"127.0.0.1:{port}:wfs" for port in (camera[1], start_publisher(net, "other", "--topic", "wfs")[1])
    )
    (net.folder / "copies").mkdir()
    for sources in ((source, other), (source, source)):
        net("subscribe", *sources, "--folder", net.folder / "copies", code=1)
        assert f"is filled from {source} by this process" in net.errors and "--as NAME" in net.errors
    first = net.start("subscribe", source, "--folder", net.folder / "copies")
    copy = net.folder / "copies" / "wfs.im.shm"
    until(lambda: copy.exists() and (net.json("info", copy)["source"] or {}).get("connected"))
    for arguments in (("--folder", net.folder / "copies"), ("--as", "copies/../copies/wfs.im.shm")):
        net("subscribe", other, *arguments, code=1)
        assert "is filled from tcp://127.0.0.1:" in net.errors and "by process " in net.errors
    assert net.interrupt(first)[0] == 0
    again = net.start("subscribe", other, "--folder", net.folder / "copies")
    assert "wfs.im.shm: " in again.stdout.readline()
    assert net.interrupt(again)[0] == 0


def test_hosts_that_offer_the_same_name_are_not_mixed(net, camera):
    net("create", "other", "4x6", "uint16")
    ports = (camera[1], start_publisher(net, "other", "--topic", "wfs")[1])
    (net.folder / "copies").mkdir()
    copying = net.start("subscribe", *(f"127.0.0.1:{port}" for port in ports), "--folder", net.folder / "copies")
    assert "--as NAME" in line_with(copying.stderr, "is filled from 127.0.0.1:")
    relay = net.start("relay", *(f"127.0.0.1:{port}" for port in ports), "--port", "0")
    said = line_with(relay.stderr, "passed over")
    assert "is taken from 127.0.0.1:" in said and ":wfs" in said
    assert net.interrupt(relay)[0] == 0


def test_what_a_host_offers_later_is_copied_too(net):
    net("create", "one", "3", "--depth", "8")
    _, port = start_publisher(net, "one", "two")
    (net.folder / "copies").mkdir()
    copying = net.start("subscribe", f"127.0.0.1:{port}", "--folder", net.folder / "copies")
    line_with(copying.stdout, "one.im.shm")
    net("create", "two", "5", "--depth", "8")
    net.start("fill", "two", "ramp", "--rate", "50")
    copy = net.folder / "copies" / "two.im.shm"
    until(lambda: copy.exists() and net.json("info", copy)["shape"] == [5])
    assert net.interrupt(copying)[0] == 0


def test_frames_that_cannot_be_written_are_missing(net, camera):
    (net.folder / "gone").mkdir()
    copying = net.start("subscribe", f"127.0.0.1:{camera[1]}:wfs", "--every", "--json", "--folder", net.folder / "gone")
    until(lambda: json.loads(copying.stdout.readline())["live"])
    (net.folder / "gone").rename(net.folder / "gone2")
    (net.folder / "gone2" / "wfs.im.shm").unlink()
    said = until(lambda: (line := json.loads(copying.stdout.readline()))["state"] == "failed" and line)
    assert said["message"]
    assert net.interrupt(copying)[0] == 4
