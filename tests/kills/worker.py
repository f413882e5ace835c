"""The same as worker.c through the Python package: a process that imports it once, and forks workers as it is told.

First it writes whether it has the network. It reads lines "ROLE NAME NUMBER" from standard input, the number being a
seed, or a port for publishers and subscribers, and answers each with the worker's process id. A worker that ends by
itself has found what must not be, and says so in the file that the argument names.
"""

import os
import signal
import sys
import time

import numpy as np

from daoShm import DaoError, ErrorCode, _core, shm

SHAPE = (16, 32)
FACTORS = (2 * np.arange(16 * 32, dtype=np.uint64) + 1).reshape(SHAPE)
FAILED, TORN, REPEATED = 1, 2, 3
IN_PYTHON = 1 << 30  # above the seed, in the tag of each frame: a writer that may write one again
# Those that others cause on purpose: they replace and remove the segment all the time. As in worker.hpp.
EXPECTED = {
    ErrorCode.NOT_FOUND,
    ErrorCode.REPLACED,
    ErrorCode.REMOVED,
    ErrorCode.PERMISSION,
    ErrorCode.READ_ONLY,
    ErrorCode.BUSY,
    ErrorCode.NOT_READY,
    ErrorCode.TIMEOUT,
}


class Writer:
    """Each frame has a greater number than the one before, whatever segment it goes to."""

    def __init__(self, seed: int) -> None:
        self.number = (seed | IN_PYTHON) << 32

    def write_frames(self, name: str) -> None:
        segment = shm(name)
        while True:
            self.number += 1
            segment.set_data(np.uint64(self.number) * FACTORS)
            time.sleep(0.0002)


class Reader:
    """What each writer wrote comes in its order. An iterator does not tell generations apart, so that counters are not
    compared here; a frame that met a replacement is written again by a writer in Python, to the new segment. A copy by
    the network begins anew with each publisher."""

    def __init__(self, is_in_order: bool) -> None:
        self.is_in_order = is_in_order
        self.last: dict[int, int] = {}  # of each writer
        self.found = 0

    def read_frames(self, name: str) -> None:
        for frame in shm(name).frames(timeout=None):
            if not (frame == frame.flat[0] * FACTORS).all():
                self.found = TORN
                return
            tag = int(frame.flat[0])
            writer, before = tag >> 32, self.last.get(tag >> 32, -1)
            is_new = tag > before or (tag == before and writer & IN_PYTHON != 0)
            if self.is_in_order and writer != 0 and not is_new:  # 0: the probe, which always writes the same
                self.found = REPEATED
                print(f"in Python: {tag:#x} after {before:#x}", file=sys.stderr, flush=True)
                return
            self.last[writer] = tag


def serve(role: str, name: str, port: int) -> None:
    """A thread of the library's publishes the segment, or copies it; the segment comes and goes."""
    if role == "publisher":
        segment = shm(name, pubPort=port, bind="127.0.0.1")
        segment.pubEnable = True
        segment.pubThread.start()
    else:
        segment = shm(name, np.zeros(SHAPE, np.uint64), subPort=port, subHost="127.0.0.1")
        segment.subEnable = True
        segment.subThread.start()
    while True:
        time.sleep(1)


def work(role: str, name: str, seed: int) -> int:
    writer, reader = Writer(seed), Reader(not name.endswith("copy.im.shm"))
    while reader.found == 0:
        try:
            if role == "writer":
                writer.write_frames(name)
            elif role == "reader":
                reader.read_frames(name)
            else:
                serve(role, name, seed)
        except DaoError as error:
            if error.code not in EXPECTED and role in ("writer", "reader"):
                print(f"{role} in Python: {error.code}: {error}", file=sys.stderr, flush=True)
                return FAILED
            time.sleep(0.001)
    return reader.found


def main(verdicts: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    print("network" if _core.HAS_NETWORK else "no network", flush=True)
    for line in sys.stdin:
        role, name, seed = line.split()
        worker = os.fork()
        if worker == 0:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            result = FAILED
            try:
                result = work(role, name, int(seed))
            finally:
                with open(verdicts, "a") as file:
                    file.write(f"{role} in python: {result}\n")
                os._exit(result)
        print(worker, flush=True)


main(sys.argv[1])
