"""Times of the tests that are written in Python; tests/processes/timing.hpp is the same for those in C++."""

import threading
import time

PATIENCE_S = 90  # for what is sure to come, on a machine with much to do


def _text(what):
    return what() if callable(what) else what


def until(condition, what="it", patience_s=PATIENCE_S):
    """Wait for it; returns what it was."""
    limit = time.monotonic() + patience_s
    while True:
        is_last = time.monotonic() > limit  # however long the process stops now, it looks once more
        if found := condition():
            return found
        if is_last:
            raise AssertionError(f"{_text(what)} did not come about in {patience_s} s")
        time.sleep(0.02)


class Lateness:
    """How late this machine wakes a sleeper within the block, and for how long it stopped this process.

    "Ends within 4 s" is about what the program waits for: a machine that is taken away, or that others keep busy, comes
    that much later. The sleeper is a thread, and comes late too while another one keeps Python's lock: that calls let
    other threads run has tests of its own.
    """

    STEP_S = 0.005

    def __enter__(self):
        self._begin_s = time.monotonic()
        self._slept = (0.0, self._begin_s + self.STEP_S)  # late until now, and when it is due to wake
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._last_s = self.seconds()
        self._ends.set()
        self._thread.join()

    def _watch(self):
        while not self._ends.is_set():
            total_s, due_s = self._slept
            time.sleep(max(0.0, due_s - time.monotonic()))
            now_s = time.monotonic()
            self._slept = (total_s + now_s - due_s, now_s + self.STEP_S)

    def seconds(self):
        """All that sleeps lasted too long, with the one that should have ended by now: an action is late by no more."""
        if self._ends.is_set():
            return self._last_s
        total_s, due_s = self._slept
        return total_s + max(0.0, time.monotonic() - due_s)

    def punctual_s(self):
        """How long the block has lasted, without what the machine was late."""
        return time.monotonic() - self._begin_s - self.seconds()


def shortest(action, *arguments, tries=8):
    """The shortest that it took in seconds, and all that it returned.

    A limit that is not kept is not kept in any of several tries. A busy machine may make each but one late: one that
    spins, too, which no sleeper beside it notices.
    """
    times, results = [], []
    for _ in range(tries):
        begin_s = time.monotonic()
        results.append(action(*arguments))
        times.append(time.monotonic() - begin_s)
    return min(times), results


def unless_late(attempt, late_s, what="it", patience_s=PATIENCE_S):
    """What `attempt` finds, which it cannot where the machine is late by more than that: then it is made again."""
    limit = time.monotonic() + patience_s
    while True:
        with Lateness() as late:
            found = attempt()
            seconds = late.seconds()
        if found:
            return found
        if seconds < late_s or time.monotonic() > limit:
            raise AssertionError(
                f"{what() if callable(what) else what} was not found; the machine was {seconds} s late"
            )
