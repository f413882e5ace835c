"""net ls: publishers that announce themselves, or are asked by name, and what false ones say."""

import json
import struct
import subprocess
import sys

import pytest
from conftest import WINDOWS
from network import start_publisher
from timing import PATIENCE_S, unless_late, until

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


def test_an_ipv6_address_needs_no_port(net):
    script = "$DAOSHM net ls '[::1]' ::1 '[::1]:5556' --time 0.2 --json || test $? = 3"
    answers = json.loads(in_namespace(net, script))
    assert [(answer["host"], answer["port"]) for answer in answers] == [("::1", 5555), ("::1", 5556)]


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


def test_a_segment_that_is_gone_is_listed_by_its_name_alone(net):
    net("create", "wfs", "4x6", "uint16", "--depth", "3")
    net("fill", "wfs", "1", "--frames", 1)
    place = f"127.0.0.1:{start_publisher(net, 'wfs')[1]}"
    listed = lambda: net.json("net", "ls", place)[0]["segments"][0]  # noqa: E731
    assert listed()["shape"] == [4, 6]
    net("rm", "wfs", "--force")
    until(lambda: listed()["type"] is None)
    assert {name: value for name, value in listed().items() if value is not None}.keys() == {"topic", "machine"}
    assert f"{place}:wfs" in net("net", "ls", place) and "uint16" not in net("net", "ls", place)
    net("create", "wfs", "5", "float32")
    until(lambda: listed()["shape"] == [5])
