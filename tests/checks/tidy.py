#!/usr/bin/env python3
"""clang-tidy over the sources of a build: tidy.py CLANG_TIDY BUILD_FOLDER CACHE_FOLDER

A source, or the file of a unity build that includes several, is looked at again only when it, a header of the project,
.clang-tidy, its flags or clang-tidy changed since it passed: the cache holds an empty file for each that did. Lines of
comments count only where they speak to clang-tidy, and the place of the clone does not.
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
PARTS = ("src", "include", "tools", "examples", "benchmarks", "tests", "net", "python")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
COMMENT = re.compile(r"^\s*//(?!.*NOLINT).*\n", re.MULTILINE)
# Flags that clang does not know, and what belongs to gcc's precompiled headers.
UNKNOWN = re.compile(r"-Winvalid-pch|-fno-fat-lto-objects|-include \S*cmake_pch\.hxx|-fpch-preprocess")


@functools.cache
def text_of(path):
    return path.read_text(errors="replace")


def is_ours(path):
    return ROOT in path.parents and path.relative_to(ROOT).parts[0] in PARTS


def includes_of(file, folders):
    for name in INCLUDE.findall(text_of(file)):
        found = ((folder / name).resolve() for folder in (file.parent, *folders))
        yield from [path for path in found if path.is_file() and ROOT in path.parents][:1]


def with_headers(source, folders):
    """The source and all files of the clone that it includes."""
    seen = set()
    waiting = [source]
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting.extend(includes_of(file, folders))
    return sorted(seen)


def entries(build):
    """(Source, command) of every source in the clone, once, or of the unity files that include them."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = Path(entry["directory"], entry["file"]).resolve()
        if is_ours(source) or any(map(is_ours, includes_of(source, []))):
            found.setdefault(source, UNKNOWN.sub("", entry["command"]))
    return found


def main():
    clang_tidy, build, cache = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3])
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run([clang_tidy, "--version"], capture_output=True, text=True, check=True).stdout
    version += (ROOT / ".clang-tidy").read_text()
    headers = f"{ROOT}/({'|'.join(part for part in PARTS if part != 'include')})/"  # the public ones' names are given
    commands = entries(build)
    # clang-tidy reads the flags from a folder of its own, without what clang does not know.
    database = build / "tidy"
    database.mkdir(parents=True, exist_ok=True)
    listed = [
        {"directory": str(build), "file": str(source), "command": command} for source, command in commands.items()
    ]
    (database / "compile_commands.json").write_text(json.dumps(listed))

    def passed_file(source):
        flags = commands[source]
        folders = [Path(name).resolve() for name in re.findall(r"-(?:I|isystem )(\S+)", flags)]
        texts = (COMMENT.sub("", text_of(file)) for file in with_headers(source, folders))
        content = "\0".join([version, flags, *texts]).replace(str(build), "").replace(str(ROOT), "")
        return cache / hashlib.sha256(content.encode()).hexdigest()

    def look(source):
        passed = passed_file(source)
        if passed.exists():
            return None
        command = [clang_tidy, "--quiet", "--warnings-as-errors=*", f"--header-filter={headers}"]
        command += [f"--config-file={ROOT}/.clang-tidy", "-p", str(database)]
        if not is_ours(source):  # a unity file
            command.append("--checks=-bugprone-suspicious-include")
        done = subprocess.run([*command, str(source)], capture_output=True, text=True)
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
