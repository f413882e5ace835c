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
from ._core import (
    DAO_DEBUG,
    DAO_ERROR,
    DAO_INFO,
    DAO_INTERRUPTED,
    DAO_NOTREADY,
    DAO_OUTRUN,
    DAO_OVERWRITE,
    DAO_REMOVED,
    DAO_REPLACED,
    DAO_SHM_NAME_LEN,
    DAO_SUCCESS,
    DAO_TIMEOUT,
    DAO_TRACE,
    DAO_WARNING,
    ELEMENT_TYPES,
    IMAGE_NB_SEMAPHORE,
    ErrorCode,
    version,
)
from .connect import connect
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
from .historic import (
    IMAGE,
    IMAGE_KEYWORD,
    IMAGE_METADATA,
    TIMESPECFIXED,
    Complex64,
    Complex128,
    daoType2CtypesType,
    daoType2NpType,
    getLogLevel,
    npType2CtypesType,
    npType2DaoType,
    setLogLevel,
    timespec,
)
from .keywords import Keywords
from .loan import Loan
from .network import make_keys
from .network_state import Peer, Source, State
from .segment import Reader, remove, shm

__version__ = version()

_core._set_main_thread(threading.main_thread().ident or 0)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_core._after_fork)

__all__ = [
    "DAO_DEBUG",
    "DAO_ERROR",
    "DAO_INFO",
    "DAO_INTERRUPTED",
    "DAO_NOTREADY",
    "DAO_OUTRUN",
    "DAO_OVERWRITE",
    "DAO_REMOVED",
    "DAO_REPLACED",
    "DAO_SHM_NAME_LEN",
    "DAO_SUCCESS",
    "DAO_TIMEOUT",
    "DAO_TRACE",
    "DAO_WARNING",
    "ELEMENT_TYPES",
    "IMAGE",
    "IMAGE_KEYWORD",
    "IMAGE_METADATA",
    "IMAGE_NB_SEMAPHORE",
    "TIMESPECFIXED",
    "Complex64",
    "Complex128",
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
    "Peer",
    "Reader",
    "Source",
    "State",
    "connect",
    "daoType2CtypesType",
    "daoType2NpType",
    "getLogLevel",
    "make_keys",
    "npType2CtypesType",
    "npType2DaoType",
    "remove",
    "setLogLevel",
    "shm",
    "timespec",
    "version",
]
