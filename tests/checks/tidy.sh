#!/bin/sh
# clang-tidy over the product's sources, tidy.sh, or over all sources of a build, tidy.sh BUILD_FOLDER.
# The product's are configured as a unity build: what a folder's sources include is then read once and not for each.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. tests/checks/checkers.sh
build=${1:-build/tidy}
if [ $# -eq 0 ]; then
    python=$(cd "${DAO_VENV:-build/python-venv}/bin" && pwd)/python
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=0 \
        -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DDAO_BUILD_TESTS=OFF -DDAO_BUILD_EXAMPLES=OFF -DDAO_BUILD_PYTHON=ON \
        -DPython_EXECUTABLE="$python" >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
fi
exec python3 tests/checks/tidy.py "$checkers/clang-tidy" "$build" "$DAO_CACHE/clang-tidy"
