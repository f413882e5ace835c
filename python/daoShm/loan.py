"""Writing a frame in place."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, SupportsIndex

from numpy.typing import NDArray

from ._core import ErrorCode
from .errors import DaoError, DaoTypeError

if TYPE_CHECKING:
    from ._core import Lent, Segment


class Loan:
    """The next slot, lent to be filled in place: what ``shm.write()`` returns.

    ``with segment.write() as frame:`` locks the segment for this writer and gives a writable ndarray of the
    segment's shape and dtype, which holds an older frame. The end of the block publishes it; an exception gives it
    back unpublished, and so does the end of this object without the end of a block. At depth 1 the frame that was there
    is lost then, and reads raise DaoError with code NOT_READY until the next one. The array is read-only afterwards:
    do not keep it.

    ``frame_id`` (cnt2) and ``acquisition_time_ns`` (since the Unix epoch) may be set inside the block.
    """

    __slots__ = ("_lent", "_segment", "acquisition_time_ns", "frame_id")

    def __init__(
        self, segment: Segment, frame_id: SupportsIndex | None, acquisition_time_ns: SupportsIndex | None
    ) -> None:
        self._segment = segment
        self._lent: Lent | None = None
        self.frame_id = frame_id
        self.acquisition_time_ns = acquisition_time_ns

    def __enter__(self) -> NDArray[Any]:
        self._lent = self._segment._begin_write()
        return self._lent.frame

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        lent, self._lent = self._lent, None
        if lent is None:
            raise DaoError.of(ErrorCode.STATE, "the loan is over; expected one under way")
        if kind is not None:
            self._segment._abort_write(lent)
            return
        try:
            self._segment._commit_write(lent, self.frame_id, self.acquisition_time_ns)
        except DaoTypeError:  # of the details: nothing was published yet
            self._segment._abort_write(lent)
            raise
