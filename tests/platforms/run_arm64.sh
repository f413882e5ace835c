#!/bin/sh
# Builds everything for Linux on 64-bit ARM and runs the tests under qemu-user.
# Usage: run_arm64.sh [ctest arguments...]; with arguments only ctest runs.
set -eu
. "$(dirname "$0")/start.sh"
build=$builds/arm64
packages=$("$root/tests/platforms/tool_packages.sh" aarch64-linux-gnu)
# For tests that start this program again: the kernel cannot run it by itself.
emulator="qemu-aarch64 -L /usr/aarch64-linux-gnu"
export DAO_TEST_EMULATOR="$emulator"

cmake -S "$root" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/tests/platforms/toolchains/aarch64-linux-gnu.cmake" \
    -DDAO_TOOL_PACKAGES="$packages" -DCMAKE_BUILD_TYPE=Release -DDAO_WARNINGS_AS_ERRORS="$warnings_as_errors" \
    -DDAO_BUILD_BENCHMARKS=OFF
cmake --build "$build" -j "$jobs"
# Left out: the model, which is the same on every processor.
ctest --test-dir "$build" -j $((2 * jobs)) --output-on-failure -LE model "$@"
[ $# -eq 0 ] || exit 0

DAOSHM_EMULATOR=$emulator "$root/tests/tools/run_tests.sh" "$build" -rs
