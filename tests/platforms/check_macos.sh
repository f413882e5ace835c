#!/bin/sh
# Compiles and links the library, the tests, the examples and daoshm for macOS on both processors, without a warning of
# the compiler or the linker. Runs nothing.
# Usage: check_macos.sh [PROCESSOR...]: only for these.
set -eu
. "$(dirname "$0")/start.sh"
. "$root/cmake/zig.sh"
[ $# -gt 0 ] || set -- aarch64 x86_64
for processor; do
    folder=$builds/macos-$processor
    zig_compilers $processor-macos.11.0
    packages=$("$root/tests/platforms/tool_packages.sh" macos -DDAO_MACOS_COMPILERS="$compilers" \
        -DDAO_MACOS_PROCESSOR=$processor)
    cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/tests/platforms/toolchains/macos.cmake" \
        -DDAO_MACOS_COMPILERS="$compilers" -DDAO_MACOS_PROCESSOR=$processor -DDAO_TOOL_PACKAGES="$packages" \
        -DDAO_WARNINGS_AS_ERRORS=OFF -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DDAO_BUILD_BENCHMARKS=OFF
    { cmake --build "$folder" -j "$jobs" --target all daoshm || echo "error: the build failed"; } 2>&1 |
        tee "$folder/build.log"
    if grep -E "(warning|error):" "$folder/build.log"; then
        exit 1
    fi
done
