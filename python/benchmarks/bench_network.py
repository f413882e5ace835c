"""How frames travel between two Python processes, by daoShm and by plain pyzmq.

    python bench_network.py [--json] [--short] [--repetitions N] [--folder DIR]

Every figure is the median of the repetitions, which take turns. Ratios are taken within one run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable
from ctypes import c_double, c_longlong
from typing import Any

import network_ends
import numpy as np

PERIOD_S = 0.002
PATIENCE_S = 30.0


class Shared:
    """What both processes of a run know."""

    def __init__(self, context: Any) -> None:
        self.port = context.Value(c_longlong, 0, lock=False)
        self.received = context.Value(c_longlong, -1, lock=False)
        self.is_over = context.Value(c_longlong, 0, lock=False)
        self.result = context.Value(c_double, 0.0, lock=False)


def until(holds: Callable[[], bool], what: str, pause_s: float = 0.0005) -> None:
    """Wait for what the other process does."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE_S} s for {what}")
        time.sleep(pause_s)


def send(kind: str, name: str, shape: tuple[int, ...], ahead: int, shared: Shared) -> None:
    """Publish frames whose first two numbers are the time and the frame's number; paced when `ahead` is 0."""
    frame = np.zeros(shape, np.float32)
    stamp = frame.reshape(-1)[:4].view(np.int64)
    with network_ends.SENDING[kind](name, frame) as (port, publish):
        shared.port.value = port
        while shared.received.value < 0:
            publish(frame)
            time.sleep(0.02)
        due = time.monotonic()
        while not shared.is_over.value:
            if ahead == 0:
                due += PERIOD_S
                time.sleep(max(0.0, due - time.monotonic()))
            elif stamp[1] - shared.received.value >= ahead:
                time.sleep(0.00002)
                continue
            stamp[1] += 1
            stamp[0] = time.monotonic_ns()
            publish(frame)


def receive(kind: str, count: int, ahead: int, shared: Shared) -> None:
    """Take `count` frames; note the median delay in us of paced ones, frames a second of others."""
    until(lambda: shared.port.value != 0, "a port")
    delays = []
    with network_ends.RECEIVING[kind](shared.port.value, every=ahead != 0) as frames:
        begin = first = 0
        for frame in frames:
            now = time.monotonic_ns()
            sent, number = frame.reshape(-1)[:4].view(np.int64).tolist()
            shared.received.value = number
            if number == 0:
                continue
            if begin == 0 and number > count // 10:
                begin, first = now, number
            delays.append(now - sent)
            if number >= count:
                break
    shared.result.value = (
        statistics.median(delays[len(delays) // 10 :]) / 1e3 if ahead == 0 else (number - first) * 1e9 / (now - begin)
    )
    shared.is_over.value = 1


def run(kind: str, folder: str, shape: tuple[int, ...], count: int, ahead: int) -> float:
    """One repetition: two new processes."""
    context = multiprocessing.get_context("spawn")
    shared = Shared(context)
    name = os.path.join(folder, f"bench-{os.getpid()}-{kind}.im.shm")
    ends = [
        context.Process(target=send, args=(kind, name, shape, ahead, shared)),
        context.Process(target=receive, args=(kind, count, ahead, shared)),
    ]
    for end in ends:
        end.start()
    ends[1].join()
    shared.is_over.value = 1
    ends[0].join(PATIENCE_S)
    if ends[1].exitcode != 0:
        raise RuntimeError(f"{kind}: the receiver failed")
    return shared.result.value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--short", action="store_true", help="few frames, once; compares nothing")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--folder", default="/dev/shm")
    options = parser.parse_args()
    repetitions = 1 if options.short else options.repetitions
    cases = [
        ("one way of 1 kB, us", (256,), 1000, 0),
        ("100x100 float32, frames/s", (100, 100), 10_000, 40),
        ("1000x1000 float32, frames/s", (1000, 1000), 300, 3),
    ]
    rows = []
    for what, shape, count, ahead in cases:
        found: dict[str, list[float]] = {kind: [] for kind in network_ends.SENDING}
        for _ in range(repetitions):
            for kind, values in found.items():
                values.append(run(kind, options.folder, shape, count // 50 if options.short else count, ahead))
        medians = {kind: statistics.median(values) for kind, values in found.items()}
        rows += [
            {"what": what, "by": kind, "median": median, "to_pyzmq": median / medians["pyzmq"]}
            for kind, median in medians.items()
        ]
    if options.json:
        json.dump(
            {"benchmark": "network, Python to Python", "short": options.short, "rows": rows}, sys.stdout, indent=1
        )
        print()
        return 0
    print("network, Python to Python" + (" (short run: not compared)" if options.short else ""))
    for row in rows:
        print(f"{row['what']:<30} {row['by']:<16} {row['median']:>12.1f} {row['to_pyzmq']:>8.2f} x pyzmq")
    return 0


if __name__ == "__main__":
    sys.exit(main())
