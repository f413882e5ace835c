#!/usr/bin/env python3
"""clang-tidy over all sources of a build: tidy.py CLANG_TIDY BUILD_FOLDER CACHE_FOLDER

A source is looked at again only when it, a header of the project, .clang-tidy, its flags or clang-tidy changed since it
passed: the cache holds an empty file for each that did.
"""

import functools
import hashlib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("src", "include", "tools", "examples", "benchmarks", "tests", "net")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
# Flags that clang does not know, and what belongs to gcc's precompiled headers.
UNKNOWN = re.compile(r"-Winvalid-pch|-fno-fat-lto-objects|-include \S*cmake_pch\.hxx|-fpch-preprocess")


@functools.cache
def text_of(path):
    return path.read_text(errors="replace")


def with_headers(source, folders):
    """The source and all files of the clone that it includes, in order."""
    seen = {}
    waiting = [source]
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen[file] = text_of(file)
        for name in INCLUDE.findall(seen[file]):
            for folder in (file.parent, *folders):
                header = (folder / name).resolve()
                if header.is_file() and ROOT in header.parents:
                    waiting.append(header)
                    break
    return [seen[file] for file in sorted(seen)]


def entries(build):
    """(Source, command) of every source in the clone, once."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = Path(entry["directory"], entry["file"]).resolve()
        if ROOT in source.parents and source.relative_to(ROOT).parts[0] in PARTS:
            found.setdefault(source, UNKNOWN.sub("", entry["command"]))
    return found


def main():
    clang_tidy, build, cache = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3])
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([clang_tidy, "--version"], capture_output=True, text=True, check=True).stdout
    version += (ROOT / ".clang-tidy").read_text()
    commands = entries(build)
    # clang-tidy reads the flags from a folder of its own, without what clang does not know.
    database = ROOT / "build/tidy"
    database.mkdir(parents=True, exist_ok=True)
    listed = [
        {"directory": str(build), "file": str(source), "command": command} for source, command in commands.items()
    ]
    (database / "compile_commands.json").write_text(json.dumps(listed))

    def passed_file(source):
        folders = [Path(name).resolve() for name in re.findall(r"-(?:I|isystem )(\S+)", commands[source])]
        flags = commands[source].replace(str(ROOT), "")
        content = "\0".join([version, flags, *with_headers(source, folders)])
        return cache / hashlib.sha256(content.encode()).hexdigest()

    def look(source):
        passed = passed_file(source)
        if passed.exists():
            return None
        done = subprocess.run(
            [clang_tidy, "--quiet", "--warnings-as-errors=*", "-p", str(database), str(source)],
            capture_output=True,
            text=True,
        )
        if done.returncode == 0:
            passed.touch()
            return ""
        return done.stdout + re.sub(r"(?m)^\d+ warnings? .*\n", "", done.stderr)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(look, commands))
    for result in results:
        if result:
            print(result)
    failed = sum(bool(result) for result in results)
    looked = sum(result is not None for result in results)
    print(f"clang-tidy: {len(results)} sources, {looked} looked at, the others unchanged; {failed} with findings")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
