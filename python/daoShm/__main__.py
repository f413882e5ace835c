"""``python -m daoShm``: where the library for C and C++ lies."""

import argparse
import sys

import daoShm

from . import location

ANSWERS = {
    "prefix": (location.prefix, "the folder with include and lib, for CMAKE_PREFIX_PATH"),
    "cmake-dir": (location.cmake_folder, "the folder of the CMake package, for daoShm_DIR"),
    "pkg-config-dir": (location.pkg_config_folder, "the folder of dao.pc and daoShm.pc, for PKG_CONFIG_PATH"),
    "cflags": (location.compiler_flags, "what a compiler wants"),
    "libs": (location.linker_flags, "what a linker wants"),
    "library": (location.library, "the shared library, for programs that load it themselves"),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m daoShm",
        description="Print where the library for C and C++ lies.",
        epilog="example: cc program.c $(python -m daoShm --cflags --libs)",
    )
    for name, (_, what) in ANSWERS.items():
        parser.add_argument(f"--{name}", action="append_const", dest="wanted", const=name, help=what)
    parser.add_argument("--version", action="version", version=daoShm.__version__)
    wanted = parser.parse_args().wanted
    if not wanted:
        parser.print_help()
        return 0
    try:
        print(" ".join(ANSWERS[name][0]() for name in wanted))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
