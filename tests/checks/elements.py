#!/usr/bin/env python3
"""The lists of element types of all languages have those of DAO_ELEMENT_TYPES in dao.h, in order, with their codes."""

import re
import sys

from lists import entries_of, problem_of, read, report

HEADER = read("include/dao.h")


def code_of(macro):
    return int(re.search(rf"^#define {macro} (\d+)$", HEADER, re.MULTILINE)[1])


TYPES = {
    name: (macro.removeprefix("_DATATYPE_"), code_of(macro))
    for macro, name in re.findall(r'^    X\(\w+, (\w+), .*"(\w+)"\)', HEADER, re.MULTILINE)
}


def rust_name(name):
    short = {"complex64": "Complex32", "complex128": "Complex64"}
    return short.get(name, name.replace("uint", "u").replace("int", "i").replace("float", "f"))


def julia_name(name):
    short = {"complex64": "ComplexF32", "complex128": "ComplexF64"}
    return short.get(name, name.replace("uint", "UInt").replace("int", "Int").replace("float", "Float"))


def matlab_name(name):
    return {"float32": "single", "float64": "double"}.get(name, name)


REAL = [name for name in TYPES if not name.startswith("complex")]
# (file, what stands around its list, an entry in it, the entries it is to have)
LISTS = [
    ("include/dao.h", r"(.*)", r"#define SIZEOF_DATATYPE_(\w+) \d+\n", [macro for macro, _ in TYPES.values()]),
    ("python/daoShm/historic.py", r"\n_ELEMENTS: .*?\{\n(.*?)\n\}", r'"(\w+)": ', list(TYPES)),
    (
        "bindings/rust/src/element.rs", r"\nelements! \{(.*?)\n\}", r"(\w+ = \d+)",
        [f"{rust_name(name)} = {code}" for name, (_, code) in TYPES.items()],
    ),
    ("bindings/julia/src/DaoShm.jl", r"\nconst ELEMENTS = \((.*?)\)\n", r"\w+", [julia_name(name) for name in TYPES]),
    (
        "bindings/matlab/daoshm_mex.c", r"\nstatic mxClassID class_of\(.*?\{(.*?)\n\}", r"case _DATATYPE_(\w+):",
        [macro for macro, _ in TYPES.values()],
    ),
    ("bindings/matlab/DaoShm.m", r" types = \{(.*?)\}", r"'(\w+)'", [matlab_name(name) for name in REAL]),
    (
        "docs/format.md", r"\n(1 uint8.*?)\. The code has the list", r"(\d+ \w+)",
        [f"{code} {name}" for name, (_, code) in TYPES.items()],
    ),
]  # fmt: skip
IN_ANY_ORDER = {"bindings/matlab/daoshm_mex.c"}


def check(path, around, entry, expected):
    entries = entries_of(path, around, entry)
    if path in IN_ANY_ORDER:
        entries, expected = sorted(entries or []), sorted(expected)
    return problem_of("element types", path, entries, expected)


def main():
    problems = [check(*listed) for listed in LISTS]
    if len(TYPES) < 12 or [code for _, code in TYPES.values()] != list(range(1, len(TYPES) + 1)):
        problems.append(f"include/dao.h: DAO_ELEMENT_TYPES: {TYPES}; expected at least 12 types with codes from 1 on")
    return report(problems)


if __name__ == "__main__":
    sys.exit(main())
