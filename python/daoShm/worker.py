"""A thread in which a coroutine lets something wait."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any


def _answer(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


def _work(jobs: SimpleQueue[tuple[Any, ...] | None]) -> None:
    while (job := jobs.get()) is not None:
        loop, future, function, arguments = job
        result, error = None, None
        try:
            result = function(*arguments)
        except SystemExit:  # the program ends, and with it the loop's thread: nobody needs an answer
            return
        except BaseException as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(_answer, future, result, error)
        del job, loop, future, function, arguments, result, error


class Worker:
    """Calls functions in a thread of its own, one after the other. The end of the program does not wait for it."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
        threading.Thread(target=_work, args=(self._jobs,), name=name, daemon=True).start()

    def run(self, function: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """Call it there; the future, of the running loop, gets what it returns or raises."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._jobs.put((loop, future, function, arguments))
        return future

    def end(self) -> None:
        """End the thread after the call that is under way."""
        self._jobs.put(None)
