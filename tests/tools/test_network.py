"""publish, subscribe, relay, net, and segments on other machines wherever a command looks at one."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import WINDOWS
from timing import PATIENCE_S, Lateness, unless_late, until


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


def test_a_publisher_listens_to_its_own_machine_unless_told_otherwise(net):
    net("create", "wfs", "3")
    for arguments, address in (((), "127.0.0.1"), (("--bind", "*"), "[::]"), (("--bind", "127.0.0.2"), "127.0.0.2")):
        process = net.start("publish", "wfs", "--port", "0", "--json", *arguments)
        assert address in json.loads(process.stdout.readline())["endpoint"]


def counter(net, segment):
    path = net.folder / f"{segment}.im.shm"
    return net.json("info", segment)["cnt0"] if path.exists() else 0


def line_with(stream, text):
    """The next line that has the text; fails when the stream ends before."""
    for line in stream:
        if text in line:
            return line
    raise AssertionError(f"no line with '{text}'")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_copy_is_a_segment_that_knows_its_source(net, camera):
    port = camera[1]
    subscriber = net.start("subscribe", f"127.0.0.1:{port}:wfs", "--as", "copy")
    until(lambda: counter(net, "copy") > 20)
    info = until(lambda: ((found := net.json("info", "copy"))["source"] or {}).get("connected") and found)
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


def test_nobody_at_the_address_is_said_after_a_while(net):
    net("info", f"127.0.0.1:{free_port()}:wfs", code=3)
    assert "no frame within 5 s" in net.errors
    net("net", "ls", f"127.0.0.1:{free_port()}", "--time", "0.3", code=3)


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
    numbers = find_list(json.loads((net.folder / "fast.npy.json").read_text()), "cnt0")
    assert len(numbers) == 300 == report["frames"]
    assert report["missed"] == numbers[-1] - numbers[0] + 1 - 300


def test_a_remote_name_never_leaves_the_folder(net, camera):
    net("create", "plain", "3")
    for topic in ("../evil", ".hidden", "a/b", "a:b"):
        publisher, port = start_publisher(net, "plain", "--topic", topic)
        net("subscribe", f"127.0.0.1:{port}:{topic}", "--folder", net.folder, code=1)
        assert "--as" in net.errors
        copying = net.start("subscribe", f"127.0.0.1:{port}", "--folder", net.folder)
        assert "--as" in line_with(copying.stderr, "passed over")
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


def test_a_relay_takes_one_stream_for_many(net, camera):
    port = camera[1]
    relay = net.start("relay", f"127.0.0.1:{port}", "--port", "0")
    relay_port = re.search(r":(\d+)$", relay.stdout.readline().strip()).group(1)
    for number in range(3):
        net.start("subscribe", f"127.0.0.1:{relay_port}:wfs", "--as", f"copy{number}")
    until(lambda: all(counter(net, f"copy{number}") > 20 for number in range(3)))

    def peers():
        found = {
            int(entry["endpoint"].rpartition(":")[2]): entry["peers"]
            for entry in net.json("net", "status")
            if entry["role"] == "publisher"
        }
        return (len(found.get(port, [])), len(found.get(int(relay_port), [])))

    until(lambda: peers() == (1, 3))
    net("rm", "wfs", "--force")
    for process in net.running:
        if "fill" in process.args:
            net.interrupt(process)
    net("create", "wfs", "7", "float32", "--depth", "16")
    net.start("fill", "wfs", "ramp", "--rate", "100")
    until(lambda: net.json("info", "copy1")["shape"] == [7])
    assert net.interrupt(relay)[0] == 0


def test_a_depth_that_cannot_give_every_frame_is_refused(net):
    net("create", "single", "3")
    net("publish", "single", "--every", "--port", "0", code=1)
    assert "depth 1" in net.errors


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
    """In a reserved domain; a name server that does not answer at all tells nothing in that time."""
    host = "no-such-host.invalid"
    listed = json.loads(net("net", "ls", host, "--time", 30, "--json", code=3))[0]
    assert listed["problem"].startswith(f"{host}: cannot be resolved: ") and listed["segments"] is None
    assert f"{host}: cannot be resolved: " in net("net", "ls", host, "--time", 30, code=3)
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


IN_NAMESPACE = ["unshare", "--net", "--map-root-user", "sh", "-ec"]
INTERFACE = """
ip link set lo up
ip link add cable type veth peer name plug
ip address add 10.77.1.1/24 dev cable
ip link set cable up
ip link set plug up
"""


def in_namespace(net, script):
    """Run a shell script with $DAOSHM in a network of its own, which has an interface that is not loopback."""
    if WINDOWS:
        pytest.skip("network namespaces are Linux's")
    can = subprocess.run([*IN_NAMESPACE, INTERFACE], capture_output=True, text=True, check=False)
    if can.returncode != 0:
        pytest.skip(f"no network namespace: {can.stderr}")
    environment = {**net.environment, "DAOSHM": " ".join(net.command), "PYTHON": sys.executable}
    del environment["DAO_NET_ANNOUNCE"]
    done = subprocess.run(
        [*IN_NAMESPACE, INTERFACE + script], capture_output=True, text=True, timeout=3 * PATIENCE_S, cwd=net.folder,
        env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


JUNK = """
import socket, sys
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.77.1.1"))
good = b"daoNet\\x01\\x00\\x15\\xb3"
other_version = good.replace(b"\\x01", b"\\x02")
for packet in (b"", b"daoNet", good[:8] + b"\\0\\0", other_version, b"x" * 60000, good + b"!", good[:-1]):
    for _ in range(200):
        out.sendto(packet, ("239.255.68.65", 5554))
