#!/bin/sh
# Builds everything for Windows with MinGW-w64 and runs the tests under Wine: those of the library through its DLL, those
# of the command line tool, and the C and C++ programs once more with the static library.
# Usage: run_windows.sh [ctest arguments...]; with arguments only ctest runs. run_windows.sh tool [pytest arguments...]: only
# the tests of the command line tool.
set -eu
# Wine wants a page at a fixed address, 50 MB above its loader. Now and then (once in 1,500 starts) a heap that the
# kernel places at random lies on it, and the program ends with exit code 1 and not a word. So: the same layout always.
if [ -z "${DAO_FIXED_LAYOUT:-}" ] && setarch -R true 2>/dev/null; then
    DAO_FIXED_LAYOUT=yes exec setarch -R "$0" "$@"
fi
. "$(dirname "$0")/start.sh"
build=$builds/windows
packages=$("$root/tests/platforms/tool_packages.sh" mingw-w64)

wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
mkdir -p "$build"
export WINEDEBUG=-all WINEARCH=win64
temporary=$(mktemp -d /tmp/daoshm.XXXXXX) # short: names of segments have 79 bytes

# Several Windows, so that tests of daoshm, which mostly wait, run side by side, each beside segments of its own only: Wine
# takes the temporary folder from its registry, not from the environment. In each, one process that lives as long as the
# run keeps Wine's services warm. It must not hold our pipes.
keepers=
start_windows() { # NUMBER
    export WINEPREFIX="$build/wine-$1"
    mkdir -p "$temporary/$1"
    "$wine" wineboot --init >/dev/null 2>&1 </dev/null || true
    "$wine" cmd /c "ping -n 3600 127.0.0.1" >/dev/null 2>&1 </dev/null &
    keepers="$keepers $!"
    for name in TEMP TMP; do
        "$wine" reg add 'HKCU\Environment' /v $name /d "Z:$(echo "$temporary/$1" | tr / '\\')" /f >/dev/null 2>&1 </dev/null
    done
}
finish() {
    # shellcheck disable=SC2086
    kill $keepers 2>/dev/null || true
    for prefix in "$build"/wine-*; do
        WINEPREFIX=$prefix wineserver -k 2>/dev/null || WINEPREFIX=$prefix /usr/lib/wine/wineserver -k || true
    done
    rm -rf "$temporary"
}
trap finish EXIT
trap 'exit 1' INT TERM

configure() { # FOLDER OPTIONS...
    folder=$1
    shift
    cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/tests/platforms/toolchains/mingw-w64.cmake" \
        -DDAO_TOOL_PACKAGES="$packages" -DCMAKE_BUILD_TYPE=Release -DDAO_WARNINGS_AS_ERRORS="$warnings_as_errors" \
        -DDAO_BUILD_BENCHMARKS=OFF -DCMAKE_RUNTIME_OUTPUT_DIRECTORY="$folder/programs" "$@"
}

windows=1 # all that ctest needs
case $#:${1:-} in 0:* | *:tool) windows=$((2 * jobs)) ;; esac
for number in $(seq 0 $((windows - 1))); do
    start_windows "$number"
done
export WINEPREFIX="$build/wine-0"
configure "$build" -DBUILD_SHARED_LIBS=ON
cmake --build "$build" -j "$jobs"
"$root/tests/checks/windows_hardening.py" "$build/programs/libdao.dll" "$build/programs/libdaoNet.dll" \
    "$build/programs/daoshm.exe"

test_tool() {
    DAOSHM="$build/programs/daoshm.exe" DAOSHM_EMULATOR="$wine" DAOSHM_EMULATOR_FOLDER="$temporary/{worker}" \
        DAOSHM_EMULATOR_PREFIX="$build/wine-{worker}" "$root/tests/tools/run_tests.sh" "$build" -rs -n "$windows" \
        --dist loadfile "$@"
}
if [ "${1:-}" = tool ]; then
    shift
    test_tool "$@"
    exit 0
fi
# Left out: the model, which is the same everywhere, and what builds programs outside of ctest.
ctest --test-dir "$build" -j "$((2 * jobs))" --output-on-failure -LE model "$@"
[ $# -eq 0 ] || exit 0
test_tool

configure "$build-static" -DBUILD_SHARED_LIBS=OFF -DDAO_BUILD_TOOLS=OFF
cmake --build "$build-static" -j "$jobs" --target whole_header examples/all
ctest --test-dir "$build-static" -j "$jobs" --output-on-failure -R "WholeHeader|^Examples"
