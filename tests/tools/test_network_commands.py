"""The network's commands: what they take, print and refuse, and how they end."""

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import EMULATOR, WINDOWS
from network import counter, free_port, line_with, start_publisher
from timing import PATIENCE_S, Lateness, unless_late, until


def test_a_depth_that_cannot_give_every_frame_is_refused(net):
    net("create", "single", "3")
    net("publish", "single", "--every", "--port", "0", code=1)
    assert "depth 1" in net.errors


def test_an_address_is_written_as_people_write_it(net):
    net("create", "single", "3")
    process = net.start("publish", "single", "--port", "0")
    assert re.search(r"at tcp://127\.0\.0\.1:\d+$", line_with(process.stdout, "publishing").rstrip())
    assert net.json("net", "status")[0]["endpoint"].startswith("tcp://127.0.0.1:")


def test_that_nobody_answers_is_not_said_before_somebody_could(net):
    began = time.monotonic()
    process = net.start("subscribe", "127.0.0.1:1:wfs", "--as", "copy")
    line_with(process.stdout, "nobody answers")
    assert time.monotonic() - began > 1


@pytest.mark.skipif(WINDOWS, reason="signals of POSIX")
@pytest.mark.parametrize("command, code", [
    (["subscribe", "127.0.0.1:1"], 0), (["subscribe", "127.0.0.1:1:wfs"], 0),
    (["relay", "127.0.0.1:1", "--port", "0"], 0),
    (["net", "ls", "127.0.0.1:1", "--time", "50"], 130), (["net", "ls", "--time", "50"], 130),
    (["info", "127.0.0.1:1:wfs"], 130), (["record", "127.0.0.1:1:wfs", "r.npy"], 130),
])  # fmt: skip
def test_ctrl_c_ends_what_nobody_answers(net, command, code):
    """It may come before the command listens: then it ends by the signal itself."""

    def interrupted():
        """False where the machine was away until nobody had answered for 5 s."""
        process = net.start(*command)
        time.sleep(1)
        with Lateness() as late:
            found, output, errors = net.interrupt(process)
            assert late.punctual_s() < 30
        assert found in (code, -signal.SIGINT, 3) and "system call" not in output + errors, (found, output, errors)
        return found != 3

    unless_late(interrupted, 2, "the end by Ctrl-C")


@pytest.mark.skipif(WINDOWS, reason="a signal of POSIX")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["subscribe", "127.0.0.1:1"], 0), (["relay", "127.0.0.1:1", "--port", "0"], 0),
        (["net", "ls", "127.0.0.1:1", "--time", "60"], 130),
    ],
)  # fmt: skip
def test_ctrl_c_ends_what_waits_for_an_answer(net, arguments, code):
    process = net.start(*arguments)
    if arguments[0] != "net":
        line_with(process.stderr, "nobody answers; waiting")
    net.wait_until_it_takes_signals(process)
    time.sleep(2)
    with Lateness() as late:
        ended, output, errors = net.interrupt(process)
        assert late.punctual_s() < 45
    assert ended == code, errors
    assert "Interrupted" not in output + errors


@pytest.mark.skipif(WINDOWS, reason="a signal of POSIX")
def test_sigterm_ends_each_of_them(net, camera):
    port = camera[1]
    copy = net.start("subscribe", f"127.0.0.1:{port}:wfs", "--as", "copy")
    relay = net.start("relay", f"127.0.0.1:{port}", "--port", "0")
    until(lambda: counter(net, "copy") > 0)
    for process in (copy, relay, camera[0]):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0


@pytest.mark.skipif(WINDOWS, reason="no such device there")
def test_a_full_disk_behind_standard_output_is_an_error(net, camera):
    there = f"127.0.0.1:{camera[1]}"
    commands = [
        ("net", "status"), ("net", "status", "--json"), ("net", "ls", there), ("net", "ls", there, "--json"),
        ("net", "keygen", "key"), ("publish", "wfs", "--port", 0), ("subscribe", f"{there}:wfs", "--as", "copy"),
        ("subscribe", f"{there}:wfs", "--as", "copy", "--json"), ("relay", f"{there}:wfs", "--port", 0),
        ("info", f"{there}:wfs"),
    ]  # fmt: skip
    for command in commands:
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                net.command_line(*command), stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                encoding="utf-8", cwd=net.folder, env=net.environment, timeout=2 * PATIENCE_S, check=False,
            )  # fmt: skip
        assert done.returncode == 1 and "standard output: cannot be written" in done.stderr, (command, done.stderr)


