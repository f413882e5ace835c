#!/usr/bin/env python3
"""The results and error codes that the library, Python, Rust and Julia list are those of dao.h."""

import re
import sys

from lists import entries_of, problem_of, read, report

HEADER = read("include/dao.h")
PART = HEADER.split(" results */", 1)[1].split("typedef enum", 1)[0]
RESULTS = {name: int(value) for name, value in re.findall(r"^#define DAO_(\w+) \(?(-?\d+)\)?$", PART, re.MULTILINE)}
CODES = {name: int(value) for name, value in re.findall(r"^    DAO_E_(\w+) = (\d+)", HEADER, re.MULTILINE)}
# A result below 0 is a condition, and has a code of its own.
CONDITIONS = [(code, f"DAO_{result}") for code, result in re.findall(r"DAO_E_(\w+) = .*goes with DAO_(\w+) ", HEADER)]
IN_C = [f"DAO_{name}" for name in RESULTS]
# (file, what stands around its list, an entry in it, the entries it is to have)
LISTS = [
    ("src/base/status.hpp", r"enum class(.*?)\};", r"= (DAO_\w+)", IN_C),
    ("src/base/error.cpp", r" conditions\[\] = \{(.*?)\n\};", r"DAO_E_(\w+)", [code for code, _ in CONDITIONS]),
    ("python/bindings/module.cpp", r"void bind_constants(.*?)DAO_WARNING", r"= (DAO_\w+);", IN_C),
    ("python/bindings/module.cpp", r'"ErrorCode"(.*?);\n\}', r'\.value\("(\w+)", DAO_E_\w+\)', list(CODES)),
    ("python/daoShm/_core.pyi", r"(.*?)DAO_WARNING", r"\n(DAO_\w+): int", IN_C),
    (
        "python/daoShm/_core.pyi", r"class ErrorCode\(IntEnum\):(.*?)\n\n", r"(\w+ = \d+)",
        [f"{name} = {code}" for name, code in CODES.items()],
    ),
    ("python/daoShm/segment.py", r"\nclass shm(.*)", r"\n    (DAO_\w+) = _core\.DAO_\w+", IN_C),
]  # fmt: skip
# Rust and Julia name only those that they ask for: (file, an entry, what each is to be).
NUMBERS = [
    ("bindings/rust/src/ffi.rs", r"\npub const (\w+): i8 = (-?\d+);", RESULTS),
    ("bindings/rust/src/error.rs", r"\npub\(crate\) const (\w+): i32 = (\d+);", CODES),
    ("bindings/julia/src/structs.jl", r"\nconst (\w+) = (-?\d+)(?=\n)", RESULTS),
]


def check_numbers(path, entry, expected):
    found = [(name, int(number)) for name, number in entries_of(path, r"(.*)", entry)]
    return problem_of("results or codes", path, found, [(name, expected.get(name)) for name, _ in found] or ["some"])


def main():
    problems = [
        problem_of("results or codes", path, entries_of(path, around, entry), expected)
        for path, around, entry, expected in LISTS
    ]
    problems += [check_numbers(*listed) for listed in NUMBERS]
    exported = entries_of("python/daoShm/__init__.py", r"\n__all__ = \[(.*?)\]", r'"(DAO_\w+)"') or []
    exported = [name for name in IN_C if name in exported]
    problems.append(problem_of("results", "python/daoShm/__init__.py", exported, IN_C))
    conditions = [f"DAO_{name}" for name, number in RESULTS.items() if number < 0]
    codes_of = [result for _, result in CONDITIONS]
    problems.append(problem_of("codes that go with a result", "include/dao.h", codes_of, conditions))
    if len(CODES) < 31 or list(CODES.values()) != list(range(len(CODES))):
        problems.append(f"include/dao.h: DAO_ERROR_CODE: {CODES}; expected at least 31 codes, from 0 on")
    return report(problems)


if __name__ == "__main__":
    sys.exit(main())
