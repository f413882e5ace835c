"""publish, subscribe and relay, and segments on other machines wherever a command looks at one."""

import json
import os
import re
import socket
import time

import pytest
from conftest import WINDOWS
from network import counter, line_with, start_publisher
from timing import PATIENCE_S, Lateness, unless_late, until


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


def test_every_frame_is_recorded_with_the_numbers_of_its_source(net, camera):
    report = net.json("record", f"127.0.0.1:{camera[1]}:wfs", "night.npy", "-n", "200", "--timeout", "30s")
    assert report["frames"] == 200 and report["missed"] == 0 and report["end"] == "complete"
    text = (net.folder / "night.npy.json").read_text()
    numbers = find_list(json.loads(text), "cnt0")
    assert numbers == list(range(numbers[0], numbers[0] + 200)) and numbers[0] > 0


def find_list(value, key):
    """The list of that name, whatever its case, somewhere in a JSON value; or the values of that name in a list."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name.lower() == key and isinstance(inner, list):
                return inner
            if (found := find_list(inner, key)) is not None:
                return found
    if isinstance(value, list) and value and isinstance(value[0], dict):
        named = [inner for entry in value for name, inner in entry.items() if name.lower() == key]
        return named or None
    return None


def test_frames_that_are_lost_on_the_way_are_counted_in_the_recording(net):
    net("create", "fast", "256x256", "float64", "--depth", "2")
    net.start("fill", "fast", "ramp", "--rate", "3000")
    net.wait_for_frames("fast")
    port = start_publisher(net, "fast")[1]
    report = net.json("record", f"127.0.0.1:{port}:fast", "fast.npy", "-n", "300", "--timeout", "30s", code=None)
    said = json.loads((net.folder / "fast.npy.json").read_text())
    numbers, missed = find_list(said, "cnt0"), find_list(said, "missed")
    assert len(numbers) == 300 == report["frames"]
    assert report["missed"] == missed[0] + numbers[-1] - numbers[0] + 1 - 300


def test_a_recording_of_another_machine_names_the_address(net):
    net("create", "wfs", "4x6", "uint16", "--depth", 512)
    writer = net.start("fill", "wfs", "ramp", "--rate", "200")
    _, port = start_publisher(net, "wfs")
    recorder = net.start("record", f"127.0.0.1:{port}:wfs", "r.npy")
    until(lambda: (net.folder / "r.npy").exists())
    net.interrupt(writer)
    net("create", "wfs", "5x6", "uint16", "--depth", 512)
    net.start("fill", "wfs", "ramp", "--rate", "200")
    _, errors = recorder.communicate(timeout=60)
    assert recorder.returncode == 1 and f"127.0.0.1:{port}:wfs: another segment has taken" in errors, errors


@pytest.mark.parametrize("before", [0, 3])
def test_a_recording_of_another_machine_begins_with_the_next_frame(net, before):
    net("create", "wfs", "4x6", "uint16", "--depth", 64)
    net("fill", "wfs", "ramp", "--frames", before) if before else None
    _, port = start_publisher(net, "wfs")
    recorder = net.start("record", f"127.0.0.1:{port}:wfs", "r.npy", "-n", "4", "--json")

    def received():
        return [entry["frames"] for entry in net.json("net", "status") if entry["role"] == "subscriber"]

    until(lambda: peers_at(net, port) == (1,) and (before == 0 or received() == [1]))
    net("fill", "wfs", "ramp", "--frames", "4")
    report = json.loads(recorder.communicate(timeout=PATIENCE_S)[0])
    numbers = find_list(json.loads((net.folder / "r.npy.json").read_text()), "cnt0")
    assert numbers == list(range(before + 1, before + 5)) and report["missed"] == 0


def test_a_recording_of_a_segment_that_rested_tells_of_no_step_of_the_clock(net):
    net("create", "wfs", "4x6", "uint16", "--depth", 8)
    net("fill", "wfs", "ramp")
    _, port = start_publisher(net, "wfs")
    time.sleep(2)
    recorder = net.start("record", f"127.0.0.1:{port}:wfs", "r.npy", "-n", "3", "--json")
    until(lambda: peers_at(net, port) == (1,))
    net("fill", "wfs", "ramp", "--frames", "3")
    output, _ = recorder.communicate(timeout=PATIENCE_S)
    assert json.loads(output)["steps"] == []


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


def test_a_publisher_may_be_bound_to_localhost(net):
    net("create", "wfs", "3")
    assert start_publisher(net, "wfs", "--bind", "localhost")[1] > 0
    (publisher,) = net.json("net", "status")
    assert publisher["endpoint"].startswith("tcp://127.0.0.1:")


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


def test_a_recording_through_a_relay_tells_what_the_relay_did_not_get(net):
    net("create", "wfs", "4x6", "uint16", "--depth", "8")
    net("fill", "wfs", "ramp")
    port = start_publisher(net, "wfs")[1]
    relay, relay_port = start_relay(net, port)
    recorder = net.start("record", f"127.0.0.1:{relay_port}:wfs", "night.npy", "--json")
    at_leisure = net.start("record", f"127.0.0.1:{relay_port}:wfs", "other.npy")
    copying = net.start("subscribe", f"127.0.0.1:{relay_port}:wfs", "--as", "copy", "--every", "--json")

    def subscribers():
        """That of the relay, and those at it."""
        found = [entry for entry in net.json("net", "status") if entry["role"] == "subscriber"]
        return sorted(found, key=lambda entry: entry["endpoint"] != f"tcp://127.0.0.1:{port}")

    until(lambda: [entry["frames"] for entry in subscribers()] == [1] * 4)
    net("fill", "wfs", "ramp", "--frames", "5000")  # far more than the newest ones that reach the relay
    until(lambda: subscribers()[0]["source_cnt0"] == 5001)
    until(lambda: len({entry["frames"] for entry in subscribers()}) == 1)
    code, output, _ = net.interrupt(recorder)
    said = json.loads(output)
    assert code == 4 and said["missed"] > 0 and said["frames"] + said["missed"] == 5000
    assert said["missed_on_the_way"] == said["missed"]
    code, output, _ = net.interrupt(at_leisure)
    assert code == 4 and "did not come to this machine" in output and "came too late" not in output, output
    source = until(lambda: ((found := net.json("info", "copy")["source"])["missed_before"] == said["missed"]) and found)
    assert f"0 lost, {said['missed']} missed before" in net("info", "copy") and source["lost"] == 0
    assert any(entry.get("missed_before") == said["missed"] for entry in net.json("net", "status"))
    assert re.search(rf" 0 \+ {said['missed']} ", net("net", "status"))
    code, output, _ = net.interrupt(copying)
    assert code == 4 and json.loads(output.splitlines()[-1])["missed_before"] == said["missed"]
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
    assert net.interrupt(relay)[0] == 0


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
