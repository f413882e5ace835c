"""The class shm."""

from __future__ import annotations

import datetime
import os
from types import TracebackType
from typing import Any, NamedTuple, NoReturn, SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from . import _core
from .arguments import flag, number_within, path_of, refused
from .convert import segment_array
from .errors import DaoNotFoundError, DaoTypeError, DaoValueError
from .frames import Frames, Mode
from .historic import image_of
from .keywords import Keywords
from .loan import Loan
from .network import DefaultHost, DefaultPort, Network


class Reader(NamedTuple):
    """One reader of a segment."""

    pid: int
    """Its process."""
    alive: bool | None
    """Whether the process lives; None where that is not known."""
    name: str
    """The process's name."""
    counter: int
    """Counter of the last frame it read."""
    missed: int
    """Frames published that it never read, since its first."""
    last_seen_ns: int
    """When it last read, nanoseconds since the Unix epoch."""


def _path(name: Any) -> bytes:
    return path_of("name of a segment", name)


def remove(name: str | bytes | os.PathLike[str]) -> None:
    """Remove a segment's file. Processes that have it open keep the memory; waits end with DaoError.

    Raises FileNotFoundError when there is none, DaoError when the file is not a segment.
    """
    _core._remove(_path(name))


_DEFAULT_PORT = DefaultPort(5555)
_DEFAULT_HOST = DefaultHost("localhost")


