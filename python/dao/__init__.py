"""The same as daoShm under its other name: ``dao.shm``."""

from daoShm import *  # noqa: F403
from daoShm import __all__ as __all__
from daoShm import shm as shm
