#!/bin/sh
# Compiles and links the library, programs in C and C++ and the tests for macOS on both processors. Runs nothing.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/tests/platforms/install.sh"
build=${DAO_BUILD_FOLDER:-$root/build}
zig=$build/zig/bin/python-zig
for processor in aarch64 x86_64; do
    folder=$build/macos-$processor
    cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchains/macos.cmake" \
        -DDAO_ZIG="$zig" -DDAO_MACOS_PROCESSOR=$processor -DCMAKE_BUILD_TYPE=Release -DDAO_WARNINGS_AS_ERRORS=ON \
        -DDAO_BUILD_TOOLS=OFF -DDAO_BUILD_BENCHMARKS=OFF
    cmake --build "$folder" -j "${DAO_JOBS:-2}" --target dao unit_tests shm_test whole_header examples/all
done
