#!/bin/sh
# Runs tests in Python side by side: pytest.sh PYTHON PROCESSES [pytest arguments]
# Each process of pytest collects all of them. So they are compiled before, once, and what is compiled stays out of the sources.
set -eu
python=$1 processes=$2
shift 2
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX="$root/build/pycache"
export OPENBLAS_NUM_THREADS=1 # its threads spin for a moment in each process that imports NumPy
"$python" -m pytest -q -p no:cacheprovider --collect-only "$@" >/dev/null || true # the next line tells of it
exec "$python" -m pytest -q -p no:cacheprovider -n "$processes" "$@"
