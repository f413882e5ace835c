#!/usr/bin/env bash
# Runs tests on a machine where everything is late at random (late.c), the same tests as make test:
#     run.sh [release|python|tool|demo]...
# LATE_MS: the longest delay, 250; LATE_SEED: where the random numbers begin, else the clock.
# What is built must be there: make test.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. cmake/cache.sh
mkdir -p build/late
cc -O1 -Wall -Wextra -shared -fPIC -o build/late/late.so tests/late/late.c -ldl -lpthread
python=${DAO_VENV:-build/python-venv}/bin/python
preload=$root/build/late/late.so
processes=$(($(nproc) * 6))
failed=

tests_of() {
    case $1 in
    release) LD_PRELOAD=$preload ctest --test-dir build/release -j "$processes" -LE model -E '^tools\.|^Benchmarks\.' --output-on-failure ;;
    python) LD_PRELOAD=$preload "$python" -m pytest -q -n "$processes" python/tests ;;
    tool) LD_PRELOAD=$preload tests/tools/run_tests.sh build/release ;;
    demo) LD_PRELOAD=$preload tests/demo/run_tests.sh build/release -q ;;
    *) echo "run.sh: $1: expected release, python, tool or demo" >&2 && return 2 ;;
    esac
}

[ $# -gt 0 ] || set -- release python tool demo
for part; do
    echo "$part, late by up to ${LATE_MS:-250} ms:"
    tests_of "$part" >"build/late/$part.log" 2>&1 || failed="$failed $part"
    tail -n 5 "build/late/$part.log"
done
[ -z "$failed" ] || { echo "failed:$failed; see build/late/" >&2 && exit 1; }
