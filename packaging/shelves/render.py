#!/usr/bin/env python3
"""Fills the recipes of this folder with name, version and checksum of a source archive: render.py ARCHIVE FOLDER.

ARCHIVE is the sdist, dist/daoshm-VERSION.tar.gz, as it is on PyPI. FOLDER gets conda-forge, vcpkg,
homebrew, rpm and aur.
"""

import hashlib
import re
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def describe(archive):
    found = re.fullmatch(r"(daoshm)-(\d+(?:\.\d+)*)\.tar\.gz", archive.name)
    if found is None:
        sys.exit(f"{archive}: not a source archive; expected daoshm-VERSION.tar.gz")
    content = archive.read_bytes()
    return {
        "version": found[2],
        "source_url": f"https://files.pythonhosted.org/packages/source/d/daoshm/{archive.name}",
        "sha256": hashlib.sha256(content).hexdigest(),
        "sha512": hashlib.sha512(content).hexdigest(),
        "rpm_date": time.strftime("%a %b %d %Y", time.gmtime(archive.stat().st_mtime)),
    }


def fill(text, known, template):
    """Only @name@ with names of ours: other @ are the recipe's own."""
    unknown = set(re.findall(r"@([a-z0-9_]+)@", text)) - known.keys()
    if unknown:
        sys.exit(f"{template}: unknown: {', '.join(sorted(unknown))}; expected {', '.join(known)}")
    return re.sub(r"@([a-z0-9_]+)@", lambda match: known[match[1]], text)


def main(archive, folder):
    known = describe(Path(archive))
    for template in sorted(HERE.rglob("*.in")):
        target = Path(folder, template.relative_to(HERE)).with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(fill(template.read_text(), known, template))
        print(target)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
