#!/usr/bin/env python3
"""Kills, ends, stops and continues processes that write, read, make, replace, remove, record, publish and copy one
segment, and checks after each kill that the others go on.

    random_kills.py WORKERS [--kills N] [--seed S] [--python PYTHON] [--tool DAOSHM]

WORKERS is the folder of the programs kill_worker_c, kill_worker_cpp and kill_worker_probe. With --python a Python
that has the package takes part, with --tool recorders, publishers and subscribers. As root a second user takes
part, and other pid namespaces where that is allowed. The seed, which is printed, gives the same processes,
victims and pauses again; what the system makes of them may differ.

A victim is killed, or ends itself by _exit() at whatever instruction it is, or is stopped before; recorders,
publishers and subscribers of the tool are killed where others would end themselves.

After each kill: the next writer writes within a second (4 s on a machine that is much too busy), less what it, or a
living process that has the lock, waited for a processor; the next reader reads a whole frame. All the time: no worker
sees a frame that is torn, repeated, out of order or silently lost, in the segment and in its copy by the network;
Python readers compare no counters, but the order of each writer's frames in the segment. What a killed recorder left
is repaired and has real frames only. At the end: nothing is left.
"""

import argparse
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from victims import NOBODY, OTHER_USER, TOOL_ROLES, Worker

sys.path.append(str(Path(__file__).resolve().parents[2] / "python/tests/helpers"))
import crowd_options
from scratch import ScratchFolder

