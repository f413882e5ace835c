"""Every frame, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import NDArray

from ._core import Canceller, ErrorCode
from .errors import DaoTimeoutError

if TYPE_CHECKING:
    from .segment import shm

Mode = Literal["sleep", "spin", "adaptive"]

_ASYNC_SLICE_S = 1.0


class Frames(Iterator[NDArray[Any]]):
    """Frames in FIFO order, whole, each an ndarray of the segment's shape and dtype: what ``shm.frames()`` returns.

    For ``for`` and for ``async for``. A frame that the writer overwrote before it was read is missed, and counted.

    Raises TimeoutError when no frame comes for ``timeout`` seconds, DaoError when the segment is removed.
    """

    def __init__(self, segment: shm, timeout: float | None, mode: Mode) -> None:
        self._segment = segment
        self._timeout = timeout
        self._mode = mode
        self._executor: ThreadPoolExecutor | None = None
        self.counter = 0
        """Counter (cnt0) of the last frame."""
        self.missed = 0
        """Frames missed right before the last frame."""
        self.total_missed = 0
        """Frames missed since this iterator was made."""

    def _poll(self) -> NDArray[Any] | None:
        found = self._segment._poll_next()
        if found is None:
            return None
        frame, self.counter, self.missed, _ = found
        self.total_missed += self.missed
        return frame

    def _late(self) -> DaoTimeoutError:
        return DaoTimeoutError.of(ErrorCode.TIMEOUT, f"{self._segment.name}: no frame within {self._timeout} s")

    def __iter__(self) -> Frames:
        return self

    def __next__(self) -> NDArray[Any]:
        while (frame := self._poll()) is None:
            if not self._segment._wait_next(self._timeout, self._mode, None):
                raise self._late()
        return frame

    def __aiter__(self) -> Frames:
        return self

    async def __anext__(self) -> NDArray[Any]:
        loop = asyncio.get_running_loop()
        limit = None if self._timeout is None else loop.time() + self._timeout
        await asyncio.sleep(0)  # a writer that is always ahead leaves the loop its turn
        while (frame := self._poll()) is None:
            left = _ASYNC_SLICE_S if limit is None else min(_ASYNC_SLICE_S, limit - loop.time())
            if left <= 0:
                raise self._late()
            await self._wait_in_thread(loop, left)
        return frame

    async def _wait_in_thread(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="daoShm-frames")
        canceller = Canceller()
        try:
            await loop.run_in_executor(self._executor, self._segment._wait_next, seconds, self._mode, canceller)
        except asyncio.CancelledError:
            canceller.cancel()
            raise

    async def aclose(self) -> None:
        """End the waiting thread of ``async for``. The end of this object does the same."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
            self._executor = None
