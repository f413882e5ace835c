"""The processes of a soak: started, ended, started again; what each counted and holds."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "kills"))
from recordings import check_recording

if TYPE_CHECKING:
    from soak import Soak

FATAL = ("torn", "repeated", "reordered", "silent")
LATE_S = 30  # then it is told what a process that was to end waits for
PATIENCE_S = 120  # a recorder waits for the disk at its end


@dataclass
class Use:
    """What a process holds."""

    memory_kib: int
    descriptors: int
    mappings: int

    @staticmethod
    def of(pid: int) -> "Use":
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        memory = {line.split(":")[0]: line.split()[1] for line in status if line.startswith("Rss")}
        mappings = Path(f"/proc/{pid}/maps").read_text().count(".im.shm")
        return Use(int(memory["RssAnon"]), len(os.listdir(f"/proc/{pid}/fd")), mappings)


@dataclass
class Counts:
    frames: int = 0
    bytes: int = 0
    by_cause: dict[str, int] = field(default_factory=dict)

    def add(self, counted: dict[str, int], frame_bytes: int) -> None:
        self.frames += counted.get("frames", 0)
        self.bytes += counted.get("frames", 0) * frame_bytes
        for name, count in counted.items():
            if name != "frames":
                self.by_cause[name] = self.by_cause.get(name, 0) + count


class Process:
    """One of the load, which may be started again. What it counted is the last line that it printed."""

    def __init__(self, soak: "Soak", kind: str, command: list[str], frame_bytes: int, *, is_steady: bool) -> None:
        self.soak = soak
        self.kind = kind
        self.command = command
        self.frame_bytes = frame_bytes
        self.is_steady = is_steady  # runs from the beginning to the end
        self.begin: Use | None = None
        self.log = soak.logs / f"{len(soak.processes)}.log"
        self.start()

    def start(self) -> None:
        self.output = self.log.open("w")
        command = [word.replace("SEED", str(self.soak.new_seed())) for word in self.command]
        self.process = subprocess.Popen(command, stdout=self.output, stderr=self.output, env=self.soak.environment)

    def counted(self) -> dict[str, int]:
        lines = self.log.read_text(errors="replace").split("\n")[:-1]  # the last may be half written
        for line in reversed(lines):
            if line.startswith("frames="):
                return {word.split("=")[0]: int(word.split("=")[1]) for word in line.split()}
        return {}

    def collect(self) -> None:
        """After its end."""
        self.output.close()
        counted = self.counted()
        self.soak.counts[self.kind].add(counted, self.frame_bytes)
        for name in FATAL:
            if counted.get(name, 0):
                self.soak.fail(f"{self}: {counted[name]} {name}")
        if self.process.returncode not in (-signal.SIGKILL, -signal.SIGTERM, 0) and self.kind not in (
            "recorded",
            "net",
        ):
            self.soak.fail(f"{self}: ended with {self.process.returncode}: {self.log.read_text()[-500:]}")

    def end(self, number: int = signal.SIGKILL) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(number)
        if not self.has_ended_within(LATE_S):
            print(f"{self}: has not ended after {LATE_S} s: {self.whereabouts()}", flush=True)
            if not self.has_ended_within(PATIENCE_S - LATE_S):
                self.soak.fail(f"{self}: does not end: {self.whereabouts()}")
                self.process.kill()
                self.process.wait()
        self.collect()

    def has_ended_within(self, limit_s: float) -> bool:
        try:
            self.process.wait(timeout=limit_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def whereabouts(self) -> str:
        """Of each thread: what it waits for in the kernel, the system call, and its stack where gdb is installed."""
        found = []
        for thread in Path(f"/proc/{self.process.pid}/task").glob("*"):
            with contextlib.suppress(OSError):  # it may end, or not be ours to look at
                found.append(f"{(thread / 'wchan').read_text()} {(thread / 'syscall').read_text().strip()}")
        if shutil.which("gdb"):
            command = ["gdb", "-p", str(self.process.pid), "-batch", "-ex", "thread apply all backtrace"]
            with contextlib.suppress(subprocess.TimeoutExpired):
                found.append(subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout)
        return "; ".join(found)

    def restart(self, number: int) -> None:
        self.end(number)
        self.start()

    def __str__(self) -> str:
        return " ".join(Path(word).name for word in self.command)


class Recorder(Process):
    """Records for some seconds, or is killed; its recording is repaired, compared and removed."""

    def __init__(self, soak: "Soak", segment: str, frame_bytes: int) -> None:
        self.path = soak.recordings / "recording.npy"
        command = [str(soak.tool), "record", soak.path(segment), str(self.path), "-t", "5s", "--force"]
        super().__init__(soak, "recorded", command, frame_bytes, is_steady=False)

    def collect(self) -> None:
        self.output.close()
        frames, problem = check_recording(self.soak.tool, self.path)
        self.soak.counts["recorded"].add({"frames": frames}, self.frame_bytes)
        if problem:
            self.soak.fail(f"recording: {problem}")
