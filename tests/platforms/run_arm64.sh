#!/bin/sh
# Builds everything for Linux on 64-bit ARM and runs the tests under qemu-user.
# Usage: run_arm64.sh [ctest arguments...]
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/tests/platforms/install.sh"
build=${DAO_BUILD_FOLDER:-$root/build}/arm64
# For tests that start this program again: the kernel cannot run it by itself.
export DAO_TEST_EMULATOR="qemu-aarch64 -L /usr/aarch64-linux-gnu"

cmake -S "$root" -B "$build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchains/aarch64-linux-gnu.cmake" \
    -DCMAKE_BUILD_TYPE=Release -DDAO_WARNINGS_AS_ERRORS=ON -DDAO_BUILD_TOOLS=OFF -DDAO_BUILD_BENCHMARKS=OFF
cmake --build "$build" -j "${DAO_JOBS:-2}"
# Left out: the model, which is the same on every processor.
ctest --test-dir "$build" -j "${DAO_JOBS:-2}" --output-on-failure --timeout 300 -LE model "$@"
