"""The ten lines of docs/wire.md read a publisher of this library."""

import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EMULATOR, TOOL, WINDOWS

ROOT = Path(__file__).resolve().parents[2]
if WINDOWS:  # whose programs lie in one folder, with their libraries
    PUBLISHER = Path(TOOL).resolve().parent / "network_tests.exe"
else:
    PUBLISHER = Path(TOOL).resolve().parents[2] / "tests/network/network_tests"
PAGE = (ROOT / "docs/wire.md").read_text()


@pytest.fixture
def port(tool):
    """Where frames are published: frame n holds n, n + 1, ..., n + 5."""
    if not PUBLISHER.exists():
        pytest.skip(f"needs {PUBLISHER.name} of a build with the network")
    name = tool.name(tool.folder / "wfs.im.shm")
    command = [*EMULATOR, PUBLISHER, "--role", "publish ramps", name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as publisher:
        yield publisher.stdout.readline().strip()
        publisher.stdin.close()  # it ends
    assert publisher.returncode == 0


def test_ten_lines_of_the_wire_page_read_frames(port):
    program = re.search(r"```python\n(.*?)```", PAGE, re.S).group(1)
    assert len(program.strip().splitlines()) == 10
    command = [sys.executable, "-u", "-c", program.replace("5555", port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        try:
            lines = [reader.stdout.readline().split() for _ in range(5)]
        finally:
            reader.kill()
    for number, mean in lines:
        assert float(mean) == float(number) + 2.5
    numbers = [int(number) for number, _ in lines]
    assert numbers == sorted(set(numbers))


def test_messages_are_to_the_byte_what_the_page_says(port):
    zmq = pytest.importorskip("zmq")
    table = PAGE[PAGE.index("## A frame") : PAGE.index("The keywords are")]
    documented = {key for row in re.findall(r"^\| (`.*?) \|", table, re.M) for key in re.findall(r"`(\w+)`", row)}
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.linger = 0
        socket.rcvtimeo = 60_000
        socket.connect(f"tcp://127.0.0.1:{port}")
        socket.subscribe(b"wfs\0")
        topic, header, data, keywords = socket.recv_multipart()
    header = json.loads(header)
    assert topic == b"wfs\0"
    assert set(header) == documented - {"origin", "origin_cnt0", "hops", "missed", "missed_before"}
    first = header["cnt0"]
    assert data == struct.pack("<6f", *range(first, first + 6))
    assert json.loads(keywords) == [{"name": "GAIN", "type": "L", "value": 3, "comment": "of the ramp"}]
