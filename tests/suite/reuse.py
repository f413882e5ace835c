"""Whether a step's last result still holds: it passed, and all it depends on is the same."""

import fnmatch
import functools
import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from steps import COMMON, ROOT

RESULTS = ROOT / "build/results"
SEARCHES = "searches"  # in the cache outside the clone
# Of a build folder: what compiles leave for compilers, and what tests and CMake write into it.
PASSED_OVER = ("CMakeFiles", "Testing", ".cmake", "tools-venv", "__pycache__")


@functools.cache
def file_hash(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


@functools.cache
def sources():
    """All files of the clone that are not ignored; of an unpacked archive, all that are not built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        names = listed.stdout.split("\0")
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
        names = [name for name in names if not name.startswith("build/")]
    return sorted(name for name in names if name and (ROOT / name).is_file())


def programs(folder):
    """The programs and libraries in a build folder, and ctest's lists of tests."""
    for path, folders, files in os.walk(ROOT / folder):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER)
        for name in sorted(files):
            file = os.path.join(path, name)
            if os.path.islink(file):
                continue
            if os.access(file, os.X_OK) or name.endswith("tests.cmake") or name == "CTestTestfile.cmake":
                yield file


def version(tool):
    """What the command says of itself; also that there is none."""
    said = subprocess.run(["sh", "-c", tool], capture_output=True, text=True)
    return f"{tool}: {said.returncode} {said.stdout} {said.stderr}\n"


def key(step):
    """A number for all that the step's result depends on, or None: it always runs."""
    if not step.files and not step.builds:
        return None
    total = hashlib.sha256()
    settings = {name: value for name, value in os.environ.items() if name.startswith(("DAO_", "CTEST_", "PYTEST_"))}
    total.update(json.dumps([step.command, platform.platform(), sys.version, sorted(settings.items())]).encode())
    for pattern in (*COMMON, *step.files):
        for name in fnmatch.filter(sources(), pattern.replace("**", "*")):
            total.update(f"{name} {file_hash(str(ROOT / name))}\n".encode())
    for folder in step.builds:
        for file in programs(folder):
            total.update(f"{file} {file_hash(file)}\n".encode())
    for tool in step.tools:
        total.update(version(tool).encode())
    return total.hexdigest()


def place(step, current):
    """Where the result is stored: for a search, one file for each key, which clones share."""
    if step.tools:
        return Path(os.environ["DAO_CACHE"]) / SEARCHES / f"{step.log_name}-{current[:16]}.json"
    return RESULTS / f"{step.log_name}.json"


def stored(step, current):
    """The result stored for this very key, or None."""
    if not current:
        return None
    try:
        result = json.loads(place(step, current).read_text())
    except (OSError, ValueError):
        return None
    return result if result["key"] == current else None


def store(step, current, result):
    if current:
        file = place(step, current)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({**result, "key": current}))


def forget(step, current):
    if current:
        place(step, current).unlink(missing_ok=True)
