"""What the Python calls cost, beside what they are compared with.

    python bench_python.py [--json] [--short] [--repetitions N] [--folder DIR]

Every figure is the median of the repetitions, which take turns; p99 and p99.9 are of single calls, with the cost of
the clock in them. Ratios are taken within one run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import peers

import daoShm
from daoShm import shm


@dataclass
class Figure:
    """One operation: nanoseconds a call."""

    frame: str
    operation: str
    median_ns: float
    p99_ns: float
    p999_ns: float


@dataclass
class Target:
    """A ratio of two figures, or a time, and what it should not exceed."""

    what: str
    found: float
    limit: float
    unit: str


def time_of_batch(operation: Callable[[], object], calls: int) -> float:
    """Nanoseconds a call, over a batch."""
    span = range(calls)
    begin = time.perf_counter_ns()
    for _ in span:
        operation()
    return (time.perf_counter_ns() - begin) / calls


def single_calls(operation: Callable[[], object], calls: int) -> list[int]:
    """Nanoseconds of each call, with the clock's own cost, in order of size."""
    clock = time.perf_counter_ns
    found = []
    for _ in range(calls):
        begin = clock()
        operation()
        found.append(clock() - begin)
    return sorted(found)


def measure(frame: str, operations: peers.Operations, repetitions: int, calls: int) -> dict[str, Figure]:
    """Measure all operations in turns."""
    batches: dict[str, list[float]] = {name: [] for name in operations}
    singles: dict[str, list[int]] = {}
    for operation in operations.values():
        time_of_batch(operation, max(1, calls // 10))
    for _ in range(repetitions):
        for name, operation in operations.items():
            batches[name].append(time_of_batch(operation, calls))
    for name, operation in operations.items():
        singles[name] = single_calls(operation, calls)
    return {
        name: Figure(
            frame,
            name,
            statistics.median(batches[name]),
            singles[name][int(0.99 * (calls - 1))],
            singles[name][int(0.999 * (calls - 1))],
        )
        for name in operations
    }


def figures_for(shape: tuple[int, int], folder: str, repetitions: int, calls: int) -> dict[str, Figure]:
    """All operations on frames of float32 of that shape."""
    frame = np.random.default_rng(1).random(shape, np.float32)
    name = os.path.join(folder, f"bench-{os.getpid()}-{shape[0]}.im.shm")
    with contextlib.ExitStack() as stack:
        stack.callback(daoShm.remove, name)
        writer = stack.enter_context(shm(name, frame))
        reader = stack.enter_context(shm(name))
        place = frame.copy()

        def publish_and_read() -> np.ndarray:
            writer.set_data(frame)
            return reader.get_data()

        def lend() -> None:
            with writer.write():
                pass

        operations: peers.Operations = {}
        for peer in (peers.numpy_copies, peers.standard_library, peers.iceoryx2):
            operations |= stack.enter_context(peer(frame))
        operations |= {
            "get_data": reader.get_data,
            "get_data(out=)": lambda: reader.get_data(out=place),
            "view": reader.view,
            "set_data": lambda: writer.set_data(frame),
            "set_data + get_data": publish_and_read,
            "write() without the data": lend,
            "get_counter": reader.get_counter,
            "open + close": lambda: shm(name).close(),
        }
        return measure(f"{shape[0]}x{shape[1]}", operations, repetitions, calls)


def targets(small: dict[str, Figure], large: dict[str, Figure]) -> list[Target]:
    """What is asked of the calls, as this run found it."""

    def ratio(figures: dict[str, Figure], one: str, other: str, limit: float) -> Target:
        frame = figures[one].frame
        found = figures[one].median_ns / figures[other].median_ns
        return Target(f"{one} / {other}, {frame}", found, limit, "x")

    def cost(one: str, limit_us: float) -> Target:
        return Target(f"{one}, {small[one].frame}", small[one].median_ns / 1000, limit_us, "us")

    return [
        cost("get_data", 1.0),
        ratio(small, "get_data", "ndarray.copy", 3.0),
        cost("view", 0.3),
        cost("set_data", 1.0),
        ratio(large, "get_data", "numpy.copyto", 1.1),
        ratio(large, "set_data", "numpy.copyto", 1.1),
    ]


def print_table(figures: list[Figure], found: list[Target]) -> None:
    print(f"{'frame':<10} {'operation':<26} {'median ns':>12} {'p99 ns':>12} {'p99.9 ns':>12}")
    for figure in figures:
        numbers = f"{figure.median_ns:>12.0f} {figure.p99_ns:>12.0f} {figure.p999_ns:>12.0f}"
        print(f"{figure.frame:<10} {figure.operation:<26} {numbers}")
    print()
    print(f"{'target':<40} {'found':>10} {'limit':>10}")
    for target in found:
        verdict = "" if target.found <= target.limit else "  not reached"
        print(f"{target.what:<40} {target.found:>7.2f} {target.unit:<2} {target.limit:>7.2f} {target.unit:<2}{verdict}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--short", action="store_true", help="a quick run that says nothing about speed")
    parser.add_argument("--repetitions", type=int, default=7, help="repetitions, whose median counts")
    parser.add_argument("--folder", default="/dev/shm", help="where the segments lie")
    options = parser.parse_args()
    if options.repetitions < 1:
        parser.error(f"--repetitions is {options.repetitions}; expected at least 1")

    repetitions = 1 if options.short else options.repetitions
    small = figures_for((10, 10), options.folder, repetitions, 200 if options.short else 20_000)
    large = figures_for((1000, 1000), options.folder, repetitions, 20 if options.short else 1_000)
    figures = [*small.values(), *large.values()]
    found = targets(small, large)
    if options.json:
        system = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
        result = {"system": system, "figures": [asdict(one) for one in figures]}
        print(json.dumps(result | {"targets": [asdict(one) for one in found]}, indent=2))
    else:
        print_table(figures, found)


if __name__ == "__main__":
    main()
