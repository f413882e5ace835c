"""What is wrong with ports, hosts, topics and names of files is said where they are given."""

import os

import numpy as np
import pytest
from conftest import PATIENCE_S, first_value, free_port

import daoShm
from daoShm import ErrorCode, _core, network_hosts, shm
from daoShm.connect import parse_address

pytestmark = [
    pytest.mark.skipif(not _core.HAS_NETWORK, reason="daoShm was built without ZeroMQ"),
    pytest.mark.usefixtures("network_state"),
]

FRAME = np.arange(12, dtype=np.float32).reshape(3, 4)
WRONG = [
    ("subHost", "no such host", ValueError),
    ("subHost", "é", ValueError),
    ("subHost", "tcp://x", ValueError),
    ("subHost", "rtc:5555", ValueError),
    ("subHost", "", ValueError),
    ("subHost", "rtc\0", ValueError),
    ("subHost", "rtc\n", ValueError),
    ("subHost", "-rtc", ValueError),
    ("subHost", "[::1", ValueError),
    ("subHost", "fe80:::1", ValueError),
    ("subHost", None, TypeError),
    ("subHost", b"rtc", TypeError),
    ("subHost", 5, TypeError),
    ("bind", None, TypeError),
    ("bind", "", ValueError),
    ("bind", "tcp://*", ValueError),
    ("bind", 5, TypeError),
    ("pubPort", True, ValueError),
    ("pubPort", 5555.0, ValueError),
    ("pubPort", "", ValueError),
    ("pubPort", -1, ValueError),
    ("pubPort", 65536, ValueError),
    ("pubPort", None, ValueError),
    ("subPort", 5.5, ValueError),
    ("subPort", 0, ValueError),
    ("subPort", "camera", ValueError),
    ("subPort", 2**64, ValueError),
    ("subPort", False, ValueError),
    ("topic", 5, TypeError),
    ("topic", b"wfs", TypeError),
    ("topic", "", ValueError),
    ("topic", "é" * 40, ValueError),
    ("topic", "a\nb", ValueError),
    ("topic", "\udc80", ValueError),
    ("every", 2, TypeError),
    ("keys", 5, ValueError),
    ("clients", "", ValueError),
    ("server_key", "a\0b", ValueError),
    ("keys", "\udc80", ValueError),
]


@pytest.mark.parametrize(("setting", "value", "kind"), WRONG)
def test_what_is_wrong_is_refused_when_it_is_given(setting, value, kind):
    with pytest.raises(kind) as caught:
        shm(None, FRAME, **{setting: value})
    segment = shm(None, FRAME)
    before = getattr(segment, setting)
    with pytest.raises(kind) as assigned:
        setattr(segment, setting, value)
    assert getattr(segment, setting) == before
    for error in (caught.value, assigned.value):
        assert isinstance(error, daoShm.DaoError) and str(error).startswith(setting) and "expected" in str(error)
        assert repr(value) in str(error)


@pytest.mark.parametrize("depth", [-1, 0, 2**32, 1.5, "4", None])
def test_a_depth_that_is_none_is_refused(depth):
    for arguments in ({}, {"data": FRAME}, {"subPort": 5555}):
        with pytest.raises(ValueError, match=r"depth is .*; expected an integer, 1 to 4294967295"):
            shm(depth=depth, **arguments)
    with pytest.raises(ValueError, match="depth is"):
        daoShm.connect("127.0.0.1", depth=depth)


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("subHost", ["rtc", "10.0.0.1", "rtc.site.org.", "under_score", "::1", "[::1]", "fe80::1%1", "1and1"]),
        ("bind", ["*", "127.0.0.1", "::1", "eth0"]),
        ("pubPort", [0, 65535, np.uint16(7), "5555"]),
        ("subPort", [1, 65535, np.int64(7)]),
        ("topic", [None, "x", "é" * 39, "a b/c:d"]),
        ("keys", [None, "key", b"key"]),
    ],
)
def test_what_is_right_is_taken(setting, values):
    segment = shm(None, FRAME)
    for value in values:
        setattr(segment, setting, value)
        shm(None, FRAME, **{setting: value}).close()
    segment.close()