"""


def test_announced_segments_are_found_and_others_are_not(net):
    net("create", "wfs", "4x6", "uint16")
    net("create", "dm", "5", "float32")
    net("create", "secret", "3")
    (net.folder / "junk.py").write_text(JUNK)

    def listing():
        """What is found; nothing where the machine was away while it was looked for."""
        found = in_namespace(
            net,
            """
            rm -f p1 p2 p3 p4
            $DAOSHM publish wfs --bind '*' --port 6001 >p1 & one=$!
            $DAOSHM publish dm --bind 10.77.1.1 --port 6002 >p2 & two=$!
            $DAOSHM publish secret --bind '*' --port 6003 --no-announce >p3 & three=$!
            DAO_NET_ANNOUNCE=0 $DAOSHM publish secret --bind '*' --port 6004 >p4 & four=$!
            for file in p1 p2 p3 p4; do until grep -q publishing $file; do sleep 0.1; done; done
            ( for i in 1 2 3 4 5; do $PYTHON junk.py; sleep 0.5; done ) &
            junk=$!
            $DAOSHM net ls --time 6 --json
            kill $one $two $three $four
            wait $one $two $three $four $junk
            """,
        )
        listed = {entry["port"]: entry for entry in json.loads(found)}
        assert set(listed) <= {6001, 6002}
        return listed if len(listed) == 2 and all(entry["segments"] for entry in listed.values()) else None

    listed = unless_late(listing, 1, "both publishers")
    assert listed[6001]["host"] == "10.77.1.1" and listed[6001]["segments"][0]["shape"] == [4, 6]
    assert listed[6002]["segments"][0]["topic"] == "dm"


def test_a_beacon_is_ten_bytes_every_second(net):
    net("create", "wfs", "4x6", "uint16")
    listener = """
import socket, struct, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("239.255.68.65", 5554))
membership = socket.inet_aton("239.255.68.65") + socket.inet_aton("10.77.1.1")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
s.settimeout(60)
print(s.recv(100).hex())
begin = time.monotonic()
count = 0
while count == 0 or time.monotonic() < begin + 5:
    s.recv(100)
    count += 1
print(count, time.monotonic() - begin)
"""
    (net.folder / "listen.py").write_text(listener)
    said = in_namespace(
        net,
        """
        $DAOSHM publish wfs --bind '*' --port 6001 >p1 & one=$!
        $PYTHON listen.py
        kill $one
        wait $one
        """,
    ).split()
    assert bytes.fromhex(said[0]) == b"daoNet\x01\x00" + struct.pack(">H", 6001)
    assert int(said[1]) <= float(said[2]) + 1.5, "one a second"


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


FALSE_PUBLISHER = """
import json, sys, zmq
socket = zmq.Context().socket(zmq.XPUB)
print(socket.bind_to_random_port("tcp://127.0.0.1"), flush=True)
offers = json.loads(sys.argv[1])
while True:
    message = socket.recv()
    if message[:1] != b"{" or "list" not in (asked := json.loads(message)):
        continue
    answer = {"v": 1, "answer": 1, "host": "odd", "segment": "", "source": "", "cnt0": 0, "seq": 0, "lost": 0,
              "asked_ns": asked["sent_ns"], "heard_ns": 1, "sent_ns": 1}
    topic = b"\\2" + asked["topic"].encode() + b"\\0"
    socket.send_multipart([topic, json.dumps(answer).encode(), json.dumps(offers).encode()])
