"""The same as worker.c through the Python package.

worker.py writer NAME SEED PERIOD_NS
worker.py reader NAME order sleep
"""

import sys
import time

import numpy as np

from daoShm import DaoError, shm

COUNTS = dict.fromkeys(("frames", "missed", "restarts", "outrun", "torn", "repeated", "reordered", "silent"), 0)
printed_at_s = 0


def print_counts() -> None:
    global printed_at_s
    if (now_s := int(time.monotonic())) != printed_at_s:
        printed_at_s = now_s
        print(*(f"{name}={count}" for name, count in COUNTS.items()), flush=True)


def factors_of(frame_bytes: int) -> np.ndarray:
    return 2 * np.arange(frame_bytes // 8, dtype=np.uint64) + np.uint64(1)


def write_frames(name: str, tag: int, period_s: float) -> int:
    segment = shm(name)
    factors = factors_of(segment.shape[0])
    try:
        while True:
            tag += 1
            frame = (np.uint64(tag) * factors).view(np.uint8)
            tail = np.frombuffer(tag.to_bytes(8, "little"), np.uint8)[: segment.shape[0] % 8]
            segment.set_data(np.concatenate((frame, tail)).reshape(segment.shape))
            COUNTS["frames"] += 1
            print_counts()
            time.sleep(period_s)
    except (DaoError, OSError):  # replaced or removed: opened anew
        return tag


def read_frames(name: str) -> None:
    segment = shm(name)
    factors = factors_of(segment.shape[0])
    frames = segment.frames(timeout=0.5)
    last = last_tag = 0
    while True:
        try:
            frame = next(frames)
        except TimeoutError:
            print_counts()
            continue
        words = frame.reshape(-1)[: 8 * len(factors)].view(np.uint64)
        tag = int(words[0]) if len(words) else 0
        COUNTS["torn"] += not (words == words[:1] * factors).all()
        COUNTS["reordered"] += tag >> 40 == last_tag >> 40 and tag < last_tag
        if last:
            COUNTS["missed"] += frames.missed
            goes_on = frames.counter == last + frames.missed + 1
            COUNTS["repeated"] += goes_on and tag != 0 and tag == last_tag
            COUNTS["restarts"] += not goes_on  # made again: it counts from 1
            COUNTS["silent"] += not goes_on and frames.counter != frames.missed + 1
        COUNTS["frames"] += 1
        last, last_tag = frames.counter, tag
        print_counts()


def main(role: str, name: str, *options: str) -> None:
    tag = int(options[0]) << 40 if role == "writer" else 0
    while True:
        try:
            if role == "writer":
                tag = write_frames(name, tag, int(options[1]) * 1e-9)
            else:
                read_frames(name)
        except (DaoError, OSError):  # not there, removed
            time.sleep(0.01)


main(*sys.argv[1:])
