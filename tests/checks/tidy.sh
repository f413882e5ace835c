#!/bin/sh
# clang-tidy over all sources of a build (build/release).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. tests/checks/checkers.sh
exec python3 tests/checks/tidy.py "$checkers/clang-tidy" "${1:-build/release}" "$DAO_CACHE/clang-tidy"
