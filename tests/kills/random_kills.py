#!/usr/bin/env python3
"""Kills, stops and continues processes that write, read, make, replace, remove, record, publish and copy one segment,
and checks after each kill that the others go on.

    random_kills.py WORKERS [--kills N] [--seed S] [--python PYTHON] [--tool DAOSHM]

WORKERS is the folder of the programs kill_worker_c, kill_worker_cpp and kill_worker_probe. With --python a Python
that has the package takes part, with --tool recorders, publishers and subscribers. As root a second user takes
part, and a second pid namespace where that is allowed. The seed, which is printed, gives the same processes,
victims and pauses again; what the system makes of them may differ.

After each kill: the next writer writes within a second (4 s on a machine that is much too busy), the next reader
reads a whole frame. All the time: no worker sees a frame that is torn, repeated, out of order or silently lost, in
the segment and in its copy by the network; Python readers compare no counters, but the order of each writer's frames
in the segment. What a killed recorder left is repaired and has real frames only. At the end: nothing is left.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from recordings import check_recording

VERDICTS = {1: "a call failed", 2: "torn", 3: "repeated or out of order", 4: "silently lost"}
NOBODY = 65534
TOOL_ROLES = ("recorder", "publisher", "subscriber")


class Worker:
    """One process: its role, language, user and namespace are drawn from the seed."""

    def __init__(self, kills: "Kills", draw: random.Random, role: str | None = None) -> None:
        self.kills = kills
        roles = {"writer": 4, "reader": 5, "creator": 1, "keywords": 1}
        if kills.tool:
            roles |= {"recorder": 1, "reader of the copy": 2}
        self.role = role or draw.choices(list(roles), list(roles.values()))[0]
        languages = ["c"]
        if self.role.startswith(("writer", "reader")):
            languages += ["cpp"] + (["python"] if kills.zygote else [])
        if self.role in TOOL_ROLES:
            languages = ["daoshm"] + (["python"] if kills.has_python_network and self.role != "recorder" else [])
        self.language = draw.choice(languages)
        kills.started += 1
        self.seed = kills.started << 6 | draw.randrange(1 << 6)  # no two alike: it is in the frames of a writer
        self.is_elsewhere = draw.random() < 0.25 and kills.has_namespaces and self.language != "python"
        self.is_other_user = draw.random() < 0.25 and os.geteuid() == 0
        self.is_other_user &= self.language in ("c", "cpp") or self.role == "recorder"
        self.recording = kills.folder / f"r{self.seed}.npy"
        self.process: subprocess.Popen[str] | None = None
        self.has_been_ended = False
        self.pid = self.start()

    def start(self) -> int:
        role = self.role.split()[0]
        name = self.kills.copy if self.role in ("reader of the copy", "subscriber") else self.kills.name
        if self.language == "python":
            number = self.kills.port if self.role in TOOL_ROLES else self.seed
            return self.kills.zygote_start(role, name, number)
        program = self.kills.programs / f"kill_worker_{self.language}"
        command = [str(program), role, name, str(self.seed)]
        if self.role in TOOL_ROLES:
            command = self.kills.tool_command(self.role, self.recording)
        if self.is_other_user:
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--", *command]
        if self.is_elsewhere:
            command = ["unshare", "--pid", "--fork", "--kill-child", "--", *command]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=self.kills.environment
        )
        return self.process.pid

    def target(self) -> int:
        """The worker itself: in a namespace it is the child of the one that made it."""
        if not self.is_elsewhere:
            return self.pid
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else self.pid

    def send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            os.kill(self.target(), number)

    def end(self) -> None:
        if not self.has_been_ended:
            self.has_been_ended = True
            self.send(signal.SIGKILL)
            self.collect()

    def collect(self) -> None:
        """What it found, once it has ended."""
        if self.process is None:
            return
        code = self.process.wait(timeout=30)
        errors = self.process.stderr.read() if self.process.stderr else ""
        if self.process.stderr:
            self.process.stderr.close()
        if self.role in TOOL_ROLES:
            self.collect_tool(code, errors)
        # unshare says itself, in this way, that the signal that ended its child was not one it can pass on
        elif code in VERDICTS and not errors.startswith("unshare:"):
            self.kills.fail(f"{self} found: {VERDICTS[code]} {errors}")

    def collect_tool(self, code: int, errors: str) -> None:
        """It may end by itself, as its segment comes and goes, but with words of its own."""
        if code < 0 and code != -signal.SIGKILL:
            self.kills.fail(f"{self} ended with signal {-code}: {errors}")
        if self.role == "recorder":
            frames, problem = check_recording(self.kills.tool, self.recording)
            self.kills.recorded += frames
            if problem:
                self.kills.fail(f"{self}: {problem}")

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def __str__(self) -> str:
        where = ", other namespace" if self.is_elsewhere else ""
        who = ", other user" if self.is_other_user else ""
        return f"{self.role} in {self.language}{where}{who}"


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
        self.folder = Path(
            tempfile.mkdtemp(prefix="dao_kills_", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        )
        self.folder.chmod(0o777)  # not sticky: the other user may replace and remove
        self.name = str(self.folder / "k.im.shm")
        self.copy = str(self.folder / "copy.im.shm")
        self.state = Path(tempfile.mkdtemp(prefix="dao_kills_net_"))  # where publishers and subscribers are listed
        self.environment = {**os.environ, "DAO_NET_STATE": str(self.state), "DAO_NET_ANNOUNCE": "0"}
        self.port = free_port()
        self.verdicts = f"{self.folder}.verdicts"  # of the workers in Python
        self.workers: list[Worker] = []
        self.failures: list[str] = []
        self.longest_s = 0.0
        self.counts: dict[str, int] = {}
        self.has_namespaces = (
            subprocess.run(["unshare", "--pid", "--fork", "true"], stderr=subprocess.DEVNULL, check=False).returncode
            == 0
        )
        self.zygote: subprocess.Popen[str] | None = None
        self.has_python_network = False

    def start_python(self, python: str | None) -> None:
        if python:
            worker = Path(__file__).with_name("worker.py")
            self.zygote = subprocess.Popen(
                [python, str(worker), self.verdicts], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env=self.environment,
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

    def zygote_start(self, role: str, name: str, seed: int) -> int:
        assert self.zygote and self.zygote.stdin
        self.zygote.stdin.write(f"{role} {name} {seed}\n")
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
        self.copies += os.path.exists(self.copy)
        if probe.returncode == 0 and probe.stdout.strip():
            self.longest_s = max(self.longest_s, float(probe.stdout))

    def draw(self, turn: object) -> random.Random:
        """Of its own for each turn, so that what the system makes of one does not change the next."""
        return random.Random(f"{self.seed} {turn}")

    def run(self, kills: int) -> None:
        self.workers = workers = [Worker(self, self.draw(f"begin {index}")) for index in range(6)]
        if self.tool:  # there is always one of each
            self.workers += [Worker(self, self.draw(f"begin {role}"), role) for role in TOOL_ROLES]
        for done in range(kills):
            draw = self.draw(done)
            time.sleep(draw.expovariate(1 / 0.004))
            index = draw.randrange(len(workers))
            victim = workers[index]
            way = draw.choices(["killed", "stopped and continued", "stopped and killed"], [6, 2, 2])[0]
            self.counts[way] = self.counts.get(way, 0) + 1
            if way != "killed":
                victim.send(signal.SIGSTOP)
                time.sleep(draw.uniform(0, 0.03))
            if way == "stopped and continued":
                victim.send(signal.SIGCONT)
                if not victim.has_ended():
                    continue
            victim.end()
            workers[index] = Worker(self, draw, victim.role if victim.role in TOOL_ROLES else None)
            self.probe(f"kill {done}, {victim}, {way}")
            if len(self.failures) > 5:
                break
        self.end_workers()
        self.probe("the last kill")

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
        shutil.rmtree(self.state, ignore_errors=True)
        if os.path.exists(self.verdicts):
            self.fail(Path(self.verdicts).read_text())
            os.remove(self.verdicts)
        left = [entry.name for entry in self.folder.iterdir()]
        if left:
            self.fail(f"left behind: {left}")
        shutil.rmtree(self.folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=Path)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--python")
    parser.add_argument("--tool", type=Path)
    options = parser.parse_args()
    if options.tool and not options.tool.exists():
        print(f"{options.tool}: not built; goes without it")
        options.tool = None
    if options.python and not os.access(options.python, os.X_OK):
        parser.error(f"--python {options.python}: no such program; python/environment.sh makes build/python-venv")
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
        kinds = ", ".join(f"{count} {way}" for way, count in sorted(kills.counts.items()))
        print(
            f"{kinds}; {len(kills.failures)} failed; longest next write {kills.longest_s * 1e3:.1f} ms; "
            f"{kills.recorded} frames in recordings compared; a copy was there after {kills.copies} of them; "
            f"{time.monotonic() - started:.0f} s"
        )
    return 1 if kills.failures else 0


sys.exit(main())
