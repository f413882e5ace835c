"""Shared memory for real-time adaptive optics and scientific imaging.

A *segment* is a named file that several processes map. It holds ``depth`` *slots*; a writer publishes one *frame*
after another into them, readers copy or look at frames and can wait for the next::

    from daoShm import shm

    camera = shm("/tmp/camera.im.shm", numpy.zeros((512, 512), numpy.uint16), depth=4)
    camera.set_data(image)

    for frame in shm("/tmp/camera.im.shm").frames():
        ...
"""

import os
import threading

from . import interpreter as interpreter  # isort: skip  # before the extension module
from . import _core
from ._core import ELEMENT_TYPES, ErrorCode, version
from .errors import (
    DaoError,
    DaoExistsError,
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
from .segment import Reader, remove, shm

__version__ = version()

_core._set_main_thread(threading.main_thread().ident or 0)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_core._after_fork)

__all__ = [
    "ELEMENT_TYPES",
    "DaoError",
    "DaoExistsError",
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
