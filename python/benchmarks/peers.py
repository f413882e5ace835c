"""What daoShm is measured beside: plain NumPy, multiprocessing.shared_memory and, when installed, iceoryx2."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
from collections.abc import Callable, Iterator
from multiprocessing import shared_memory

import numpy as np

Operations = dict[str, Callable[[], object]]


@contextlib.contextmanager
def numpy_copies(frame: np.ndarray) -> Iterator[Operations]:
    """Copies between arrays of this process: the limit."""
    target = frame.copy()
    yield {
        "numpy.copyto": lambda: np.copyto(target, frame),
        "ndarray.copy": frame.copy,
    }


@contextlib.contextmanager
def standard_library(frame: np.ndarray) -> Iterator[Operations]:
    """multiprocessing.shared_memory: bare memory, no counter, no wake-up, torn copies possible."""
    memory = shared_memory.SharedMemory(create=True, size=frame.nbytes)
    array = np.ndarray(frame.shape, frame.dtype, buffer=memory.buf)
    array[...] = frame
    try:
        yield {
            "shared_memory write": functools.partial(np.copyto, array, frame),
            "shared_memory read": array.copy,
        }
    finally:
        del array
        with contextlib.suppress(BufferError):
            memory.close()
        memory.unlink()


@contextlib.contextmanager
def iceoryx2(frame: np.ndarray) -> Iterator[Operations]:
    """iceoryx2 publish and subscribe of the same bytes, copied in and out. Nothing when it is not installed."""
    try:
        import iceoryx2 as iox2
    except ImportError:
        yield {}
        return
    iox2.set_log_level(iox2.LogLevel.Error)
    node = iox2.NodeBuilder.new().create(iox2.ServiceType.Ipc)
    name = iox2.ServiceName.new(f"daoShm/benchmark/{os.getpid()}/{frame.nbytes}")
    service = node.service_builder(name).publish_subscribe(iox2.Slice[ctypes.c_uint8]).open_or_create()
    publisher = service.publisher_builder().initial_max_slice_len(frame.nbytes).create()
    subscriber = service.subscriber_builder().create()
    address = frame.ctypes.data

    def send_and_receive() -> np.ndarray:
        loan = publisher.loan_slice_uninit(frame.nbytes)
        ctypes.memmove(loan.payload_ptr, address, frame.nbytes)
        loan.assume_init().send()
        sample = subscriber.receive()
        copy = np.frombuffer(sample.payload().as_memory_view(), frame.dtype).copy()
        sample.delete()
        return copy

    yield {"iceoryx2 send + receive": send_and_receive}
