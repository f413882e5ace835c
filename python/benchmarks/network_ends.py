"""Two ways to send frames to another process: daoShm, and pyzmq with a few lines around it."""

from __future__ import annotations

import contextlib
import json
import pickle
import time
from collections.abc import Callable, Iterator

import numpy as np
import zmq

import daoShm
from daoShm import shm

Sending = tuple[int, Callable[[np.ndarray], object]]
HIGH_WATER_MARK = 24
TIMEOUT_S = 20.0


@contextlib.contextmanager
def send_by_segment(name: str, frame: np.ndarray) -> Iterator[Sending]:
    """A segment that is published."""
    depth = 4 if frame.nbytes > 1 << 20 else 64
    segment = shm(name, frame, pubPort=0, bind="127.0.0.1", depth=depth)
    try:
        segment.pubEnable = True
        segment.pubThread.start()
        yield segment.pubPort, segment.set_data
    finally:
        segment.close()
        daoShm.remove(name)


@contextlib.contextmanager
def receive_by_segment(port: int, every: bool) -> Iterator[Iterator[np.ndarray]]:
    """A private copy, each frame of it."""
    with daoShm.connect(f"127.0.0.1:{port}", every=every) as segment:
        yield segment.frames(timeout=TIMEOUT_S)


@contextlib.contextmanager
def _pub(packed: Callable[[np.ndarray], list[object]]) -> Iterator[Sending]:
    with zmq.Context() as context, context.socket(zmq.PUB) as socket:
        socket.set(zmq.LINGER, 0)
        socket.set(zmq.SNDHWM, HIGH_WATER_MARK)
        socket.set(zmq.XPUB_NODROP, 1)
        socket.set(zmq.SNDTIMEO, 1000)
        port = socket.bind_to_random_port("tcp://127.0.0.1")

        def publish(frame: np.ndarray) -> None:
            with contextlib.suppress(zmq.Again):
                socket.send_multipart(packed(frame))

        yield port, publish


@contextlib.contextmanager
def _sub(port: int, unpacked: Callable[[list[zmq.Frame]], np.ndarray]) -> Iterator[Iterator[np.ndarray]]:
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.set(zmq.RCVHWM, HIGH_WATER_MARK)
        socket.set(zmq.RCVTIMEO, int(TIMEOUT_S * 1000))
        socket.set(zmq.LINGER, 0)
        socket.subscribe(b"")
        socket.connect(f"tcp://127.0.0.1:{port}")
        yield (unpacked(socket.recv_multipart(copy=False)) for _ in iter(int, 1))


def send_by_pyzmq(name: str, frame: np.ndarray) -> contextlib.AbstractContextManager[Sending]:
    """A header in JSON and the frame's bytes, as many do."""

    def packed(frame: np.ndarray) -> list[object]:
        header = {"dtype": str(frame.dtype), "shape": frame.shape, "sent_ns": time.time_ns()}
        return [b"frame\0", json.dumps(header).encode(), np.array(frame)]

    return _pub(packed)


def receive_by_pyzmq(port: int, every: bool) -> contextlib.AbstractContextManager[Iterator[np.ndarray]]:
    """The same, read as an array."""

    def unpacked(parts: list[zmq.Frame]) -> np.ndarray:
        header = json.loads(parts[1].bytes)
        return np.frombuffer(parts[2].buffer, header["dtype"]).reshape(header["shape"])

    return _sub(port, unpacked)


def send_by_pickle(name: str, frame: np.ndarray) -> contextlib.AbstractContextManager[Sending]:
    """A pickled array."""
    return _pub(lambda frame: [pickle.dumps(frame)])


def receive_by_pickle(port: int, every: bool) -> contextlib.AbstractContextManager[Iterator[np.ndarray]]:
    """The same, loaded."""
    return _sub(port, lambda parts: pickle.loads(parts[0].bytes))


SENDING = {"daoShm": send_by_segment, "pyzmq": send_by_pyzmq, "pyzmq, pickled": send_by_pickle}
RECEIVING = {"daoShm": receive_by_segment, "pyzmq": receive_by_pyzmq, "pyzmq, pickled": receive_by_pickle}