@pytest.mark.parametrize(
    "text", ["é:wfs", "no host:wfs", "tcp://rtc:5555:wfs", "rtc: 5555:wfs", "rtc:5555:", "rtc:+1:w"]
)
def test_addresses_with_a_wrong_host_or_port_are_refused(text):
    with pytest.raises(ValueError, match="expected HOST"):
        parse_address(text)


def test_a_host_that_nobody_knows_is_said_at_the_start(monkeypatch):
    def unknown(*_, **__):
        raise network_hosts.socket.gaierror(network_hosts.socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(network_hosts.socket, "getaddrinfo", unknown)
    segment = shm(subHost="rtc")
    for start in (lambda: daoShm.connect("rtc"), segment.subThread.start):
        with pytest.raises(
            daoShm.DaoError, match=r"subHost is 'rtc', which cannot be resolved: Name.*; expected"
        ) as caught:
            start()
        assert caught.value.code == ErrorCode.NETWORK


def test_names_that_cannot_be_asked_for_now_are_told_by_the_source(monkeypatch, opened):
    def away(*_, **__):
        raise network_hosts.socket.gaierror(network_hosts.socket.EAI_AGAIN, "Temporary failure")

    monkeypatch.setattr(network_hosts.socket, "getaddrinfo", away)
    copy = opened(daoShm.connect("rtc.invalid"))
    assert "rtc.invalid" in copy.source.message and "Temporary failure" in copy.source.message


def test_a_forgotten_start_is_said(make_name, opened):
    uses = (shm.wait, lambda segment: segment.get_data(check=True, timeout=1), lambda segment: next(segment.frames()))
    for segment in (shm(subPort=5555), shm(make_name(), subPort=5555)):
        opened(segment).subEnable = True
        for use in uses:
            with pytest.raises(ValueError, match=r"subscribing has not begun.*expected subThread\.start\(\)"):
                use(segment)


def test_relative_names_are_those_of_the_folder_where_the_object_was_made(folder, monkeypatch, publish, opened):
    for place in ("one", "two"):
        (folder / place).mkdir()
    monkeypatch.chdir(folder / "one")
    camera = opened(shm("source.im.shm", FRAME, depth=4, pubPort=0, bind="127.0.0.1"))
    port = free_port()
    copy = opened(shm("copy.im.shm", subPort=port, subHost="127.0.0.1"))
    late = opened(shm("late.im.shm", subPort=port, subHost="127.0.0.1"))
    copy.subEnable = True
    copy.subThread.start()
    monkeypatch.chdir(folder / "two")
    camera.pubPort = port
    camera.pubEnable = True
    camera.pubThread.start()
    late.subEnable = True
    late.subThread.start()
    for segment in (copy, late):
        first_value(segment, 0)
    assert sorted(os.listdir(folder / "one")) == ["copy.im.shm", "late.im.shm", "source.im.shm"]
    assert os.listdir(folder / "two") == []
    assert copy.name == "copy.im.shm" and camera.peers()[0].frames > 0
    assert copy.source.topic == "source"


def test_a_relative_name_that_is_too_long_as_a_whole_serves_in_its_folder(tmp_path, monkeypatch, publish, opened):
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    camera = publish("source.im.shm", FRAME, depth=4)
    copy = opened(shm("copy.im.shm", subPort=camera.pubPort, subHost="127.0.0.1"))
    copy.subEnable = True
    copy.subThread.start()
    assert copy.wait(PATIENCE_S) and (deep / "copy.im.shm").exists()
    other = opened(shm("other.im.shm", subPort=camera.pubPort, subHost="127.0.0.1"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"other\.im\.shm: relative to .*; expected a shorter absolute name"):
        other.subThread.start()
