#!/bin/sh
# Compiles and links the library, the tests, the examples and daoshm for macOS on both processors, without a warning of
# the compiler or the linker. Runs nothing.
set -eu
. "$(dirname "$0")/start.sh"
zig=$builds/zig/bin/python-zig
if [ ! -x "$zig" ]; then
    python3 -m venv "$builds/zig"
    "$builds/zig/bin/pip" install -q 'ziglang==0.17.*'
fi
for processor in aarch64 x86_64; do
    folder=$builds/macos-$processor
    "$root/tests/platforms/tool_packages.sh" macos "$folder-packages" -DDAO_ZIG="$zig" -DDAO_MACOS_PROCESSOR=$processor
    cmake -S "$root" -B "$folder" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$root/tests/platforms/toolchains/macos.cmake" \
        -DDAO_ZIG="$zig" -DDAO_MACOS_PROCESSOR=$processor -DDAO_TOOL_PACKAGES="$folder-packages" \
        -DDAO_WARNINGS_AS_ERRORS=ON -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DDAO_BUILD_BENCHMARKS=OFF
    { cmake --build "$folder" -j "${DAO_JOBS:-2}" --target all daoshm || echo "error: the build failed"; } 2>&1 |
        tee "$folder/build.log"
    if grep -E "(warning|error):" "$folder/build.log"; then
        exit 1
    fi
done