"""


def start_false_publisher(net, *topics, rate=50.0):
    """A publisher that lists what is asked of it and sends no frame: its port."""
    pytest.importorskip("zmq")
    offers = [{"topic": topic, "dtype": "uint8", "shape": [2], "depth": 2, "cnt0": 5, "rate": rate} for topic in topics]
    process = subprocess.Popen(
        [sys.executable, "-c", FALSE_PUBLISHER, json.dumps(offers)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    net.running.append(process)
    return int(process.stdout.readline())


def test_an_odd_list_costs_what_is_odd(net):
    port = start_false_publisher(net, "good", "../evil", "good", "x" * 79, "\u202e", rate=-5.0)
    (net.folder / "copies").mkdir()
    copying = net.start("subscribe", f"127.0.0.1:{port}", "--folder", net.folder / "copies", "--json")
    first = json.loads(copying.stdout.readline())
    assert first["segment"] == net.name(net.folder / "copies" / "good.im.shm") and not first["live"]
    code, _, errors = net.interrupt(copying)
    assert code == 0 and "evil: passed over" in errors and errors.count("'good' twice") == 1
    listed = net.json("net", "ls", f"127.0.0.1:{port}")[0]
    assert listed["problem"] is None and not any(entry["rate_hz"] for entry in listed["segments"])
    assert "-5" not in net("net", "ls", f"127.0.0.1:{port}")
    huge = start_false_publisher(net, "good", rate=1e300)
    assert len(max(net("net", "ls", f"127.0.0.1:{huge}").splitlines(), key=len)) < 120


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


def test_a_signal_ends_listening(net):
    in_namespace(
        net,
        """
        $DAOSHM net ls --time 60 & listing=$!
        until grep SigCgt /proc/$listing/status | grep -q '[2367abef]$'; do sleep 0.1; done # SIGINT is taken
        sleep 2
        began=$(date +%s)
        kill -TERM $listing
        code=0
        wait $listing || code=$?
        test $code = 130
        test $(($(date +%s) - began)) -lt 45
        """,
    )


FALSE_BEACONS = """
import socket, struct
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("10.77.1.1"))
for port in range(20000, 20060):
    out.sendto(b"daoNet\\x01\\x00" + struct.pack(">H", port), ("239.255.68.65", 5554))
"""


def test_false_beacons_cost_no_time(net):
    net("create", "wfs", "4x6", "uint16")
    (net.folder / "junk.py").write_text(FALSE_BEACONS)
    found = in_namespace(
        net,
        """
        $DAOSHM publish wfs --bind '*' --port 6001 >p1 & one=$!
        until grep -q publishing p1; do sleep 0.1; done
        ( for i in 1 2 3 4 5; do $PYTHON junk.py; sleep 0.5; done ) &
        junk=$!
        date +%s
        $DAOSHM net ls --time 15 --json >listed
        date +%s
        kill $one
        wait $one $junk
        """,
    ).split()
    assert int(found[1]) - int(found[0]) < 60  # two seconds for each would be 120
    listed = {entry["port"]: entry for entry in json.loads((net.folder / "listed").read_text())}
    assert listed[6001]["segments"][0]["topic"] == "wfs"
    assert listed[20000]["segments"] is None and "no answer" in listed[20000]["problem"]


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


def test_frames_that_cannot_be_written_are_missing(net, camera):
    (net.folder / "gone").mkdir()
    copying = net.start("subscribe", f"127.0.0.1:{camera[1]}:wfs", "--every", "--json", "--folder", net.folder / "gone")
    until(lambda: json.loads(copying.stdout.readline())["live"])
    (net.folder / "gone").rename(net.folder / "gone2")
    (net.folder / "gone2" / "wfs.im.shm").unlink()
    said = until(lambda: (line := json.loads(copying.stdout.readline()))["state"] == "failed" and line)
    assert said["message"]
    assert net.interrupt(copying)[0] == 4


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
        return found and found[0]["peers_unlisted"] > 0 and found[0]

    found = until(publisher)
    assert len(found["peers"]) == 64  # one that had to connect again is there twice for a while
    assert re.search("and [1-9][0-9]* more, not listed", net("net", "status"))


@pytest.mark.skipif(WINDOWS, reason="Windows has no file modes")
def test_status_says_when_it_cannot_know(net):
    (net.folder / "open").mkdir()
    (net.folder / "open").chmod(0o777)
    for arguments in (["net", "status"], ["net", "status", "--json"]):
        assert net(*arguments, code=1, DAO_NET_STATE=str(net.folder / "open")) == ""
        assert "DAO_NET_STATE" in net.errors