def test_what_is_not_known_is_null(net, camera):
    _, port = camera
    schema = json.loads((Path(__file__).parents[2] / "docs/guide/daoshm.schema.json").read_text())
    states = schema["$defs"]["network_state"]["enum"]
    waiting = net.start("subscribe", f"127.0.0.1:{port}:none", "--json")
    said = json.loads(waiting.stdout.readline())
    assert said["state"] in states and said["cnt0"] is None and said["source_cnt0"] is None
    own = until(lambda: [e for e in net.json("net", "status") if e["role"] == "subscriber"], "the subscriber")[0]
    assert own["state"] in states and own["last_frame_ns"] is None and own["delay_ns"] is None and own["cnt0"] is None
    listed = net.json("net", "ls", f"127.0.0.1:{port}")[0]
    assert listed["problem"] is None and listed["segments"][0]["type"] == "uint16"


def test_numbers_of_options_are_numbers(net):
    net("create", "wfs", "4", "--depth", "4")
    for option in (
        ["publish", "wfs", "--port", "nan"], ["publish", "wfs", "--port", "0x10"],
        ["publish", "wfs", "--port", "65536"],
        ["publish", "wfs", "--port", "-1"], ["net", "ls", "--time", "nan"], ["net", "ls", "--time", "inf"],
        ["subscribe", "a:b", "--depth", "0"], ["subscribe", "a:b", "--depth", "010x"], ["net", "keygen", ""],
        ["relay", "a", "--port", "1e3"],
    ):  # fmt: skip
        net(*option, code=2)


@pytest.mark.parametrize(
    "arguments",
    [
        ["net", "status", "extra"], ["net", "keygen"], ["net", "spy"], ["subscribe", "a:b", "c:d", "--as", "x"],
        ["publish", "wfs", "dm", "--topic", "x"], ["subscribe", "/tmp/wfs"], ["relay", "no host"],
        ["publish", "wfs", "--port", "70000"], ["subscribe", "host:99999:wfs"], ["info", "host:0:wfs"],
        ["show", "host: 5555:wfs"], ["relay", "tcp://host:5555"], ["net", "ls", "host:70000"],
    ],
)  # fmt: skip
def test_wrong_usage(net, arguments):
    net(*arguments, code=2)


def test_a_host_that_cannot_be_resolved_is_named(net):
    """In a reserved domain. Who subscribes asks for a second only: a slower name server tells nothing in that time."""
    host = "no-such-host.invalid"
    begin = time.monotonic()
    listed = json.loads(net("net", "ls", host, "--time", 30, "--json", code=3))[0]
    is_slow = time.monotonic() - begin > 1
    assert listed["problem"].startswith(f"{host}: cannot be resolved: ") and listed["segments"] is None
    assert f"{host}: cannot be resolved: " in net("net", "ls", host, "--time", 30, code=3)
    if is_slow:
        pytest.skip("the name server takes longer than a second")
    for command in (["subscribe", f"{host}:wfs"], ["subscribe", host], ["relay", host, "--port", "0"]):
        process = net.start(*command)
        line = process.stderr.readline()
        assert line.startswith(f"daoshm: {host}: cannot be resolved: ") and line.endswith("; waiting\n"), line
        net.interrupt(process)


@pytest.mark.parametrize(
    "option", [["--folder", "none"], ["--folder", "file"], ["--as", "none/copy"], ["--as", "file/x"]]
)
def test_a_copy_into_a_folder_that_does_not_exist_is_refused_at_once(net, option):
    (net.folder / "file").touch()
    place = [option[0], net.folder / option[1]]
    net("subscribe", "127.0.0.1:1:wfs", *place, code=2)
    assert option[0] in net.errors and "expected a folder that exists" in net.errors
    assert sorted(path.name for path in net.folder.iterdir()) == ["file", "net"]


