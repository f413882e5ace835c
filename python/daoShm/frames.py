"""Every frame, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from numpy.typing import NDArray

from ._core import Canceller, ErrorCode, FrameReader
from .errors import DaoTimeoutError, DaoTypeError
from .worker import Worker

if TYPE_CHECKING:
    from .segment import shm

Mode = Literal["sleep", "spin", "adaptive"]


class Frames(Iterator[NDArray[Any]]):
    """Frames in order, whole, each an ndarray of the segment's shape and dtype: what ``shm.frames()`` returns.

    For ``for`` and for ``async for``. It begins after the newest frame, and what other readers, threads or iterators of
    the same object read does not concern it. A frame that the writer overwrote before it was read is missed, and
    counted.

    Raises TimeoutError when no frame comes for ``timeout`` seconds, DaoError when the segment is removed.
    """

    def __init__(self, segment: shm, timeout: float | None, mode: Mode) -> None:
        self._reader = FrameReader(segment)
        self._name = segment._called()
        self._timeout = timeout
        self._mode = mode
        self._worker: Worker | None = None
        self._canceller = Canceller()
        self.counter = 0
        """Counter (cnt0) of the last frame."""
        self.missed = 0
        """Frames missed right before the last frame."""
        self.total_missed = 0
        """Frames missed since this iterator was made."""

    def _read(self, timeout: float | None) -> NDArray[Any] | None:
        found = self._reader.read(timeout, self._mode)
        if found is None:
            return None
        frame, self.counter, self.missed = found
        self.total_missed += self.missed
        return frame

    def _late(self) -> DaoTimeoutError:
        return DaoTimeoutError.of(ErrorCode.TIMEOUT, f"{self._name}: no frame within {self._timeout} s")

    def __iter__(self) -> Frames:
        return self

    def __next__(self) -> NDArray[Any]:
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
        await asyncio.sleep(0)  # a writer that is always ahead leaves the loop its turn
        while (frame := self._read(0)) is None:
            if not await self._wait_in_thread():
                raise self._late()
        return frame

    async def _wait_in_thread(self) -> bool:
        # Only the wait is done there: a frame that was read for a task which is cancelled would be lost.
        if self._worker is None:
            self._worker = Worker("daoShm-frames")
        self._canceller = canceller = Canceller()
        try:
            return bool(await self._worker.run(self._reader.wait, self._timeout, self._mode, canceller))
        except asyncio.CancelledError:
            canceller.cancel()
            raise

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None
            self._canceller.cancel()

    async def aclose(self) -> None:
        """End the waiting thread of ``async for``. The end of this object does the same."""
        self._end()

    def __del__(self) -> None:
        if getattr(self, "_worker", None) is not None:
            self._end()
