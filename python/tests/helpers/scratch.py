"""Folders of tests, in memory where there is such a place: short, as segments have short names.

One goes with its maker, or, where that was killed, when the next one is made: a lock on the folder tells whether its
maker lives. tests/scratch_folder.hpp does the same. A file FOLDER.* beside it goes with it.
"""

import glob
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where a killed process's folder stays
    fcntl = None  # type: ignore[assignment]

PREFIX = "dao_test_"
# macOS's own temporary folder would take 49 of the 79 bytes of a segment's.
PLACES = ("/dev/shm", "/tmp", tempfile.gettempdir())
MEMORY = next(place for place in PLACES if os.access(place, os.W_OK))
_swept: set[str] = set()


def _lock(folder: str) -> int | None:
    """The descriptor that holds the lock until it is closed; None where another has it, or the folder is gone."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError:
            os.close(descriptor)
    return None


def _remove(folder: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for beside in glob.glob(f"{folder}.*"):
        with suppress(OSError):
            os.unlink(beside)


def sweep(place: str) -> None:
    """Remove what killed processes left."""
    for folder in glob.glob(f"{place}/{PREFIX}*/"):
        if (descriptor := _lock(folder)) is not None:
            _remove(folder.rstrip("/"))
            os.close(descriptor)


class ScratchFolder:
    """A new folder, `path`; close() removes it."""

    def __init__(self, place: str = MEMORY) -> None:
        self._descriptor: int | None = None
        if fcntl is not None and place not in _swept:
            sweep(place)
            _swept.add(place)
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
            if fcntl is None:
                return
            self._descriptor = _lock(str(self.path))
            if self._descriptor is not None and self.path.exists():
                return
            if self._descriptor is not None:  # others have swept it before it was locked
                os.close(self._descriptor)

    def close(self) -> None:
        _remove(str(self.path))
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()
