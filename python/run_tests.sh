#!/bin/sh
# Install the package and its test requirements into a virtual environment and run the tests. Arguments go to pytest;
# PYTHON names the interpreter, DAO_VENV the environment (build/python-venv).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/python/environment.sh"
cd "$root"
exec "${DAO_VENV:-$root/build/python-venv}/bin/python" -m pytest python/tests "$@"
