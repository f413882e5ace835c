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

from daoShm import DaoError, _core, shm

SHAPE = (16, 32)
FACTORS = (2 * np.arange(16 * 32, dtype=np.uint64) + 1).reshape(SHAPE)
TORN = 2


def write_frames(name: str, seed: int) -> None:
    segment = shm(name)
    for number in range(1, 1 << 32):
        segment.set_data(np.uint64((seed << 32) + number) * FACTORS)
        time.sleep(0.0002)


def read_frames(name: str) -> int:
    for frame in shm(name).frames(timeout=None):  # the counters begin anew when others make the segment again
        if not (frame == frame.flat[0] * FACTORS).all():
            return TORN
    return 0


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
    while True:
        try:
            if role == "writer":
                write_frames(name, seed)
            elif role in ("publisher", "subscriber"):
                serve(role, name, seed)
            elif result := read_frames(name):
                return result
        except (DaoError, OSError):  # replaced, removed, not there
            time.sleep(0.001)


def main(verdicts: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    print("network" if _core.HAS_NETWORK else "no network", flush=True)
    for line in sys.stdin:
        role, name, seed = line.split()
        worker = os.fork()
        if worker == 0:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            result = 1
            try:
                result = work(role, name, int(seed))
            finally:
                with open(verdicts, "a") as file:
                    file.write(f"{role} in python: {result}\n")
                os._exit(result)
        print(worker, flush=True)


main(sys.argv[1])