CROWD = 6  # processes of any role, beside the one of each tool role that there always is
WAYS = {"killed": 4, "ended by _exit": 2, "stopped and continued": 2, "stopped and killed": 2}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Kills:
    def __init__(self, programs: Path, seed: int, tool: Path | None) -> None:
        self.programs = programs
        self.tool = tool
        self.started = 0  # workers
        self.recorded = 0  # frames in recordings, each compared
        self.copies = 0  # probes at which there was a copy by the network
        self.seed = seed
        self.scratch = [ScratchFolder(), *(ScratchFolder(tempfile.gettempdir()) for _ in range(2))]
        # The latter are where publishers and subscribers are listed, of each user.
        self.folder, self.state, self.state_of_other = (folder.path for folder in self.scratch)
        self.folder.chmod(0o777)  # not sticky: the other user may replace and remove
        self.name = str(self.folder / "k.im.shm")
        self.copy = str(self.folder / "copy.im.shm")
        self.port = free_port()
        self.verdicts = Path(f"{self.folder}.verdicts")  # of the workers in Python
        self.verdicts.touch()
        self.verdicts.chmod(0o666)
        self.workers: list[Worker] = []
        self.failures: list[str] = []
        self.longest_s = 0.0
        self.why_longest = ""
        self.counts: dict[str, int] = {}
        self.victims: dict[str, int] = {}
        self.has_other_user = os.geteuid() == 0 and self.let_other_user_in()
        self.has_namespaces = (
            subprocess.run(["unshare", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL, check=False).returncode
            == 0
        )
        self.zygote: subprocess.Popen[str] | None = None
        self.has_python_network = False

    def let_other_user_in(self) -> bool:
        os.chown(self.state_of_other, NOBODY, NOBODY)
        can_run = [*OTHER_USER, "test", "-x", str((self.programs / "kill_worker_c").absolute())]
        if subprocess.run(can_run, check=False).returncode == 0:
            return True
        print(f"{self.programs}: user {NOBODY} cannot reach it; goes without him", flush=True)
        return False

    def environment(self, is_other_user: bool) -> dict[str, str]:
        return {**os.environ, "DAO_NET_STATE": self.state_folder(is_other_user), "DAO_NET_ANNOUNCE": "0"}

    def state_folder(self, is_other_user: bool) -> str:
        return str(self.state_of_other if is_other_user else self.state)

    def start_python(self, python: str | None) -> None:
        if python:
            worker = Path(__file__).with_name("worker.py")
            self.zygote = subprocess.Popen(
                [python, str(worker), str(self.verdicts)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env=self.environment(False),
            )  # fmt: skip
            self.has_python_network = self.answer() == "network"

    def answer(self) -> str:
        """The next line of the process that forks the workers in Python."""
        assert self.zygote and self.zygote.stdout
        return self.zygote.stdout.readline().strip()

    def tool_command(self, role: str, recording: Path) -> list[str]:
        source = f"127.0.0.1:{self.port}:k"
        arguments = {
            "recorder": ["record", self.name, str(recording), "--timeout", "5s"],
            "publisher": ["publish", self.name, "--port", str(self.port)],
            "subscriber": ["subscribe", source, "--as", self.copy, "--every"],
        }[role]
        return [str(self.tool), *arguments]

    def zygote_start(self, role: str, name: str, number: int, is_other_user: bool, is_elsewhere: bool) -> int:
        assert self.zygote and self.zygote.stdin
        user = NOBODY if is_other_user else 0
        namespace = "elsewhere" if is_elsewhere else "here"
        self.zygote.stdin.write(f"{role} {name} {number} {user} {namespace} {self.state_folder(is_other_user)}\n")
        self.zygote.stdin.flush()
        return int(self.answer())

    def fail(self, what: str) -> None:
        self.failures.append(what)
        print(f"FAILED: {what}", flush=True)

    def probe(self, after: str) -> None:
        """The next writer and the next reader."""
        probe = subprocess.run(
            [str(self.programs / "kill_worker_probe"), self.name],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if probe.returncode != 0:
            self.fail(f"after {after}: {probe.stdout}{probe.stderr}".strip())
        with contextlib.suppress(FileNotFoundError):
            os.chmod(self.copy, 0o666)  # the next subscriber may be of the other user
            self.copies += 1
        if probe.returncode == 0 and probe.stdout.strip() and float(probe.stdout) > self.longest_s:
            self.longest_s = float(probe.stdout)
            self.why_longest = f"after {after}: {probe.stderr.strip()}"

    def draw(self, turn: object) -> random.Random:
        """Of its own for each turn, so that what the system makes of one does not change the next."""
        return random.Random(f"{self.seed} {turn}")

    def run(self, kills: int) -> None:
        self.workers = workers = [Worker(self, self.draw(f"begin {index}")) for index in range(CROWD)]
        if self.tool:  # there is always one of each
            self.workers += [Worker(self, self.draw(f"begin {role}"), role) for role in TOOL_ROLES]
        for done in range(kills):
            draw = self.draw(done)
            time.sleep(draw.expovariate(1 / 0.004))
            index = draw.randrange(len(workers))
            victim = workers[index]
            way = draw.choices(list(WAYS), list(WAYS.values()))[0]
            if way == "ended by _exit" and victim.language == "daoshm":
                way = "killed"
            self.count(victim, way)
            if way.startswith("stopped"):
                victim.send(signal.SIGSTOP)
                time.sleep(draw.uniform(0, 0.03))
            if way == "stopped and continued":
                victim.send(signal.SIGCONT)
                if not victim.has_ended():
                    continue
            victim.end(signal.SIGUSR1 if way == "ended by _exit" else signal.SIGKILL)
            workers[index] = Worker(self, draw, None if index < CROWD else victim.role)
            self.probe(f"kill {done}, {victim}, {way}")
            if len(self.failures) > 5:
                break
        self.end_workers()
        self.probe("the last kill")

    def count(self, victim: Worker, way: str) -> None:
        self.counts[way] = self.counts.get(way, 0) + 1
        for kind in (f"{victim.role} in {victim.language}", victim.is_other_user and "of the other user",
                     victim.is_elsewhere and "in another pid namespace",
                     victim.is_other_user and victim.is_elsewhere and "both"):  # fmt: skip
            if kind:
                self.victims[kind] = self.victims.get(kind, 0) + 1

    def end_workers(self) -> None:
        for worker in self.workers:
            worker.end()
        self.workers = []

    def clean(self) -> None:
        self.end_workers()
        if self.zygote and self.zygote.stdin:
            self.zygote.stdin.close()
            self.zygote.wait(timeout=30)
        for name in (self.name, self.copy):
            subprocess.run([str(self.programs / "kill_worker_probe"), name, "remove"], check=False, timeout=60)
        if self.verdicts.stat().st_size > 0:
            self.fail(self.verdicts.read_text())
        left = [entry.name for entry in self.folder.iterdir()]
        if left:
            self.fail(f"left behind: {left}")
        for folder in self.scratch:
            folder.close()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    options = crowd_options.parse(parser)
    if not os.access(options.programs / "kill_worker_probe", os.X_OK):
        parser.error(f"{options.programs}: no kill_worker_probe in it; build the release preset first")
    print(f"seed {options.seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # through `finally`: no worker is left
    started = time.monotonic()
    kills = Kills(options.programs, options.seed, options.tool)
    try:
        kills.start_python(options.python)
        kills.run(options.kills)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        kills.clean()

        def listed(counts: dict[str, int]) -> str:
            return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))

        print(f"victims: {listed(kills.victims)}")
        print(f"the longest next write {kills.why_longest}")
        print(
            f"{listed(kills.counts)}; {len(kills.failures)} failed; longest next write {kills.longest_s * 1e3:.1f} ms; "
            f"{kills.recorded} frames in recordings compared; a copy was there after {kills.copies} of them; "
            f"{time.monotonic() - started:.0f} s"
        )
    return 1 if kills.failures else 0


sys.exit(main())