class shm(Network):
    """A segment of shared memory: frames of one shape and dtype, in ``depth`` slots.

    With data: make the segment of that name with data's shape, 1 to 3 axes, slow axis first, and dtype, one of
    ELEMENT_TYPES; publish data as its first frame. One that has the same shape, dtype, depth and room for keywords is
    reused: its frames and keywords are wiped, its readers go on. Without: open the one there is, for reading only where
    writing is not permitted. With data and no name: a private image of this process.

    Args:
        fname: path of the segment's file, at most 79 bytes.
        data: array, nested list or scalar.
        nbkw: room for so many keywords.
        logLevel: what programs in C print in this process; None leaves it as it is.
        depth: slots; with 2 or more a fast writer leaves readers time.
        read_only: open for reading only, unlisted among the readers.
        follow: go on in a segment that replaces this one.
        compatibility: give a new segment DAO's named semaphores; None: as the environment variable DAO_COMPATIBILITY
            says.
        mode: permission bits of a new file; None: 0o600.
        exclusive: fail when anything has the name already.

    Network, as with pubEnable and pubThread, subEnable and subThread:

    Args:
        pubPort: port to publish at, 0: any free one; objects of one process share it.
        subPort: port to subscribe at; with it or subHost a missing file is no error: it is made with the first frame.
        subHost: machine to subscribe to.
        topic: the segment's name at that port; None: the file's name up to ".im.shm", of a private copy its
            source's, or, to subscribe, what the port offers first.
        every: subscribe to every frame instead of the newest.
        bind: address to publish at, "*" for all.
        keys: file of this side's key pair.
        clients: file of the public keys that may subscribe.
        server_key: the publisher's public key, or a file that has it.

    Everything that gives frames copies them whole, never torn, and np.asarray() and DLPack do too; view() is the one
    that lends the shared memory itself. Any thread may use the object: each has its own place among the frames,
    which begins with its first call.

    DAO_SUCCESS, DAO_ERROR, DAO_TIMEOUT, DAO_OVERWRITE, DAO_NOTREADY and so on: results as in C.

    Raises FileNotFoundError, PermissionError, ValueError (name, shape, depth) and TypeError (dtype), each of which is
    a DaoError too; FileExistsError with exclusive; and DaoError.
    """

    DAO_SUCCESS = _core.DAO_SUCCESS
    DAO_ERROR = _core.DAO_ERROR
    DAO_TIMEOUT = _core.DAO_TIMEOUT
    DAO_OVERWRITE = _core.DAO_OVERWRITE
    DAO_NOTREADY = _core.DAO_NOTREADY
    DAO_INTERRUPTED = _core.DAO_INTERRUPTED
    DAO_REPLACED = _core.DAO_REPLACED
    DAO_REMOVED = _core.DAO_REMOVED
    DAO_OUTRUN = _core.DAO_OUTRUN

    def __init__(
        self,
        fname: str | bytes | os.PathLike[str] | None = None,
        data: Any = None,
        nbkw: SupportsIndex = 0,
        pubPort: SupportsIndex = 5555,
        subPort: int = _DEFAULT_PORT,
        subHost: str = _DEFAULT_HOST,
        logLevel: SupportsIndex | None = None,
        depth: SupportsIndex = 1,
        *,
        read_only: bool = False,
        follow: bool = True,
        compatibility: bool | None = None,
        mode: SupportsIndex | None = None,
        exclusive: bool = False,
        topic: str | None = None,
        every: bool = False,
        bind: str = "*",
        keys: str | os.PathLike[str] | None = None,
        clients: str | os.PathLike[str] | None = None,
        server_key: str | os.PathLike[str] | None = None,
    ) -> None:
        super().__init__()
        self.mtdata: dict[str, Any] = {}
        path = None if fname is None else _path(fname)
        self._name = None if path is None else os.fsdecode(path)
        self._set_up_network((pubPort, subPort), subHost, topic, every, depth, bind, keys, clients, server_key)
        self.follow = follow
        read_only = flag(read_only, "read_only")
        exclusive = flag(exclusive, "exclusive")
        if compatibility is not None:
            compatibility = flag(compatibility, "compatibility")
        if logLevel is not None:
            _core.set_log_level(number_within("logLevel", logLevel, 0, 3))
        if data is not None:
            if read_only:
                raise refused(f"{self._name}: read_only with data, which would be written; expected one of the two")
            if exclusive and path is None:
                raise refused("exclusive without a name; expected a name")
            self._make(path, segment_array(data, self._name), nbkw, depth, compatibility, mode, exclusive)
        elif exclusive:
            raise refused(f"{self._name}: exclusive without data to make a segment of; expected data")
        elif path is None:
            self._await(b"")
        else:
            subscribes = not (isinstance(subPort, DefaultPort) and isinstance(subHost, DefaultHost))
            self._open_or_await(path, read_only, subscribes)

    def _open_or_await(self, path: bytes, read_only: bool, subscribes: bool) -> None:
        try:
            self._open(path, read_only)
        except DaoNotFoundError:
            if not subscribes or not _core.HAS_NETWORK:
                raise
            self._await(path)

    def _make(
        self,
        path: bytes | None,
        frame: NDArray[Any],
        nbkw: SupportsIndex,
        depth: SupportsIndex,
        compatibility: bool | None,
        mode: SupportsIndex | None,
        exclusive: bool,
    ) -> None:
        if path == b"":
            raise DaoValueError.of(_core.ErrorCode.NAME, "segment: its name is empty; expected 1 to 79 bytes")
        keywords = number_within("nbkw", nbkw, 0, 65535)
        slots = number_within("depth", depth, 1, 2**32 - 1)
        bits = 0 if mode is None else number_within("mode", mode, 1, 0o777)
        semaphores = 0 if compatibility is None else 1 if compatibility else -1
        self._create(path or b"", frame, keywords, slots, bits, semaphores, exclusive)
        self.set_data(frame)
        self.reset_tail()  # the maker has read what it made

    @property
    def name(self) -> str | None:
        """The path of the segment's file; None for a private image."""
        return self._name

    def _called(self) -> str:
        """What messages call the segment: its file, or where its frames come from."""
        if self._name is not None:
            return self._name
        if not self.awaits:
            return "private segment"
        return f"{self.subHost}:{self.subPort}" + ("" if self.topic is None else f":{self.topic}")

    @property
    def ndim(self) -> int:
        """Number of axes of the frame's shape, 1 to 3."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements of a frame, the product of its shape."""
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        """Bytes of a frame."""
        return self.size * self.dtype.itemsize

    @property
    def image(self) -> Any:
        """The segment as C programs see it, through ctypes.

        ``image.md.contents.cnt2``, ``image.md[slot].cnt0``, ``image.kw[0].name``; ``image.array`` is an address.

        It shows the shared memory itself, which stays mapped while the image or a pointer from it is held. What is set
        there is set in the segment at once; semaphores are null. Of a segment that is open for reading only, nothing
        can be set: PermissionError. Do not write to what ctypes.cast() or NumPy make of it: that ends the process.
        """
        return image_of(*self._image())

    def get_meta_data(self, index: SupportsIndex | None = None) -> dict[str, Any]:
        """The metadata of the newest frame, or of slot index (modulo depth): a dict with IMAGE_METADATA's names.

        Of these, size is the shape with 0 for an unused axis; creation_time and last_access are seconds since the Unix
        epoch; atime["tsfixed"]["secondlong"] is the acquisition time in nanoseconds. It remains in ``mtdata``.
        """
        self.mtdata = super().get_meta_data(index)
        return self.mtdata

    @property
    def acquisition_time(self) -> np.datetime64:
        """When the newest frame was acquired: a datetime64 in nanoseconds, UTC; NaT when that is unknown."""
        nanoseconds = self._acquisition_time_ns()
        return np.datetime64(nanoseconds, "ns") if nanoseconds else np.datetime64("NaT", "ns")

    def get_timestamp(self) -> datetime.datetime:
        """When the newest frame was acquired: a datetime in local time, without a time zone, to the microsecond.

        The beginning of 1970 in UTC when that is unknown, where acquisition_time is NaT.
        """
        microseconds = self._acquisition_time_ns() // 1000
        moment = datetime.datetime.fromtimestamp(microseconds // 1_000_000)
        return moment.replace(microsecond=microseconds % 1_000_000)

    def frames(self, timeout: SupportsFloat | None = None, mode: Mode = "sleep") -> Frames:
        """Every frame from now on, in order, for ``for`` and ``async for``: ndarrays of the segment's shape.

        Each iterator has a place of its own: two of them each give every frame. timeout: seconds to wait for a frame,
        None: no limit, 0: only look; then TimeoutError. mode: as in wait().
        """
        return Frames(self, timeout, mode)

    def write(self, frame_id: SupportsIndex | None = None, acquisition_time_ns: SupportsIndex | None = None) -> Loan:
        """Fill the next frame in place: ``with segment.write() as frame:`` gives an ndarray of the segment's shape.

        Raises PermissionError when the segment is open for reading only, TimeoutError when another writer kept it
        locked for 5 s.
        """
        return Loan(self, frame_id, acquisition_time_ns)

    @property
    def keywords(self) -> Keywords:
        """The segment's keywords, a mutable mapping from name to int, float or str."""
        return Keywords(self)

    def readers(self) -> list[Reader]:
        """Who reads the segment, how far each got and how many frames it missed. Empty for segments made by DAO."""
        return [Reader(*entry) for entry in self._readers()]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """The newest frame, whole, shape and dtype of the segment; copy=False: the read-only view() itself."""
        if copy is not False:
            frame = self.get_data()
            return frame if dtype is None else frame.astype(dtype, copy=False)
        if dtype is not None and np.dtype(dtype) != self.dtype:
            raise DaoValueError.of(
                _core.ErrorCode.TYPE,
                f"{self.name}: has type {self.dtype}; expected {np.dtype(dtype)}, which needs a copy",
            )
        return self.view()

    def __dlpack__(self, **options: Any) -> Any:
        """The newest frame, whole, as a DLPack capsule; copy=False: the memory of view() itself, without a copy."""
        if options.pop("copy", None) is False:
            return self.view().__dlpack__(**options)
        return self.get_data().__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[int, int]:
        """(1, 0): the memory is the processor's."""
        return (1, 0)

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        """Refuse to be pickled or copied: an open segment belongs to its process."""
        raise DaoTypeError.of(
            _core.ErrorCode.UNSUPPORTED,
            f"{self._name}: an open segment cannot be pickled; expected its name, to open it in the other process: "
            f"shm({self._name!r})"
            if self._name is not None
            else "a private image cannot be pickled; expected a segment with a name, which another process can open",
        )

    def __enter__(self) -> shm:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        name = "private" if self._name is None else repr(self._name)
        if self._is_awaiting():
            return f"<shm {name}, waits for the first frame from {self.subHost}:{self.subPort}>"
        if self.closed:
            return f"<shm {name}, {'no frame yet: nothing is subscribed to' if self._is_unbegun() else 'closed'}>"
        access = ", read-only" if self.read_only else ""
        return f"<shm {name} {self.shape} {self.dtype}, depth {self.depth}, frame {self.counter}{access}>"
