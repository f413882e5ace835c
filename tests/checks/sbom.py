#!/usr/bin/env python3
"""The bill of materials of a build is as SPDX 2.3 has it, and forgets nothing that the programs load or are made of:

    sbom.py BUILD [PACKAGE]

PACKAGE is a folder with the Python package and its own bill.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

RELATIONS = {"DESCRIBES", "CONTAINS", "STATIC_LINK", "DYNAMIC_LINK", "OPTIONAL_DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF"}
LICENCES = {
    "MIT", "MPL-2.0", "BSD-3-Clause", "CFITSIO", "X11-distribute-modifications-variant", "Zlib", "LGPL-2.1-or-later",
    "LGPL-3.0-only WITH LGPL-3.0-linking-exception", "ISC",
}  # fmt: skip
# What libraries are called in the list; those of the system (the C and C++ libraries) are no part of what we deliver.
LIBRARIES = {
    "zmq": "libzmq",
    "fmt": "fmt",
    "cfitsio": "cfitsio",
    "ncursesw": "ncurses",
    "tinfo": "ncurses",
    "z": "zlib",
}
SYSTEM = {"c", "m", "stdc++", "gcc_s", "pthread", "dl", "rt", "atomic", "ld-linux-x86-64", "ld-linux-aarch64"}
OURS = {"dao": "libdao", "daoNet": "libdaoNet"}
FILES = {"src/libdao.so": "libdao", "net/libdaoNet.so": "libdaoNet", "tools/daoshm/daoshm": "daoshm-tool"}
PYTHON_FILES = {"lib/libdao.so*": "libdao", "lib/libdaoNet.so*": "libdaoNet", "_core*.so": "daoShm-python"}
# What the sources of a part include of others: the header, or its folder.
HEADERS = {
    "zmq.h": "libzmq",
    "zmq.hpp": "cppzmq",
    "nlohmann": "nlohmann-json",
    "CLI": "CLI11",
    "fmt": "fmt",
    "fitsio.h": "cfitsio",
    "curses.h": "ncurses",
    "term.h": "ncurses",
    "zlib.h": "zlib",
    "arv.h": "aravis",
    "nanobind": "nanobind",
    "numpy": "numpy",
}
SOURCES = {"libdao": "src", "libdaoNet": "net", "daoshm-tool": "tools/daoshm", "daoShm-python": "python/bindings"}
# Folders of the C library, the systems and compilers; and single headers without a folder, which are taken for theirs.
SYSTEM_FOLDERS = {"sys", "net", "netinet", "arpa", "linux", "mach", "sanitizer", "bits", "asm"}
SYSTEM_HEADERS = re.compile(r"[a-z0-9_]+(\.h)?|Python\.h|dao\w*\.hp{0,2}|CoreFoundation/.*")
ROOT = Path(__file__).resolve().parents[2]


def check_document(document):
    assert document["spdxVersion"] == "SPDX-2.3" and document["dataLicense"] == "CC0-1.0"
    assert document["SPDXID"] == "SPDXRef-DOCUMENT" and document["name"]
    assert re.fullmatch(r"https?://[^\s#]+", document["documentNamespace"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["creationInfo"]["created"])
    assert all(re.match(r"(Person|Organization|Tool): .", creator) for creator in document["creationInfo"]["creators"])
    identifiers = [package["SPDXID"] for package in document["packages"]]
    assert len(set(identifiers)) == len(identifiers)
    for package in document["packages"]:
        name = package["name"]
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", package["SPDXID"]), name
        assert package["downloadLocation"] == "NOASSERTION" or package["downloadLocation"].startswith("https://"), name
        assert package["filesAnalyzed"] is False, name
        assert package["licenseConcluded"] == package["licenseDeclared"] in LICENCES, name
        assert re.fullmatch(r"\d+(\.\d+)*", package.get("versionInfo", "")) or name == "numpy", f"{name}: no version"
    for relation in document["relationships"]:
        assert relation["relationshipType"] in RELATIONS, relation
        for end in ("spdxElementId", "relatedSpdxElement"):
            assert relation[end] in [*identifiers, "SPDXRef-DOCUMENT"], relation


def needed(file):
    printed = subprocess.run(["readelf", "-dW", file], capture_output=True, text=True, check=True).stdout
    return re.findall(r"\(NEEDED\).*\[(?:lib)?([^\]]+?)\.so[^\]]*\]", printed)


def relations(document, *kinds):
    """Pairs of a part and what it is linked with, whichever end the document names first."""
    pairs = set()
    for relation in document["relationships"]:
        if relation["relationshipType"] in kinds:
            ends = [relation[end].removeprefix("SPDXRef-") for end in ("spdxElementId", "relatedSpdxElement")]
            pairs.add(tuple(reversed(ends) if relation["relationshipType"].endswith("_OF") else ends))
    return pairs


def check_links(document, files):
    links = relations(document, "DYNAMIC_LINK")
    for file, part in files:
        parts = (part, "libdaoNet") if part == "daoShm-python" else (part,)  # it may have the network inside
        for library in needed(file):
            linked = any((one, LIBRARIES.get(library)) in links for one in parts)
            known = library in SYSTEM or library in OURS or linked
            assert known, f"{file} needs {library}, which the bill of materials does not name for {part}: {links}"


def check_headers(document, part):
    """What is compiled into a part, or linked in, leaves no name in the program; its sources include it."""
    known = relations(document, *RELATIONS - {"DESCRIBES", "CONTAINS"})
    for source in (ROOT / SOURCES[part]).rglob("*.[ch]*"):
        if "_test." in source.name:
            continue
        for header in re.findall(r"^\s*#\s*include <([^>]+)>", source.read_text(), re.MULTILINE):
            folder = header.partition("/")[0]
            if folder in HEADERS:
                # aravis is found at run time; a build without it does not name it
                is_named = (part, HEADERS[folder]) in known or HEADERS[folder] == "aravis"
                assert is_named, (
                    f"{source}: <{header}> is of {HEADERS[folder]}, which the bill does not name for {part}"
                )
            else:
                is_system = folder in SYSTEM_FOLDERS or SYSTEM_HEADERS.fullmatch(header)
                assert is_system, f"{source}: <{header}>: of whom? Name it in HEADERS of {Path(__file__).name}"


def check(bill, files):
    document = json.loads(bill.read_text())
    check_document(document)
    check_links(document, files)
    parts = {package["name"] for package in document["packages"]} & SOURCES.keys()
    for part in parts:
        check_headers(document, part)
    print(
        f"{bill}: {len(document['packages'])} packages, {len(document['relationships'])} relations, {len(files)} files"
    )


def is_program(file):
    return file.is_file() and not file.is_symlink() and file.read_bytes()[:4] == b"\x7fELF"


def main(build, package=None):
    check(build / "daoShm.spdx.json", [(build / file, part) for file, part in FILES.items() if (build / file).exists()])
    if package:
        bills = list(package.rglob("sboms/daoShm.spdx.json"))
        assert len(bills) == 1, f"{package}: {len(bills)} bills of materials; expected one"
        modules = [path for path in package.rglob("daoShm") if (path / "__init__.py").exists()]
        found = [(file, part) for name, part in PYTHON_FILES.items() for file in modules[0].glob(name)]
        check(bills[0], [(file, part) for file, part in found if is_program(file)])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
