"""Segments over the network, on loopback: each test has a port of its own."""

import asyncio
import gc
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import PATIENCE_S, ROOT, first_value, free_port, next_frame, until

import daoShm
from daoShm import ErrorCode, _core, shm
from daoShm.connect import parse_address

pytestmark = [
    pytest.mark.skipif(not _core.HAS_NETWORK, reason="daoShm was built without ZeroMQ"),
    pytest.mark.usefixtures("network_state"),
]

GUIDE = ROOT / "docs" / "guide" / "network.md"
FRAME = np.arange(12, dtype=np.float32).reshape(3, 4)


def threads():
    return len(os.listdir("/proc/self/task"))


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_a_private_copy_takes_its_shape_from_the_first_frame(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    assert copy.name is None and copy.shape == (3, 4) and copy.dtype == np.float32
    assert (copy.get_data() == FRAME).all()
    camera.set_data(FRAME + 1, frame_id=7, acquisition_time_ns=1_234_567_890)
    assert (next_frame(copy) == FRAME + 1).all()
    assert copy.get_frame_id() == 7 and copy.acquisition_time == np.datetime64(1_234_567_890, "ns")


def test_before_the_first_frame_all_but_waits_say_so(subscribe):
    copy = subscribe(free_port())
    for use in (lambda: copy.shape, copy.get_data, lambda: copy.set_data([1]), lambda: copy.keywords["A"]):
        with pytest.raises(daoShm.DaoError, match="no frame has come yet") as caught:
            use()
        assert caught.value.code == ErrorCode.NOT_READY
    assert copy.wait(0.05) is False and copy.wait(0) is False
    assert copy.get_data(check=True, timeout=0.05) is None
    assert copy.get_history(check=True, timeout=0.05) is None
    with pytest.raises(TimeoutError):
        next(copy.frames(timeout=0.05))
    assert not copy.closed and "waits for the first frame" in repr(copy)


def test_the_first_frame_is_the_first_of_an_iterator(name, publish, subscribe):
    port = free_port()
    copy = subscribe(port, every=True)
    frames = copy.frames(timeout=PATIENCE_S)
    camera = publish(name, FRAME, depth=16, pubPort=port)
    until(lambda: copy.source.frames > 0)
    for value in range(1, 6):
        camera.set_data(FRAME + value)
    seen = [next(frames).flat[0] for _ in range(6)]
    assert seen == [0, 1, 2, 3, 4, 5] and frames.total_missed == 0
    until(lambda: copy.source.frames >= 6)  # a frame is counted when its readers may have it already
    assert copy.source.lost == 0


def test_async_for_gives_the_frames(name, publish, subscribe):
    port = free_port()
    copy = subscribe(port, every=True)

    async def collect():
        values = []
        async for frame in copy.frames(timeout=PATIENCE_S):
            values.append(float(frame.flat[0]))
            if len(values) == 2:
                return values
            while not cameras:
                await asyncio.sleep(0.01)
            cameras[0].set_data(FRAME + 1)

    cameras = []
    beginning = threading.Timer(0.2, lambda: cameras.append(publish(name, FRAME, depth=4, pubPort=port)))
    beginning.start()
    assert asyncio.run(collect()) == [0.0, 1.0]
    beginning.join()


def test_connect_gives_an_object_like_any(name, publish, opened):
    camera = publish(name, FRAME, depth=4, topic="wfs")
    copy = opened(daoShm.connect(f"127.0.0.1:{camera.pubPort}:wfs"))
    assert copy.wait(PATIENCE_S) and (copy.get_data() == FRAME).all()
    camera.keywords["GAIN"] = 0.5
    camera.set_data(FRAME + 1)
    until(lambda: dict(copy.keywords) == {"GAIN": 0.5} or camera.set_data(FRAME + 1))


def test_a_publisher_that_comes_later_is_found(name, publish, opened):
    port = free_port()
    copy = opened(daoShm.connect(f"127.0.0.1:{port}"))
    assert copy.source.state in (daoShm.State.CONNECTING, daoShm.State.REFUSED) and copy.source.age is None
    publish(name, FRAME, depth=4, pubPort=port)
    assert copy.wait(PATIENCE_S)
    until(lambda: copy.source.state == daoShm.State.LIVE)


def test_another_shape_is_followed(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    frames = copy.frames(timeout=PATIENCE_S)
    with shm(name, np.zeros((2, 5), np.int16), depth=4) as again:
        again.set_data(np.full((2, 5), 9, np.int16))
        until(lambda: next(frames).shape == (2, 5))
        until(lambda: copy.get_data().shape == (2, 5) and (copy.get_data() == 9).all())
        assert copy.shape == (2, 5) and copy.dtype == np.int16


def test_both_flags_work_while_the_threads_run(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    first_value(copy, 0)
    copy.subEnable = False
    assert copy.subEnable is False and copy.subThread.is_alive()
    time.sleep(0.3)  # what was under way
    before = copy.counter
    for value in range(10, 20):
        camera.set_data(FRAME + value)
        time.sleep(0.05)
    assert copy.counter == before and (copy.get_data() == FRAME).all()
    copy.subEnable = True
    first_value(copy, 19)
    camera.pubEnable = False
    until(lambda: camera.peers() == [])
    camera.set_data(FRAME + 50)
    time.sleep(0.3)
    assert copy.get_data().flat[0] == 19
    camera.pubEnable = True
    first_value(copy, 50)


def test_a_flag_that_is_set_later_begins_it(name, opened, publish):
    camera = publish(name, FRAME, depth=4)
    copy = opened(shm(subPort=camera.pubPort, subHost="127.0.0.1"))
    copy.subThread.start()
    assert copy.wait(0.3) is False
    copy.subEnable = True
    assert copy.wait(PATIENCE_S)


def test_events_end_the_threads(name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy = subscribe(camera.pubPort)
    assert copy.wait(PATIENCE_S)
    assert camera.pubThread.is_alive() and copy.subThread.is_alive()
    camera.pubEvent.set()
    copy.subEvent.set()
    camera.pubThread.join(PATIENCE_S)
    copy.subThread.join(PATIENCE_S)
    assert not camera.pubThread.is_alive() and not copy.subThread.is_alive()
    assert camera.pubEvent.is_set() and camera.get_data() is not None
    with pytest.raises(daoShm.DaoError):
        copy.wait(PATIENCE_S)  # an end, not a wait without end


def test_publish_and_subscribe_are_what_the_threads_run(name, opened):
    camera = opened(shm(name, FRAME, depth=4, pubPort=0, bind="127.0.0.1"))
    camera.pubEnable = True
    publishing = threading.Thread(target=camera.publish, daemon=True)
    publishing.start()
    until(lambda: camera.pubPort != 0)
    copy = opened(shm(subPort=camera.pubPort, subHost="127.0.0.1"))
    copy.subEnable = True
    subscribing = threading.Thread(target=copy.subscribe, daemon=True)
    subscribing.start()
    until(lambda: not copy.closed)
    assert copy.wait(PATIENCE_S)
    camera.pubEvent.set()
    copy.subEvent.set()
    publishing.join(PATIENCE_S)
    subscribing.join(PATIENCE_S)
    assert not publishing.is_alive() and not subscribing.is_alive()


def test_dropping_the_objects_ends_their_threads(name, make_name):
    def use():
        camera = shm(name, FRAME, depth=4, pubPort=0, bind="127.0.0.1")
        camera.pubEnable = True
        camera.pubThread.start()
        copy = shm(make_name(), subPort=camera.pubPort, subHost="127.0.0.1")
        copy.subEnable = True
        copy.subThread.start()
        assert copy.wait(PATIENCE_S)

    use()  # what stays for the life of the process
    gc.collect()
    until(lambda: not any(thread.name.startswith("daoShm-") for thread in threading.enumerate()))
    time.sleep(0.2)
    before = threads(), descriptors()
    for _ in range(5):
        use()
    gc.collect()
    until(lambda: threads() <= before[0] and descriptors() <= before[1])


def test_a_copy_with_a_name_is_a_segment_for_all(name, make_name, publish, subscribe, python_process):
    camera = publish(name, FRAME, depth=4)
    copy_name = make_name()
    with pytest.raises(FileNotFoundError):
        shm(copy_name)
    copy = subscribe(camera.pubPort, copy_name)
    assert copy.wait(PATIENCE_S) and copy.name == copy_name and os.path.exists(copy_name)
    other = python_process(
        """
        import sys, time
        from daoShm import shm
        s = shm(sys.argv[1])
        s.wait(60)
        while not (s.source and s.source.topic):
            time.sleep(0.05)
        print(s.get_data().flat[0], s.source.topic)
        """,
        copy_name,
    )
    until(lambda: camera.set_data(FRAME + 3) or other.poll() is not None)
    topic = os.path.basename(name).removesuffix(".im.shm")
    assert other.communicate() == (f"3.0 {topic}\n", "")
    assert shm(copy_name).source.host == copy.source.host != ""


def test_a_missing_file_stays_an_error_unless_a_publisher_is_named(make_name):
    with pytest.raises(FileNotFoundError):
        shm(make_name())
    for named in ({"subPort": 5555}, {"subHost": "localhost"}):
        waiting = shm(make_name(), **named)
        assert waiting.closed and waiting.name is not None
        with pytest.raises(ValueError):
            waiting.get_data()


def test_an_existing_copy_is_used_again(make_name, name, publish, subscribe):
    camera = publish(name, FRAME, depth=4)
    copy_name = make_name()
    with shm(copy_name, FRAME * 0 - 1, depth=4) as local:
        copy = subscribe(camera.pubPort, copy_name)
        assert copy.get_data().flat[0] == -1
        first_value(copy, 0)
        assert (local.get_data() == FRAME).all() and local.counter == copy.counter


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


def test_other_threads_run_while_the_first_frame_is_awaited(subscribe):
    copy = subscribe(free_port())
    told = []

    def wait():
        with pytest.raises(ValueError, match="closed"):
            copy.wait(PATIENCE_S)
        told.append("closed")

    waiting = threading.Thread(target=wait)
    waiting.start()
    for _ in range(50):
        time.sleep(0.01)
        assert waiting.is_alive()  # it would be over before this thread's turn, if it kept the others from running
    copy.close()
    waiting.join(PATIENCE_S)
    assert told == ["closed"]


def test_close_ends_the_wait_for_the_first_frame(subscribe, later):
    copy = subscribe(free_port())
    later(0.2, copy.close)
    with pytest.raises(ValueError, match="closed"):
        copy.wait(PATIENCE_S)
    assert copy.closed


def test_ctrl_c_ends_the_wait_for_the_first_frame(python_process):
    process = python_process(
        """
        import daoShm
        import sys
        copy = daoShm.connect(f"127.0.0.1:{sys.argv[1]}")
        print("waits", flush=True)
        copy.wait()
        """,
        free_port(),
    )
    assert process.stdout.readline() == "waits\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert "KeyboardInterrupt" in errors and process.returncode != 0


def test_a_program_may_end_while_its_threads_run(name, python_process):
    process = python_process(
        """
        import sys, numpy
        from daoShm import shm
        s = shm(sys.argv[1], numpy.zeros(4), pubPort=0, bind="127.0.0.1"); s.pubEnable = True; s.pubThread.start()
        r = shm(subPort=s.pubPort, subHost="127.0.0.1"); r.subEnable = True; r.subThread.start()
        assert r.wait(60)
        """,
        name,
    )
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0 and errors == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_has_no_network_and_ends(name, python_process):
    process = python_process(
        """
        import gc, os, sys, warnings, numpy
        from daoShm import shm
        warnings.simplefilter("ignore", DeprecationWarning)
        s = shm(sys.argv[1], numpy.zeros(4), pubPort=0, bind="127.0.0.1", depth=4)
        s.pubEnable = True; s.pubThread.start()
        r = shm(subPort=s.pubPort, subHost="127.0.0.1"); r.subEnable = True; r.subThread.start()
        assert r.wait(60)
        child = os.fork()
        if child == 0:
            s.pubEnable = False
            r.subEnable = False
            assert r.get_data().tolist() == [0, 0, 0, 0]
            own = shm(None, numpy.ones(4), pubPort=0, bind="127.0.0.1"); own.pubEnable = True; own.pubThread.start()
            copy = shm(subPort=own.pubPort, subHost="127.0.0.1"); copy.subEnable = True; copy.subThread.start()
            assert copy.wait(60) and copy.get_data().tolist() == [1, 1, 1, 1]
            del s, r, own, copy
            gc.collect()
            os._exit(7)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        s.set_data(numpy.full(4, 3.0))
        while r.get_data()[0] != 3:
            pass
        print(status)
        """,
        name,
    )
    output, errors = process.communicate(timeout=2 * PATIENCE_S)
    assert output == "7\n", errors


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


HISTORIC = """
import sys, warnings
import numpy as np
from daoShm import shm

with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    data = np.arange(6, dtype=np.uint16).reshape(2, 3)
    s = shm(sys.argv[1], data, pubPort=5555)
    s.pubEnable = True
    s.pubThread.start()
    other = shm(sys.argv[2], data, pubPort=5556)
    other.pubEnable = True
    other.pubThread.start()
assert len(told) == 1 and "bind=" in str(told[0].message) and "keys=" in str(told[0].message), told

r = shm(subPort=5555, subHost="localhost")
r.subEnable = True
r.subThread.start()
frame = r.get_data(check=True, timeout=60)
assert frame.dtype == np.uint16 and (frame == data).all()
s.set_data(data + 1)
while (r.get_data() != data + 1).any():
    r.wait(1)
s.pubEvent.set()
r.subEvent.set()
s.pubThread.join(60)
r.subThread.join(60)
print("done", s.pubThread.is_alive(), r.subThread.is_alive())
"""


def run_in_namespace(code, *arguments):
    """Run Python code in a network of its own, in which all interfaces are loopback."""
    command = ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    can = subprocess.run([*command, "true"], capture_output=True, check=False)
    if can.returncode != 0:
        pytest.skip(f"no network namespace: {can.stderr.decode()}")
    return subprocess.run(
        [*command, sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE_S,
        check=False,
    )


def test_the_historic_lines_word_for_word(make_name):
    done = run_in_namespace(HISTORIC, make_name(), make_name())
    assert done.stdout == "done False False\n", done.stderr


@pytest.mark.skipif(not GUIDE.exists(), reason="the guide is not here")
def test_the_code_in_the_guide_runs(folder):
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", GUIDE.read_text(), re.DOTALL | re.MULTILINE))
    assert code.count("hostname") == 2
    done = run_in_namespace(code.replace("/tmp/", f"{folder}/").replace("hostname", "localhost"))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 2
