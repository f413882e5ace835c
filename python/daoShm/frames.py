"""Every frame, one after the other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NoReturn, SupportsFloat

from numpy.typing import NDArray

from ._core import Canceller, ErrorCode, FrameReader
from .errors import DaoError, DaoTimeoutError, DaoTypeError
from .worker import Worker

if TYPE_CHECKING:
    from .segment import shm

Mode = Literal["sleep", "spin", "adaptive"]

_PASSING = (ErrorCode.NOT_READY, ErrorCode.OUTRUN)  # of a frame that is being overwritten: the next one may be whole
# While a frame is being overwritten no wait for it lasts, and each look takes 2 ms of a processor: so pauses grow.
_PAUSE_S, _LONGEST_PAUSE_S = 0.001, 0.01


class Frames(Iterator[NDArray[Any]]):
    """Frames in order, whole, each an ndarray of the segment's shape and dtype: what ``shm.frames()`` returns.

    For ``for`` and for ``async for``. It begins after the newest frame, and what other readers, threads or iterators of
    the same object read does not concern it. A frame that the writer overwrote before it was read is missed, and
    counted. One thread at a time, and one task, may ask for the next: others take iterators of their own.

    Raises TimeoutError when no frame comes for ``timeout`` seconds, DaoError when the segment is removed.
    """

    def __init__(self, segment: shm, timeout: SupportsFloat | None, mode: Mode) -> None:
        self._reader = FrameReader(segment)
        self._name = segment._called()
        self._timeout: Any = timeout
        self._mode = mode
        self._worker: Worker | None = None
        self._canceller = Canceller()
        self._is_awaited = False
        self._is_closed = False
        self.counter = 0
        """Counter (cnt0) of the last frame."""
        self.missed = 0
        """Frames missed right before the last frame; total_missed has all."""
        self.total_missed = 0
        """Frames missed since this iterator was made."""

    def _read(self, timeout: SupportsFloat | None) -> NDArray[Any] | None:
        found = self._reader.read(timeout, self._mode)
        if found is None:
            return None
        frame, self.counter, self.missed = found
        self.total_missed += self.missed
        return frame

    def _late(self) -> DaoTimeoutError:
        return DaoTimeoutError.of(ErrorCode.TIMEOUT, f"{self._name}: no frame within {self._timeout} s")

    def _check_not_awaited(self) -> None:
        if self._is_awaited:
            raise DaoError.of(
                ErrorCode.STATE,
                f"{self._name}: a task waits for the next frame of this iterator already; "
                "expected an iterator for each task: call frames() again",
            )

    def __iter__(self) -> Frames:
        return self

    def __next__(self) -> NDArray[Any]:
        self._check_not_awaited()
        frame = self._read(self._timeout)
        if frame is None:
            raise self._late()
        return frame

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        """Refuse to be pickled or copied: its place among the frames belongs to its process."""
        raise DaoTypeError.of(
            ErrorCode.UNSUPPORTED,
            f"{self._name}: an iterator over its frames cannot be pickled; "
            "expected the segment's name, to open it in the other process and call frames() there",
        )

    def __aiter__(self) -> Frames:
        return self

    async def __anext__(self) -> NDArray[Any]:
        self._check_not_awaited()
        if self._is_closed:
            raise StopAsyncIteration
        self._is_awaited = True
        try:
            frame = await self._next_in_time()
        finally:
            self._is_awaited = False
        if frame is None:
            raise StopAsyncIteration if self._is_closed else self._late()
        return frame

    async def _next_in_time(self) -> NDArray[Any] | None:
        begin = time.monotonic()
        await asyncio.sleep(0)  # a writer that is always ahead leaves the loop its turn
        if (frame := self._read_if_whole()) is not None:
            return frame
        limit, pause_s = self._timeout, _PAUSE_S
        while not self._is_closed and await self._wait_in_thread(limit):
            if (frame := self._read_if_whole()) is not None:
                return frame
            if (limit := self._left(begin)) == 0:
                break
            await asyncio.sleep(pause_s if limit is None else min(pause_s, limit))
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        return None

    def _read_if_whole(self) -> NDArray[Any] | None:
        try:
            return self._read(0)
        except DaoError as error:
            if error.code not in _PASSING:
                raise
            return None

    def _left(self, begin: float) -> float | None:
        """Seconds left of the limit, which a wait has found to be one."""
        if self._timeout is None:
            return None
        return max(0.0, float(min(self._timeout, 1e9)) - (time.monotonic() - begin))

    async def _wait_in_thread(self, limit: SupportsFloat | None) -> bool:
        # Only the wait is done there: a frame that was read for a task which is cancelled would be lost.
        if self._worker is None:
            self._worker = Worker("daoShm-frames")
        self._canceller = canceller = Canceller()
        try:
            return bool(await self._worker.run(self._reader.wait, limit, self._mode, canceller))
        except asyncio.CancelledError:
            canceller.cancel()
            raise

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None
            self._canceller.cancel()

    async def aclose(self) -> None:
        """End ``async for``, also one that waits, and its thread. The end of this object ends the thread too."""
        self._is_closed = True
        self._end()

    def __del__(self) -> None:
        if getattr(self, "_worker", None) is not None:
            self._end()
