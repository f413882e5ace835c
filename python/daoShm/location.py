"""Where this installation's library for C and C++ lies."""

import shlex
import sys
from pathlib import Path

_PREFIX = Path(__file__).resolve().parent
_LIBRARY = {"win32": "bin/dao.dll", "darwin": "lib/libdao.1.dylib"}.get(sys.platform, "lib/libdao.so.1")


def prefix() -> str:
    """The folder that has ``include`` and ``lib``, as a path.

    It is for C and C++ what ``/usr/local`` is after ``make install``: CMake takes it in ``CMAKE_PREFIX_PATH``.
    Raises FileNotFoundError where the package was installed without the library, as by a Linux distribution.
    """
    if not (_PREFIX / _LIBRARY).exists():
        raise FileNotFoundError(
            f"daoShm: no library for C and C++: found no {_PREFIX / _LIBRARY}; expected a package installed by pip "
            "(elsewhere `pkg-config --cflags --libs dao` tells where the library is)"
        )
    return str(_PREFIX)


def library() -> str:
    """The shared library, for ctypes, Julia and others that load it at run time, as a path."""
    return str(Path(prefix(), _LIBRARY))


def cmake_folder() -> str:
    """The folder of the CMake package: the value for ``daoShm_DIR``, as a path."""
    return str(Path(prefix(), "lib", "cmake", "daoShm"))


def pkg_config_folder() -> str:
    """The folder of ``dao.pc`` and ``daoShm.pc``, for ``PKG_CONFIG_PATH``, as a path."""
    return str(Path(prefix(), "lib", "pkgconfig"))


def compiler_flags() -> str:
    """What a compiler wants in order to find ``dao.h`` and ``daoShm.hpp``, quoted for the shell."""
    return shlex.join([f"-I{Path(prefix(), 'include')}"])


def linker_flags() -> str:
    """What a linker wants, quoted for the shell; the program then finds the library when it runs."""
    folder = Path(prefix(), "lib")
    return shlex.join([f"-L{folder}", f"-Wl,-rpath,{folder}", "-ldao"])
