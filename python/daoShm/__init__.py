"""Shared memory for real-time adaptive optics and scientific imaging.

A *segment* is a named file that several processes map. It holds ``depth`` *slots*; a writer publishes one *frame*
after another into them, readers copy or look at frames and can wait for the next::

    from daoShm import shm

    camera = shm("/tmp/camera.im.shm", numpy.zeros((512, 512), numpy.uint16), depth=4)
    camera.set_data(image)

    for frame in shm("/tmp/camera.im.shm").frames():
        ...
"""

from ._core import ELEMENT_TYPES, ErrorCode, remove, version
from .errors import (
    DaoError,
    DaoKeyError,
    DaoNotFoundError,
    DaoPermissionError,
    DaoTimeoutError,
    DaoTypeError,
    DaoUnsupportedError,
    DaoValueError,
)
from .frames import Frames
from .keywords import Keywords
from .loan import Loan
from .segment import Reader, shm

__version__ = version()

__all__ = [
    "ELEMENT_TYPES",
    "DaoError",
    "DaoKeyError",
    "DaoNotFoundError",
    "DaoPermissionError",
    "DaoTimeoutError",
    "DaoTypeError",
    "DaoUnsupportedError",
    "DaoValueError",
    "ErrorCode",
    "Frames",
    "Keywords",
    "Loan",
    "Reader",
    "remove",
    "shm",
    "version",
]
