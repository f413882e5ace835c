"""Recordings of segments on other machines: which frames they have, and what they say of those that did not come."""

import json
import re
import time

import pytest
from network import peers_at, start_publisher, start_relay
from timing import PATIENCE_S, until


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


def test_every_frame_is_recorded_with_the_numbers_of_its_source(net, camera):
    report = net.json("record", f"127.0.0.1:{camera[1]}:wfs", "night.npy", "-n", "200", "--timeout", "30s")
    assert report["frames"] == 200 and report["missed"] == 0 and report["end"] == "complete"
    text = (net.folder / "night.npy.json").read_text()
    numbers = find_list(json.loads(text), "cnt0")
    assert numbers == list(range(numbers[0], numbers[0] + 200)) and numbers[0] > 0


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


def test_a_recording_through_a_relay_tells_what_the_relay_did_not_get(net):
    net("create", "wfs", "4x6", "uint16", "--depth", "512")  # so that the relay's copy holds what it got
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
