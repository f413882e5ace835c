"""A real terminal: tmux, one server per test, its screen captured as text or with colours."""

import contextlib
import shlex
import shutil
import subprocess
import time

import pytest
from timing import PATIENCE_S, unless_late


class Terminal:
    def __init__(self, tool, columns=120, rows=30):
        self.tool = tool
        self.socket = str(tool.folder / "tmux")
        self.environment = {**tool.environment, "PS1": "$ "}
        self.size = (columns, rows)
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "sh")
        self.tmux("set-option", "-g", "default-terminal", "screen-256color")

    def tmux(self, *arguments):
        done = subprocess.run(
            ["tmux", "-u", "-S", self.socket, *arguments],
            capture_output=True, text=True, env=self.environment, check=False, timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0, f"tmux {arguments}: {done.stderr}"
        return done.stdout

    def run(self, *arguments, **environment):
        """Type a command of the tool into the shell; its exit code appears on the screen after it."""
        settings = (f"{name}={value}" for name, value in environment.items())
        words = ["env", *settings, *self.tool.command_line(*arguments)]
        self.tmux("send-keys", "-l", shlex.join(words) + "; echo exit=$?")
        self.tmux("send-keys", "Enter")

    def keys(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def screen(self, colours=False):
        return self.tmux("capture-pane", "-p", *(["-e"] if colours else []))

    def wait_for(self, text, seconds=PATIENCE_S):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            screen = self.screen()
            if text in screen:
                return screen
            time.sleep(0.05)
        raise AssertionError(f"{text!r} does not appear within {seconds} s:\n{self.screen()}")

    def wait_for_a_moment(self, change, text, seconds=10):
        """The screen with what is seen for little more than a second after the change.

        The change is made again when the machine was away for that time.
        """

        def attempt():
            change()
            with contextlib.suppress(AssertionError):
                return self.wait_for(text, seconds)

        return unless_late(attempt, 0.5, lambda: f"{text!r} on\n{self.screen()}")

    def state(self, what):
        """What tmux knows of the terminal: cursor_flag, alternate_on, ..."""
        return self.tmux("display-message", "-p", f"#{{{what}}}").strip()

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True, check=False, timeout=PATIENCE_S)


@contextlib.contextmanager
def terminal_or_skip(tool):
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed (Debian: tmux)")
    terminal = Terminal(tool)
    try:
        yield terminal
    finally:
        terminal.close()
