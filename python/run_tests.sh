#!/bin/sh
# Install the package and its test requirements into a virtual environment and run the tests. Arguments go to pytest;
# PYTHON names the interpreter, DAO_VENV the environment (build/python-venv).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
venv=${DAO_VENV:-$root/build/python-venv}
test -x "$venv/bin/python" || "${PYTHON:-python3}" -m venv "$venv"
# Older wheels rather than minutes of compiling, where the newest of a package has none for this Python.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
    -r "$root/python/tests/requirements.txt"
PIP_PREFER_BINARY=1 "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$root"
cd "$root"
exec "$venv/bin/python" -m pytest python/tests "$@"
