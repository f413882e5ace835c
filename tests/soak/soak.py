#!/usr/bin/env python3
"""Writers and readers of many segments at once, in C, C++ and Python, with recorders and copies by the network, while
processes are killed, stopped and started again and segments are made again.

    soak.py WORKERS [--seconds N] [--share X] [--seed S] [--python PYTHON] [--tool DAOSHM]

WORKERS is the folder of the programs soak_worker_c and soak_worker_cpp. With --python a Python that has the package
takes part, with --tool recorders, publishers and subscribers. --share: of the usual rates; below 0.5 without the
largest frames. Prints what was written and read, what was missed and why, and memory, descriptors and mappings of
the processes that ran from the beginning to the end. Fails when a frame was torn, repeated, out of order or lost
without being counted, when a process grew, or when something is left.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from processes import Counts, Process, Recorder, Use

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "python/tests/helpers"))
import crowd_options  # noqa: E402
from scratch import ScratchFolder  # noqa: E402

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Load:
    """A segment and its rate."""

    name: str
    frame_bytes: int
    depth: int
    rate_hz: float

    def period_ns(self, share: float) -> int:
        return round(1e9 / (self.rate_hz * share))


LOADS = [
    Load("byte", 1, 64, 1000),
    Load("line", 101, 1, 500),
    Load("page", 4096, 64, 1000),
    Load("odd", 40_001, 16, 400),
    Load("camera", MEBIBYTE, 8, 60),
    Load("large", 16 * MEBIBYTE, 2, 4),
    Load("largest", 64 * MEBIBYTE, 2, 1),
]
RECORDED = LOADS[2]
PUBLISHED = LOADS[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Soak:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.tool: Path | None = options.tool
        self.random = random.Random(options.seed)
        self.scratch = [ScratchFolder(), ScratchFolder(tempfile.gettempdir())]
        self.folder, self.elsewhere = (folder.path for folder in self.scratch)
        self.logs, self.recordings = self.elsewhere / "logs", self.elsewhere / "recordings"
        self.logs.mkdir()
        self.recordings.mkdir()
        self.environment = {
            **os.environ, "DAO_NET_STATE": str(self.elsewhere / "net"), "DAO_NET_ANNOUNCE": "0",
        }  # fmt: skip
        self.loads = [load for load in LOADS if options.share >= 0.5 or load.frame_bytes <= MEBIBYTE]
        self.counts = {
            kind: Counts() for kind in ("written", "read in order", "read newest", "copied", "recorded", "net")
        }
        self.events: dict[str, int] = {}
        self.failures: list[str] = []
        self.processes: list[Process] = []
        self.seeds = 0

    def path(self, name: str) -> str:
        return str(self.folder / f"{name}.im.shm")

    def new_seed(self) -> int:
        self.seeds += 1
        return self.seeds

    def fail(self, what: str) -> None:
        self.failures.append(what)
        print(f"FAILED: {what}", flush=True)

    def c_worker(self, *words: object) -> list[str]:
        return [str(self.options.workers / "soak_worker_c"), *map(str, words)]

    def make(self, load: Load, depth: int) -> None:
        made = subprocess.run(
            self.c_worker("create", self.path(load.name), load.frame_bytes, depth),
            capture_output=True,
            text=True,
            check=False,
        )
        # Busy: who writes it was stopped, or others make it too.
        if made.returncode != 0 and not any(word in made.stderr for word in ("busy", "keep doing so")):
            self.fail(f"{load.name}: {made.stderr}")

    def add(self, kind: str, command: list[str], frame_bytes: int, *, is_steady: bool) -> None:
        self.processes.append(Process(self, kind, command, frame_bytes, is_steady=is_steady))

    def worker(self, language: str, *words: object) -> list[str]:
        if language == "python":
            return [str(self.options.python), str(HERE / "worker.py"), *map(str, words)]
        return [str(self.options.workers / f"soak_worker_{language}"), *map(str, words)]

    def begin(self) -> None:
        languages = ["c", "cpp"] + (["python"] if self.options.python else [])
        for index, load in enumerate(self.loads):
            self.make(load, load.depth)
            name, period_ns = self.path(load.name), load.period_ns(self.options.share)
            small = load.frame_bytes <= MEBIBYTE
            # A language that writes one segment reads the next.
            writer = languages[index % len(languages)] if small else "c"
            self.add(
                "written", self.worker(writer, "writer", name, "SEED", period_ns), load.frame_bytes, is_steady=False
            )
            for turn, language in enumerate(languages if small else ["c"]):
                is_steady = (index + turn) % 2 == 0
                wait = ["sleep", "adaptive", "semaphore"][(index + turn) % 3]
                self.add(
                    "read in order", self.worker(language, "reader", name, "order", wait), load.frame_bytes,
                    is_steady=is_steady,
                )  # fmt: skip
            self.add(
                "read newest", self.c_worker("reader", name, "newest", "adaptive"), load.frame_bytes, is_steady=True
            )
        if self.tool:
            self.begin_tool()

    def begin_tool(self) -> None:
        port = free_port()
        copy = self.path("copy")
        self.processes.append(Recorder(self, RECORDED.name, RECORDED.frame_bytes))
        self.add("net", [str(self.tool), "publish", self.path(PUBLISHED.name), "--port", str(port)], 0, is_steady=False)
        source = f"127.0.0.1:{port}:{PUBLISHED.name}"
        self.add("net", [str(self.tool), "subscribe", source, "--as", copy, "--every"], 0, is_steady=False)
        self.add("copied", self.c_worker("reader", copy, "order", "sleep"), PUBLISHED.frame_bytes, is_steady=True)

    def disturb(self) -> None:
        """One accident."""
        victims = [process for process in self.processes if not process.is_steady]
        victim = self.random.choice(victims)
        load = self.random.choice(self.loads)
        event = self.random.choices(
            ["killed", "ended", "stopped", "made again", "replaced"], [4, 2, 2, 1, 1]
        )[0]  # fmt: skip
        self.events[event] = self.events.get(event, 0) + 1
        if event == "killed":
            victim.restart(signal.SIGKILL)
        elif event == "ended":
            victim.restart(signal.SIGTERM)
        elif event == "stopped":
            victim.process.send_signal(signal.SIGSTOP)
            time.sleep(self.random.uniform(0, 0.3))
            victim.process.send_signal(signal.SIGCONT)
        else:
            self.make(load, load.depth if event == "made again" else self.random.choice([1, 2, 4, 8]))

    def measure_begin(self) -> None:
        for process in self.processes:
            if process.is_steady and process.process.poll() is None:
                process.begin = Use.of(process.process.pid)

    def compare_end(self) -> None:
        steady = [(process, process.begin) for process in self.processes if process.begin]
        total_begin, total_end = Use(0, 0, 0), Use(0, 0, 0)
        for process, begin in steady:
            if process.process.poll() is not None:
                continue  # its end is told elsewhere
            end = Use.of(process.process.pid)
            for total, use in ((total_begin, begin), (total_end, end)):
                total.memory_kib += use.memory_kib
                total.descriptors += use.descriptors
                total.mappings += use.mappings
            # A replacement that is noticed soon is open besides for a moment.
            if end.descriptors > begin.descriptors + 4 or end.mappings > begin.mappings + 2:
                self.fail(f"{process}: {begin} at the beginning, {end} at the end")
            if end.memory_kib > 1.2 * begin.memory_kib + 4096 + 2 * process.frame_bytes // 1024:
                self.fail(f"{process}: grew from {begin.memory_kib} to {end.memory_kib} KiB")
        print(f"{len(steady)} processes from the beginning to the end: {total_begin}; at the end {total_end}")

    def run(self) -> None:
        begun = time.monotonic()
        self.begin()
        until = begun + self.options.seconds
        time.sleep(min(5, self.options.seconds / 3))
        self.measure_begin()
        while time.monotonic() < until and len(self.failures) < 10:
            time.sleep(self.random.uniform(0, 2 * self.options.interval))
            for process in self.processes:
                if process.process.poll() is not None:  # a recording is complete; others fail in collect()
                    process.collect()
                    process.start()
            self.disturb()
        time.sleep(1.2)  # each prints once a second
        self.compare_end()
        self.seconds = time.monotonic() - begun

    def end(self) -> None:
        for process in self.processes:
            process.end()
        for name in [load.name for load in self.loads] + ["copy"]:
            subprocess.run(self.c_worker("remove", self.path(name)), check=False)
        if left := [entry.name for entry in self.folder.iterdir()]:
            self.fail(f"left behind: {left}")
        for folder in self.scratch:
            folder.close()

    @staticmethod
    def causes(kind: str, by_cause: dict[str, int]) -> str:
        """What a reader of the newest misses it did not ask for; one in order was too slow, or a writer was killed."""
        missed = "passed over for a newer one" if kind == "read newest" else "missed, overwritten before they were read"
        words = {"missed": missed, "restarts": "times a segment was made again", "outrun": "times outrun"}
        return "".join(f", {count} {words.get(name, name)}" for name, count in by_cause.items())

    def report(self) -> None:
        for kind, counts in self.counts.items():
            if kind == "net":
                continue
            rate = f"{counts.frames / self.seconds:.0f}/s, {counts.bytes / self.seconds / MEBIBYTE:.0f} MiB/s"
            causes = "" if kind == "written" else self.causes(kind, counts.by_cause)
            print(f"{kind}: {counts.frames} frames, {rate}{causes}")
        events = ", ".join(f"{count} {event}" for event, count in sorted(self.events.items()))
        print(f"{events}; {self.seconds:.0f} s; load {os.getloadavg()[1]:.1f}; {len(self.failures)} failed")
        if self.counts["written"].frames == 0 or self.counts["read in order"].frames == 0:
            self.fail("nothing was written or read")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("workers", type=Path)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--share", type=float, default=1)
    parser.add_argument("--interval", type=float, default=0.5, help="seconds between accidents, on average")
    options = crowd_options.parse(parser)
    print(f"seed {options.seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # through `finally`: no process is left
    soak = Soak(options)
    try:
        soak.run()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        soak.end()
    soak.report()
    return 1 if soak.failures else 0


sys.exit(main())
