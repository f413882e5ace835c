#!/usr/bin/env python3
"""What a build made has what cmake/harden.cmake asks for: hardening.py BUILD [PACKAGE...]

BUILD has the libraries and daoshm, each PACKAGE, a folder or a wheel, those of a Python package. A flag that was asked
for need not have had an effect: this looks at what came of it.
"""

import functools
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path

PROGRAMS = ("src/libdao.so", "net/libdaoNet.so", "tools/daoshm/daoshm")
LEAST_FUNCTIONS = 20  # far fewer than there are functions


def output(*command):
    settings = {**os.environ, "LC_ALL": "C"}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=settings).stdout


def is_program(file):  # and not a text for the linker
    if file.is_symlink() or not file.is_file():
        return False
    with open(file, "rb") as opened:
        return opened.read(4) == b"\x7fELF"


def programs_of(package):
    found = sorted(path for path in package.rglob("*") if is_program(path))
    if not any(".so" in path.name for path in found):
        sys.exit(f"{package}: no library or module in it")
    return found


def unpacked(wheel, stack):
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()), wheel.name)
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def setting(build, name):
    found = re.search(rf"^{name}:\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE)
    return found[1] if found else ""


def compiler_of(build):
    """As CMake notes it: one that a toolchain file names is not in the cache."""
    newest = max(build.glob("CMakeFiles/*/CMakeCXXCompiler.cmake"), key=lambda path: path.stat().st_mtime)
    return re.search(r'set\(CMAKE_CXX_COMPILER "(.*)"\)', newest.read_text())[1]


def notes(file):
    """Of CET and branch protection: a linker leaves them out where one object lacks them."""
    return set(re.findall(r"\b(IBT|SHSTK|BTI|PAC)\b", output("readelf", "-nW", file)))


def notes_of_nothing(compiler):
    """Those that the compiler's own start files allow."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "nothing.cpp"), Path(folder, "nothing")
        source.write_text("int main() {}\n")
        for flag in "-fcf-protection=full", "-mbranch-protection=standard":  # a processor has one of them
            if subprocess.run([compiler, flag, source, "-o", program], capture_output=True).returncode == 0:
                return notes(program)
        return set()


@functools.cache
def has_protected_objects(build):
    """Whether the compiler was asked to call what ends a program with an overrun stack."""
    objects = (output("readelf", "-sW", path) for path in build.rglob("*.o"))
    return sum("__stack_chk_fail" in symbols for symbols in objects) >= LEAST_FUNCTIONS


def lacks(file, wanted_notes, build):
    header = output("readelf", "-hW", file)
    segments = output("readelf", "-lW", file)
    dynamic = output("readelf", "-dW", file)
    taken = re.findall(r" UND (\w+)", output("readelf", "--dyn-syms", "-W", file))
    code = output("objdump", "-d", file) if "X86-64" in header else ""
    stack = re.search(r"^ *GNU_STACK .*$", segments, re.MULTILINE)
    if "GNU_RELRO" not in segments:
        yield "no GNU_RELRO; expected tables that become read-only"
    if not re.search(r"BIND_NOW|FLAGS_1\).*\bNOW\b", dynamic):
        yield "bound as it runs; expected BIND_NOW, without which some tables stay writable"
    if stack is None or re.search(r" RWE ", stack[0]):
        yield "an executable stack, or no word of it; expected GNU_STACK with RW"
    if re.search(r"^ *LOAD .* RWE ", segments, re.MULTILINE):
        yield "memory that can be both written and run"
    if not re.search(r"Type: +DYN", header):
        yield "its place is fixed; expected position independent code"
    # Where a compiler's own library is linked in, as zig's is, it may end the program in place of the C library. The
    # code of x86-64 shows it then, elsewhere the objects do.
    called = {"__stack_chk_fail", "__stack_chk_guard"} & set(taken)
    if not (called or (code.count("%fs:0x28") >= LEAST_FUNCTIONS if code else has_protected_objects(build))):
        yield "no stack protector"
    if not any(re.fullmatch(r"__(?!stack)\w+_chk", name) for name in taken):
        yield "no checked call of the C library; expected those of _FORTIFY_SOURCE"
    if missing := wanted_notes - notes(file):
        yield f"no note of {', '.join(sorted(missing))}, which the compiler's start files allow"
    # Where they do not, the functions show it.
    if "X86-64" in header and code.count("endbr64") < LEAST_FUNCTIONS:
        yield "functions without endbr64; expected -fcf-protection"


def main(build, *packages):
    if setting(build, "DAO_HARDEN") != "ON" or setting(build, "DAO_SANITIZE"):
        sys.exit(f"{build}: built without hardening; expected a build with DAO_HARDEN=ON and no sanitizer")
    files = [build / name for name in PROGRAMS if (build / name).exists()]
    wanted_notes = notes_of_nothing(compiler_of(build))
    with ExitStack() as stack:
        for package in packages:
            files += programs_of(unpacked(package, stack) if package.suffix == ".whl" else package)
        failures = [f"{file}: {what}" for file in files for what in lacks(file, wanted_notes, build)]
    print("\n".join(failures) or f"{len(files)} files; notes: {', '.join(sorted(wanted_notes)) or 'none to be had'}")
    return 1 if failures or build / PROGRAMS[0] not in files else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
