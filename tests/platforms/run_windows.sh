#!/bin/sh
# Builds everything for Windows with MinGW-w64 and runs the test suite under Wine.
# Usage: run_windows.sh [ctest arguments...]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/tests/platforms/install.sh"
build=${DAO_BUILD_FOLDER:-$root/build}/windows
wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
mkdir -p "$build"
export WINEPREFIX="$build/wine" WINEDEBUG=-all WINEARCH=win64

# One Wine process that lives as long as the run keeps Wine's services warm. It must not hold our pipes.
"$wine" wineboot --init >/dev/null 2>&1 </dev/null || true
"$wine" cmd /c "ping -n 3600 127.0.0.1" >/dev/null 2>&1 </dev/null &
keeper=$!
trap 'kill $keeper 2>/dev/null || true; wineserver -k 2>/dev/null || /usr/lib/wine/wineserver -k || true' EXIT INT TERM

cmake -S "$root" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchains/mingw-w64.cmake" \
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DDAO_WARNINGS_AS_ERRORS=ON \
    -DDAO_BUILD_TOOLS="${DAO_BUILD_TOOLS:-OFF}" -DDAO_BUILD_BENCHMARKS=OFF
cmake --build "$build" -j "${DAO_JOBS:-2}"
# Left out: what makes Wine's one server busy for minutes, and what builds or starts programs behind ctest's back.
ctest --test-dir "$build" -j "${DAO_JOBS:-2}" --output-on-failure --timeout 120 \
    -E "AHundredReaderProcesses|Stress|^Examples" -LE "model|consumer" "$@"
