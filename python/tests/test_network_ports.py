"""What a port offers to whom, and the addresses of segments there."""

import os
import re
import socket

import numpy as np
import pytest
from conftest import PATIENCE_S, first_value, until

import daoShm
from daoShm import ErrorCode, _core, shm
from daoShm.connect import parse_address

pytestmark = [
    pytest.mark.skipif(not _core.HAS_NETWORK, reason="daoShm was built without ZeroMQ"),
    pytest.mark.usefixtures("network_state"),
]

FRAME = np.arange(12, dtype=np.float32).reshape(3, 4)


def test_segments_share_a_port_by_topic(make_name, publish, subscribe):
    one = publish(make_name(), FRAME, depth=4, topic="one")
    two = publish(make_name(), FRAME + 100, depth=4, topic="two", pubPort=one.pubPort)
    assert two.pubPort == one.pubPort
    first_value(subscribe(one.pubPort, topic="two"), 100)
    first_value(subscribe(one.pubPort, topic="one"), 0)
    first_value(subscribe(one.pubPort), 0)  # what it offers first
    one.close()
    two.set_data(FRAME + 101)
    first_value(subscribe(two.pubPort, topic="two"), 101)


def test_a_topic_can_be_taken_once(make_name, publish):
    one = publish(make_name(), FRAME, topic="same")
    with pytest.raises(FileExistsError, match="same"):
        publish(make_name(), FRAME, topic="same", pubPort=one.pubPort)


def test_a_port_has_one_set_of_options(make_name, publish, tmp_path):
    one = publish(make_name(), FRAME)
    with pytest.raises(ValueError, match="same for each segment at one port"):
        publish(make_name(), FRAME, pubPort=one.pubPort, bind="127.0.0.2")


def test_a_port_that_is_taken_is_said_by_start(name, publish):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(daoShm.DaoError, match=str(other.getsockname()[1])) as caught:
            publish(name, FRAME, pubPort=other.getsockname()[1])
    assert caught.value.code == ErrorCode.NETWORK


@pytest.mark.parametrize("port", [-1, 65536, "camera", None])
def test_a_port_that_is_none_is_refused(name, publish, subscribe, port):
    with pytest.raises(ValueError, match="expected a port"):
        publish(name, FRAME, pubPort=port)
    with pytest.raises(ValueError, match="expected a port"):
        subscribe(port)


def test_a_private_image_is_published(publish, subscribe):
    camera = publish(None, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    first_value(copy, 0)
    camera.set_data(FRAME + 5)
    first_value(copy, 5)
    assert copy.source.topic == "private"


def test_a_private_image_with_data_takes_no_frames(opened):
    image = opened(shm(data=FRAME))
    image.subEnable = True
    with pytest.raises(NotImplementedError, match="private image with data"):
        image.subThread.start()


def test_both_sides_know_each_other(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4, topic="wfs")
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    for value in range(50):
        camera.set_data(FRAME + value, frame_id=value)
    first_value(copy, 49)
    until(lambda: copy.source.counter == camera.counter)  # known after the frame is there
    source = copy.source
    assert source.topic == "wfs" and source.connected and source.state == daoShm.State.LIVE
    assert source.counter == camera.counter and source.frame_id == 49 and 0 <= source.age < PATIENCE_S
    assert source.endpoint == f"tcp://127.0.0.1:{camera.pubPort}" and source.pid == os.getpid()
    assert source.frames + source.skipped + source.lost >= camera.counter - 1
    until(lambda: [peer.frames > 0 for peer in camera.peers()] == [True])
    assert camera.peers()[0].host == source.host and not camera.peers()[0].every
    assert camera.source is None


def test_keys_encrypt_and_choose_who_may_subscribe(name, tmp_path, publish, subscribe):
    public = {side: daoShm.make_keys(tmp_path / side) for side in ("camera", "display", "stranger")}
    assert len(set(public.values())) == 3 and all(len(key) == 40 for key in public.values())
    assert os.stat(tmp_path / "camera").st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        daoShm.make_keys(tmp_path / "camera")
    (tmp_path / "allowed").write_text(public["display"] + "\n")
    camera = publish(name, FRAME, depth=4, keys=tmp_path / "camera", clients=tmp_path / "allowed")
    copy = subscribe(camera.pubPort, keys=tmp_path / "display", server_key=public["camera"])
    first_value(copy, 0)
    assert copy.source.encrypted and [peer.key for peer in camera.peers()] == [public["display"]]
    stranger = subscribe(camera.pubPort, keys=tmp_path / "stranger", server_key=tmp_path / "camera.pub")
    open_one = subscribe(camera.pubPort)
    until(lambda: stranger.source.state == daoShm.State.REFUSED)
    until(lambda: camera.refused == [public["stranger"]])
    assert copy.refused == []
    camera.set_data(FRAME + 1)
    first_value(copy, 1)
    assert stranger.wait(0.3) is False and open_one.wait(0) is False
    with pytest.raises(ValueError, match="server_key"):
        subscribe(camera.pubPort, keys=tmp_path / "display")
    os.chmod(tmp_path / "camera", 0o644)
    with pytest.raises(daoShm.DaoError) as caught:
        publish(name, FRAME, keys=tmp_path / "camera")
    assert caught.value.code == ErrorCode.KEY


def test_private_copies_are_called_by_their_address(name, publish):
    camera = publish(name, FRAME)
    address = f"127.0.0.1:{camera.pubPort}:{camera.topic or os.path.basename(name).removesuffix('.im.shm')}"
    with daoShm.connect(address) as copy:
        first_value(copy, 0)
        with pytest.raises(TimeoutError, match=re.escape(f"{address}: no frame within")):
            next(copy.frames(timeout=0.01))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("host", ("host", 5555, None)),
        ("host:wfs", ("host", 5555, "wfs")),
        ("host:6000", ("host", 6000, None)),
        ("10.0.0.1:6000:wfs", ("10.0.0.1", 6000, "wfs")),
        ("[fe80::1]:6000:wfs", ("fe80::1", 6000, "wfs")),
        ("host:w:f", ("host", 5555, "w:f")),
    ],
)
def test_addresses(text, parts):
    assert parse_address(text) == parts


@pytest.mark.parametrize("text", ["", ":wfs", "host:", "host:0", "host:70000", "[::1", "::1"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match="expected HOST"):
        daoShm.connect(text)
