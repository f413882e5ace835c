#!/bin/sh
# Install the package and its test requirements into build/python-venv and run the tests. Arguments go to pytest;
# PYTHON names the interpreter.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
venv=$root/build/python-venv
test -x "$venv/bin/python" || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$root/python/tests/requirements.txt"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$root"
cd "$root"
exec "$venv/bin/python" -m pytest python/tests "$@"
