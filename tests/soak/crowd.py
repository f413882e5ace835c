#!/usr/bin/env python3
"""A thousand segments and five hundred readers at once: what grows, and whether `daoshm` still answers.

    crowd.py WORKERS [--tool DAOSHM] [--segments N] [--readers N]

WORKERS is the folder of soak_worker_c. Prints what a segment and a reader cost, the time of a publish with nobody and
with everybody asleep, and the times of `ls`, `top` and `info`. Fails when one of these needs more than a second of
processor time, or when a reader is not listed.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "python/tests/helpers"))
from scratch import ScratchFolder

MISSING = 77
MOST_PROCESSOR_S = 1.0  # what a busy machine adds is not counted
PATIENCE_S = 200


def memory_kib(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0


class Crowd:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.scratch = ScratchFolder()
        self.folder = self.scratch.path
        self.worker = str(options.workers / "soak_worker_c")
        self.first = str(self.folder / "s0000.im.shm")
        self.readers: list[subprocess.Popen[bytes]] = []
        self.maker: subprocess.Popen[str] | None = None
        self.failures = 0

    def fail(self, what: str) -> None:
        self.failures += 1
        print(f"FAILED: {what}", flush=True)

    def make_segments(self) -> None:
        begun = time.monotonic()
        self.maker = subprocess.Popen(
            [self.worker, "crowd", str(self.folder), str(self.options.segments), "2"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if not self.maker.stdout or self.maker.stdout.readline() != "ready\n":
            raise SystemExit("the segments could not be made")
        took_ms = (time.monotonic() - begun) * 1e3
        pid, count = self.maker.pid, self.options.segments
        files = sum(entry.stat().st_blocks * 512 for entry in self.folder.iterdir())
        print(
            f"{count} segments of 4096 bytes, depth 2: made in {took_ms / count:.2f} ms each; each takes "
            f"{files / count / 1024:.0f} KiB of memory, and in the process that has all open "
            f"{len(os.listdir(f'/proc/{pid}/fd')) / count:.1f} descriptors, 1 mapping, "
            f"{memory_kib(pid, 'RssAnon') / count:.1f} KiB"
        )

    def publish_us(self) -> float:
        took = subprocess.run([self.worker, "publish", self.first, "100", "2000000"], capture_output=True, check=True)
        return int(took.stdout) / 1e3

    def daoshm(self, *words: str) -> str:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        done = subprocess.run([str(self.options.tool), *words], capture_output=True, text=True, check=False)
        took_s = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        name = " ".join(word for word in words if not word.startswith("/"))
        print(f"daoshm {name}: {took_s:.2f} s, of which the processor worked {processor_s:.2f} s")
        if done.returncode != 0:
            self.fail(f"{name}: {done.stderr}")
        if processor_s > MOST_PROCESSOR_S:
            self.fail(f"{name}: more than {MOST_PROCESSOR_S} s of processor time")
        return done.stdout

    def list_segments(self) -> None:
        listed = json.loads(self.daoshm("ls", str(self.folder), "--interval", "0.01", "--json"))
        if len(listed) != self.options.segments or any(row["problem"] for row in listed):
            self.fail(f"ls: {len(listed)} of {self.options.segments} segments")
        self.daoshm("ls", str(self.folder), "--names")
        table = self.daoshm("top", "--once", "--interval", "0.1", str(self.folder))
        if len(table.splitlines()) <= self.options.segments:
            self.fail("top: not all segments")

    def listed_readers(self) -> int:
        info = subprocess.run([str(self.options.tool), "info", self.first, "--json"], capture_output=True, check=True)
        return int(json.loads(info.stdout)["readers"])

    def add_readers(self) -> None:
        begun = time.monotonic()
        for _ in range(self.options.readers):
            self.readers.append(
                subprocess.Popen([self.worker, "reader", self.first, "newest", "sleep"], stdout=subprocess.DEVNULL)
            )
        while (listed := self.listed_readers()) < self.options.readers:
            if time.monotonic() - begun > PATIENCE_S:
                self.fail(f"{listed} of {self.options.readers} readers are listed")
                break
            time.sleep(0.5)
        pids = [reader.pid for reader in self.readers]
        mean_kib = sum(memory_kib(pid, "RssAnon") for pid in pids) / len(pids)
        descriptors = len(os.listdir(f"/proc/{pids[-1]}/fd"))
        print(f"{len(pids)} readers of one segment, each a process: {mean_kib:.0f} KiB, {descriptors} descriptors each")

    def run(self) -> None:
        self.make_segments()
        self.list_segments()
        alone_us = self.publish_us()
        self.add_readers()
        print(f"a publish takes {alone_us:.1f} us without readers, {self.publish_us():.1f} us with all of them asleep")
        self.list_segments()
        self.daoshm("info", self.first)
        for reader in self.readers:
            if reader.poll() is not None:
                self.fail(f"a reader ended with {reader.returncode}")

    def end(self) -> None:
        for reader in self.readers:
            reader.kill()
        for reader in self.readers:
            reader.wait()
        if self.maker and self.maker.stdin:
            self.maker.stdin.close()
            self.maker.wait()
        if left := [entry.name for entry in self.folder.iterdir()]:
            self.fail(f"left behind: {left[:5]}")
        self.scratch.close()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("workers", type=Path)
    parser.add_argument("--tool", type=Path, required=True)
    parser.add_argument("--segments", type=int, default=1000)
    parser.add_argument("--readers", type=int, default=500)
    options = parser.parse_args()
    if not options.tool.exists():
        print(f"{options.tool}: not built")
        return MISSING
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))  # a segment that is written takes two
    if limit[1] < 2 * options.segments + 50:
        print(f"only {limit[1]} descriptors are allowed")
        return MISSING
    crowd = Crowd(options)
    try:
        crowd.run()
    finally:
        crowd.end()
    return 1 if crowd.failures else 0


sys.exit(main())
