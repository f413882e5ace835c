#!/usr/bin/env bash
# Tests of `daoshm camera` and of the demonstration, in private network namespaces that have only loopback.
# Usage: run_tests.sh BUILD_FOLDER [PYTEST ARGUMENTS]     DAO_PYTHON: an interpreter with daoShm, numpy and pytest
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
DAO_BUILD=$(cd "${1:?name the build folder, such as build/release}" && pwd)
DAO_PYTHON=${DAO_PYTHON:-$root/build/python-venv/bin/python}
shift
export DAO_BUILD DAO_PYTHON PYTHONDONTWRITEBYTECODE=1
processes=$(($(nproc) * 2)) # most tests wait most of the time
pytest=("$DAO_PYTHON" -m pytest -p no:cacheprovider -n "$processes" --maxschedchunk 1 "$root/tests/demo" "$@")
if unshare -rn ip link set lo up 2>/dev/null; then
    exec unshare -rn sh -c 'ip link set lo up && exec env DAO_TEST_NETWORK=private "$@"' sh "${pytest[@]}"
fi
echo "No private network namespace on this machine: the tests that need the simulated network camera are skipped." >&2
exec "${pytest[@]}"
