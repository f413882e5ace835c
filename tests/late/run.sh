#!/usr/bin/env bash
# Runs tests on a machine where everything is late at random, the same tests as make test:
#     run.sh [--frozen|--scarce] [release|python|tool|demo|docs|bindings]...
# Without an option the starts of processes and threads and the ends of sleeps and waits are late, by late.c; with one of
# them the machine is taken away (stolen.sh).
# LATE_MS: the longest delay of late.c, 250; LATE_SEED: where the random numbers begin, else the clock.
# What is built must be there: make test.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. cmake/cache.sh
how=late
case ${1:-} in --frozen | --scarce) how=${1#--} && shift ;; esac
mkdir -p build/late
python=${DAO_VENV:-build/python-venv}/bin/python
processes=$(($(nproc) * 6))
failed=
if [ "$how" = late ]; then
    cc -O1 -Wall -Wextra -shared -fPIC -o build/late/late.so tests/late/late.c -ldl -lpthread
    machine=(env "LD_PRELOAD=$root/build/late/late.so")
else
    machine=(tests/late/stolen.sh "$how")
fi

tests_of() {
    case $1 in
    release) "${machine[@]}" ctest --test-dir build/release -j "$processes" -LE model -E '^tools\.|^Benchmarks\.' --output-on-failure ;;
    python) "${machine[@]}" "$python" -m pytest -q -n "$processes" python/tests ;;
    tool) "${machine[@]}" tests/tools/run_tests.sh build/release ;;
    demo) "${machine[@]}" tests/demo/run_tests.sh build/release -q ;;
    docs) "${machine[@]}" env DAO_BUILD=build/release "$python" -m pytest -q -p no:cacheprovider tests/docs ;;
    bindings) "${machine[@]}" bindings/run_tests.sh build/release ;;
    *) echo "run.sh: $1: expected release, python, tool, demo, docs or bindings" >&2 && return 2 ;;
    esac
}

[ $# -gt 0 ] || set -- release python tool demo docs bindings
for part; do
    echo "$part, $how${LATE_SEED:+, from $LATE_SEED}:"
    tests_of "$part" >"build/late/$part-$how.log" 2>&1 || failed="$failed $part"
    tail -n 5 "build/late/$part-$how.log"
done
[ -z "$failed" ] || { echo "failed:$failed; see build/late/" >&2 && exit 1; }
