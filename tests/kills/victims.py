"""One process of random_kills.py: what it is, how it is started and ended, and what it found."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from recordings import check_recording

if TYPE_CHECKING:
    from random_kills import Kills

VERDICTS = {1: "a call failed", 2: "torn", 3: "repeated or out of order", 4: "silently lost"}
NOBODY = 65534
OTHER_USER = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
TOOL_ROLES = ("recorder", "publisher", "subscriber")


class Worker:
    """One process: its role, language, user and namespace are drawn from the seed."""

    def __init__(self, kills: Kills, draw: random.Random, role: str | None = None) -> None:
        self.kills = kills
        roles = {"writer": 4, "reader": 5, "creator": 1, "keywords": 1}
        if kills.tool:
            roles |= {"recorder": 1, "reader of the copy": 2}
        self.role = role or draw.choices(list(roles), list(roles.values()))[0]
        languages = ["c", "cpp"] + (["python"] if kills.zygote else [])
        if self.role in TOOL_ROLES:
            languages = ["daoshm"] + (["python"] if kills.has_python_network and self.role != "recorder" else [])
        self.language = draw.choice(languages)
        kills.started += 1
        self.seed = kills.started << 6 | draw.randrange(1 << 6)  # no two alike: it is in the frames of a writer
        self.is_elsewhere = draw.random() < 0.25 and kills.has_namespaces
        self.is_other_user = draw.random() < 0.25 and kills.has_other_user
        self.recording = kills.folder / f"r{self.seed}.npy"
        self.process: subprocess.Popen[str] | None = None
        self.has_been_ended = False
        self.pid = self.start()

    def start(self) -> int:
        role = self.role.split()[0]
        name = self.kills.copy if self.role in ("reader of the copy", "subscriber") else self.kills.name
        if self.language == "python":
            number = self.kills.port if self.role in TOOL_ROLES else self.seed
            return self.kills.zygote_start(role, name, number, self.is_other_user, self.is_elsewhere)
        program = self.kills.programs / f"kill_worker_{self.language}"
        command = [str(program), role, name, str(self.seed)]
        if self.role in TOOL_ROLES:
            command = self.kills.tool_command(self.role, self.recording)
        if self.is_other_user:
            command = [*OTHER_USER, *command]
        if self.is_elsewhere:
            command = ["unshare", "--pid", "--fork", "--kill-child", "--", *command]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=self.kills.environment(self.is_other_user),
        )  # fmt: skip
        return self.process.pid

    def target(self) -> int:
        """The worker itself: in a namespace it is the child of the one that made it."""
        if not self.is_elsewhere or self.language == "python":
            return self.pid
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(children[0]) if children else self.pid

    def send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            os.kill(self.target(), number)

    def end(self, number: int = signal.SIGKILL) -> None:
        if self.has_been_ended:
            return
        self.has_been_ended = True
        if self.has_ended() and self.role not in TOOL_ROLES:
            self.kills.fail(f"{self} ended by itself")
        self.send(number)
        if number != signal.SIGKILL and not self.is_gone_soon():
            self.send(signal.SIGKILL)  # it had not got as far as to hear the signal
        self.collect()

    def is_gone_soon(self) -> bool:
        end_s = time.monotonic() + 0.5
        while not self.is_gone() and time.monotonic() < end_s:
            time.sleep(0.0005)
        return self.is_gone()

    def is_gone(self) -> bool:
        return self.has_ended() if self.process else not os.path.exists(f"/proc/{self.pid}")

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