@pytest.mark.parametrize(
    "arguments", [["keyword", "{}", "X", "1"], ["keyword", "{}", "X", "--rm"], ["fill", "{}", "1"], ["rm", "{}"],
                  ["set", "{}", "one.npy"], ["unlock", "{}", "--yes"], ["create", "{}", "2x2"],
                  ["set", "{}", "one.npy", "--create"], ["replay", "one.npy", "{}", "--rate", "9"],
                  ["subscribe", "127.0.0.1:2:wfs", "--as", "{}"]],
)  # fmt: skip
def test_a_segment_of_another_machine_can_only_be_looked_at(net, arguments):
    net("create", "one", "2x3")
    net("fill", "one", "1")
    net("save", "one", "one.npy")
    net(*(word.format("127.0.0.1:1:wfs") for word in arguments), code=1)
    assert "127.0.0.1:1:wfs: is a segment of another machine, which can only be looked at" in net.errors
    assert [path.name for path in net.folder.glob("*127*")] == []


def test_nobody_at_the_address_is_said_after_a_while(net):
    net("info", f"127.0.0.1:{free_port()}:wfs", code=3)
    assert "no frame within 5 s" in net.errors
    net("net", "ls", f"127.0.0.1:{free_port()}", "--time", "0.3", code=3)


def test_publish_waits_for_segments_that_do_not_exist_yet(net):
    publisher = net.start("publish", "late", "--port", "0", "--json")
    said = json.loads(publisher.stdout.readline())
    assert (said["topics"], said["waiting"]) == ([], ["late"])
    assert "late.im.shm: there is no such segment yet; waiting" in publisher.stderr.readline()
    net("create", "late", "3")
    said = json.loads(publisher.stdout.readline())
    assert (said["topics"], said["waiting"]) == (["late"], [])
    assert net.json("net", "ls", said["endpoint"].removeprefix("tcp://"))[0]["segments"][0]["shape"] == [3]
    code, _, errors = net.interrupt(publisher)
    assert code == 0 and errors == ""
    (net.folder / "broken.im.shm").write_bytes(b"x" * 5000)
    net("publish", "broken", "--port", "0", code=1)
    net("publish", "late", "./late.im.shm", "--port", "0", code=1)
    assert "two of the segments" in net.errors
    net("publish", "127.0.0.1:5999:wfs", "--port", "0", code=1)
    assert "another machine" in net.errors


def test_status_shows_both_sides(net, camera):
    publisher, port = camera
    net.start("subscribe", f"127.0.0.1:{port}:wfs", "--as", "copy", "--every")
    until(lambda: counter(net, "copy") > 50)

    def both():
        entries = {entry["role"]: entry for entry in net.json("net", "status")}
        ready = len(entries) == 2 and entries["publisher"]["peers"] and entries["subscriber"]["round_trip_ns"]
        return entries if ready and entries["subscriber"]["rate_hz"] > 0 else None

    entries = until(both)
    assert (
        net.is_number_of(entries["publisher"]["pid"], publisher) and entries["publisher"]["peers"][0]["mode"] == "every"
    )
    assert entries["subscriber"]["connected"] and entries["subscriber"]["topic"] == "wfs"
    assert entries["subscriber"]["lost"] == 0 and entries["subscriber"]["bytes"] > 0
    assert abs(entries["subscriber"]["clock_offset_ns"]) <= entries["subscriber"]["round_trip_ns"]
    text = net("net", "status")
    assert "publishes 1" in text and "±" in text and "copy.im.shm <- wfs" in text


@pytest.mark.skipif(bool(EMULATOR), reason="Wine has not enough sockets: libzmq ends the process")
def test_status_says_how_many_peers_it_does_not_list(net, camera):
    names = [f"s{number}" for number in range(66)]
    net("create", "source", "3", "--depth", "4")
    for name in names:
        net("create", name, "3")
    _, port = start_publisher(net, *names)
    (net.folder / "copies").mkdir()
    net.start("subscribe", f"127.0.0.1:{port}", "--folder", net.folder / "copies")

    def publisher():
        found = [entry for entry in net.json("net", "status") if entry["role"] == "publisher" and entry["segments"] > 1]
        return found and found[0]["peers_unlisted"] > 0 and found[0]["peers"][63:]

    (last,) = until(publisher)  # one that had to connect again is there twice for a while
    assert last["mode"] == "latest"
    assert re.search("and [1-9][0-9]* more, not listed", net("net", "status"))


@pytest.mark.skipif(WINDOWS, reason="Windows has no file modes")
def test_status_says_when_it_cannot_know(net):
    (net.folder / "open").mkdir()
    (net.folder / "open").chmod(0o777)
    for arguments in (["net", "status"], ["net", "status", "--json"]):
        assert net(*arguments, code=1, DAO_NET_STATE=str(net.folder / "open")) == ""
        assert "DAO_NET_STATE" in net.errors
