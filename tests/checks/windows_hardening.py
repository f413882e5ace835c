#!/usr/bin/env python3
"""What a build for Windows made has what cmake/harden.cmake asks for: windows_hardening.py PROGRAM_OR_LIBRARY...

Its headers say where it may be loaded and what of it may be run; a stack protector brings the words that it ends with.
"""

import struct
import sys
from pathlib import Path

AMD64 = 0x8664
PE32_PLUS = 0x20B
FIXED_PLACE = 0x0001  # no relocations: it is loaded where it says, whatever else its header says
WANTED = {
    0x0020: "places beyond 4 GiB (high-entropy-va)",
    0x0040: "a place at random (dynamicbase)",
    0x0100: "data that cannot be run (nxcompat)",
}
LAST_WORDS = b"stack smashing detected"


def lacks(file):
    content = file.read_bytes()
    header = struct.unpack_from("<I", content, 0x3C)[0]
    if content[:2] != b"MZ" or content[header : header + 4] != b"PE\0\0":
        yield "no program or library of Windows"
        return
    machine, _, _, _, _, _, characteristics = struct.unpack_from("<HHIIIHH", content, header + 4)
    kind = struct.unpack_from("<H", content, header + 24)[0]
    if (machine, kind) != (AMD64, PE32_PLUS):
        yield f"machine {machine:#x}, kind {kind:#x}; expected x86-64"
        return
    if characteristics & FIXED_PLACE:
        yield "no relocations; expected those by which it can be loaded anywhere"
    found = struct.unpack_from("<H", content, header + 24 + 70)[0]
    for flag, what in WANTED.items():
        if not found & flag:
            yield f"its header lacks {what}"
    if LAST_WORDS not in content:
        yield "no stack protector"


def main(*files):
    failures = [f"{file}: {what}" for file in files for what in lacks(file)]
    print("\n".join(failures) or f"{len(files)} files hardened")
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
