"""The same as worker.c through the Python package: a process that imports it once, and forks workers as it is told.

First it writes whether it has the network. It reads lines "ROLE NAME NUMBER USER NAMESPACE STATE" from standard input:
the number is a seed, or a port for publishers and subscribers; the user a number, 0 for this one; the namespace "here"
or "elsewhere"; the state the folder in which the network lists what it does. It answers each with the worker's process
id. A worker that ends by itself has found what must not be, and says so in the file that the argument names.
"""

import ctypes
import itertools
import os
import signal
import sys
import time
import traceback

import numpy as np
import numpy.ma  # NumPy would fetch it later, when the other user may be unable to reach it

from daoShm import DaoError, ErrorCode, _core, remove, shm

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


class Maker:
    """Makes the segment again in another depth, and removes it now and then."""

    def __init__(self, seed: int) -> None:
        self.turns = itertools.count(seed + 1)

    def make_again(self, name: str) -> None:
        for turn in self.turns:
            shm(name, np.zeros(SHAPE, np.uint64), nbkw=4, depth=1 + turn % 3, mode=0o666)
            if turn % 4 == 0:
                remove(name)
            time.sleep(0.02)


class Keywords:
    """The comment tells the value that was set with it."""

    def __init__(self) -> None:
        self.values = itertools.count(1)
        self.found = 0

    def set_keywords(self, name: str) -> None:
        for value in self.values:
            keywords = shm(name).keywords
            keywords.set("turn", value, f"turn {value}")
            _, number, comment = keywords._entry("turn")  # both of one moment
            if comment != f"turn {number}":
                self.found = TORN
                return
            time.sleep(0.001)


def serve(role: str, name: str, port: int) -> None:
    """A thread of the library's publishes the segment, or copies it; the segment comes and goes."""
    if role == "publisher":
        segment = shm(name, pubPort=port, bind="127.0.0.1")
        segment.pubEnable = True
        segment.pubThread.start()
    else:
        segment = shm(name, np.zeros(SHAPE, np.uint64), subPort=port, subHost="127.0.0.1", mode=0o666)
        segment.subEnable = True
        segment.subThread.start()
    while True:
        time.sleep(1)


def work(role: str, name: str, seed: int) -> int:
    writer, maker = Writer(seed), Maker(seed)
    reader, keywords = Reader(not name.endswith("copy.im.shm")), Keywords()
    while reader.found == 0 and keywords.found == 0:
        try:
            if role == "writer":
                writer.write_frames(name)
            elif role == "reader":
                reader.read_frames(name)
            elif role == "creator":
                maker.make_again(name)
            elif role == "keywords":
                keywords.set_keywords(name)
            else:
                serve(role, name, seed)
        except DaoError as error:
            if error.code not in EXPECTED and role not in ("publisher", "subscriber"):
                print(f"{role} in Python: {error.code}: {error}", file=sys.stderr, flush=True)
                return FAILED
            time.sleep(0.001)
    return reader.found or keywords.found


libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWPID = 0x20000000
PR_SET_DUMPABLE = 4


def fork(is_elsewhere: bool) -> int:
    """0 in the child, which is the first of a pid namespace of its own when it is to be elsewhere."""
    if not is_elsewhere:
        return os.fork()
    here = os.open("/proc/self/ns/pid", os.O_RDONLY)
    try:
        if libc.unshare(CLONE_NEWPID) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        worker = os.fork()
        if worker != 0 and libc.setns(here, CLONE_NEWPID) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(here)
    return worker


def become(user: int) -> None:
    """What was imported is here already: the other user may be unable to reach it."""
    if user != 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
        libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # as a process that this user started: /proc/self is its own


def main(verdicts: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    print("network" if _core.HAS_NETWORK else "no network", flush=True)
    for line in sys.stdin:
        role, name, seed, user, namespace, state = line.split()
        if fork(namespace == "elsewhere") == 0:
            libc.signal(signal.SIGUSR1, libc._exit)  # at whatever instruction it is, which Python's handlers are not
            print(os.readlink("/proc/self"), flush=True)  # its number here, not in its own namespace
            os.environ["DAO_NET_STATE"] = state
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            result = FAILED
            try:
                become(int(user))
                result = work(role, name, int(seed))
            except BaseException:
                traceback.print_exc()
            finally:
                with open(verdicts, "a") as file:
                    file.write(f"{role} in python: {result}\n")
                os._exit(result)


main(sys.argv[1])
