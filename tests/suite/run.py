#!/usr/bin/env python3
"""Build and test: run.py [--force] [--builds-only] [PART...]

Runs the steps of steps.py, as many side by side as the processors allow, prints a line for each, with its time and the
processors' time in it, and of what failed the output alone; everything is in build/logs/. PART: release, asan, tsan,
python, tool, demo, docs, bindings, fuzz, check, platforms, fresh, windows, arm64, macos; all of them without one. What
a step needs is built first.

A step that ends with 77 could not be done on this machine: its line says "passed over" and why.

A step whose programs, scripts and settings are those of its last success is not run again, and the line says so;
--force runs everything.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import output
import reuse
from steps import CORES, ROOT, STEPS

LOGS = ROOT / "build/logs"
PASSED_OVER = 77
# Before a command that takes little but what others leave of the processors. Linux shares out between sessions first.
LAST = ("sh", "-c", 'echo 10 2>/dev/null >/proc/self/autogroup; exec nice -n 10 "$@"', "sh")


class Suite:
    def __init__(self, steps, force):
        self.steps = steps
        self.force = force
        self.waiting = list(steps)
        self.running = {}
        self.results = {}
        self.busy_seconds = {}  # of processors, also of what each step started
        self.changed = threading.Condition()

    def run(self):
        with self.changed:
            while self.waiting or self.running:
                for step in [step for step in self.waiting if self.may_start(step)]:
                    if step.processors and self.load() and self.load() + step.processors > CORES:
                        continue
                    self.waiting.remove(step)
                    self.running[step.name] = None
                    threading.Thread(target=self.work, args=(step,), daemon=True).start()
                for step in [step for step in self.waiting if self.cannot_start(step)]:
                    self.waiting.remove(step)
                    self.tell(step, "not run", "", 0, "")
                self.changed.wait(0.5)

    def load(self):
        return sum(step.processors for step in self.steps if step.name in self.running)

    def may_start(self, step):
        return all(self.results.get(name) in ("ok", "re-used") for name in step.after)

    def cannot_start(self, step):
        return any(self.results.get(name) in ("FAILED", "not run") for name in step.after)

    def work(self, step):
        try:
            result = self.perform(step)
        except Exception as error:
            result = ("FAILED", "", 0, repr(error))
        with self.changed:
            del self.running[step.name]
            self.tell(step, *result)
            self.changed.notify()

    def perform(self, step):
        current = reuse.key(step)
        before = reuse.stored(step, current)
        if before and not self.force:
            return "re-used", before["count"], 0, f"passed {before['when']}, in {before['seconds']:.0f} s"
        reuse.forget(step, current)
        log, report = LOGS / f"{step.log_name}.log", LOGS / f"{step.log_name}.xml"
        report.unlink(missing_ok=True)
        command = [*(LAST if step.processors == 0 else ()), *step.command]
        if step.report:
            command += ["--output-junit", str(report), "--test-output-size-passed", "1000000"]
            command += ["--test-output-size-failed", "1000000"]
        started = time.monotonic()
        with open(log, "w") as file:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.running[step.name] = process
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        passed = process.returncode == 0
        seconds = time.monotonic() - started
        if process.returncode == PASSED_OVER:
            return "passed over", "", seconds, log.read_text(errors="replace").strip().rpartition("\n")[2]
        self.busy_seconds[step.name] = usage.ru_utime + usage.ru_stime
        count, text = output.read(step, log.read_text(errors="replace"), report, passed)
        if passed:
            when = time.strftime("%Y-%m-%d %H:%M")
            reuse.store(step, current, {"count": count, "seconds": seconds, "when": when})
        return ("ok" if passed else "FAILED"), count, seconds, text

    def tell(self, step, result, count, seconds, text):
        self.results[step.name] = result
        busy = self.busy_seconds.get(step.name)
        time_taken = "" if busy is None else f"{seconds:5.0f} s {busy:5.0f} s"
        note = text if result in ("re-used", "passed over") else ""
        print(f"  {result:11} {step.name:22} {count:26} {time_taken:16}{note}".rstrip(), flush=True)
        if result == "FAILED":
            width = shutil.get_terminal_size().columns
            print("-" * width, text, "-" * width, f"All of it: build/logs/{step.log_name}.log", sep="\n", flush=True)

    def stop(self):
        for process in [process for process in self.running.values() if process]:
            os.killpg(process.pid, signal.SIGTERM)


def environment():
    """The settings of cmake/cache.sh."""
    printed = subprocess.run(
        ["sh", "-c", '. "$root/cmake/cache.sh" && env -0'], env={**os.environ, "root": str(ROOT)}, check=True,
        capture_output=True, text=True,
    ).stdout  # fmt: skip
    return dict(line.split("=", 1) for line in printed.split("\0") if "=" in line)


def main():
    # Who starts this in the background may have set the interrupt aside; tests send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--force", action="store_true")
    parser.add_argument("--builds-only", action="store_true")
    parser.add_argument("parts", nargs="*", metavar="PART")
    arguments = parser.parse_args()
    known = {step.part for step in STEPS}
    if unknown := set(arguments.parts) - known:
        parser.error(f"unknown part: {', '.join(sorted(unknown))}; the parts are {', '.join(sorted(known))}")
    os.environ.update(environment())
    wanted = {step.name for step in STEPS if step.part in (arguments.parts or known)}
    if arguments.builds_only:
        wanted = {step.name for step in STEPS if step.name in wanted and step.is_build}
    for step in reversed(STEPS):  # a step comes after those it needs
        if step.name in wanted:
            wanted.update(step.after)
    steps = [step for step in STEPS if step.name in wanted]
    LOGS.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    suite = Suite(steps, arguments.force)
    try:
        suite.run()
    except KeyboardInterrupt:
        suite.stop()
        return 130
    bad = [name for name, result in suite.results.items() if result in ("FAILED", "not run")]
    busy = f"{CORES} processors busy for {sum(suite.busy_seconds.values()) / CORES:.0f} s"
    passed_over = [name for name, result in suite.results.items() if result == "passed over"]
    verdict = f"FAILED: {', '.join(bad)}" if bad else "All passed"
    if passed_over:
        verdict += f", but passed over: {', '.join(passed_over)}"
    print(f"{verdict}, {time.monotonic() - started:.0f} s, {busy}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
