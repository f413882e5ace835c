#!/usr/bin/env python3
"""The bill of materials of a build is as SPDX 2.3 has it, and forgets nothing that the programs need: sbom.py BUILD"""

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


def check_links(document, build):
    links = {
        (relation["spdxElementId"].removeprefix("SPDXRef-"), relation["relatedSpdxElement"].removeprefix("SPDXRef-"))
        for relation in document["relationships"] if relation["relationshipType"] == "DYNAMIC_LINK"
    }  # fmt: skip
    for file, part in FILES.items():
        for library in needed(build / file) if (build / file).exists() else []:
            known = library in SYSTEM or library in OURS or (part, LIBRARIES.get(library)) in links
            assert known, f"{file} needs {library}, which the bill of materials does not name for {part}: {links}"


def main(build):
    document = json.loads((build / "daoShm.spdx.json").read_text())
    check_document(document)
    check_links(document, build)
    print(f"{len(document['packages'])} packages, {len(document['relationships'])} relations")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
