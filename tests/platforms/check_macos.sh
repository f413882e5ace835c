#!/bin/sh
# Compiles and links the library, the tests, the examples and daoshm for macOS on both processors, without a warning of
# the compiler or the linker. Runs nothing.
set -eu
. "$(dirname "$0")/start.sh"
version=0.17
zig=$DAO_CACHE/zig/$version
install_zig() {
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check "ziglang==$version.*"
    ln -s "$(cd "$1" && echo lib/python3*/site-packages/ziglang/zig)" "$1/zig"
}
cached "zig/$version" install_zig
# What zig compiles for itself, such as the C++ library of each processor, is cached too.
ZIG_GLOBAL_CACHE_DIR=$zig/cache ZIG_LOCAL_CACHE_DIR=$zig/cache
# Its compilers are scripts, so that ccache knows them by what they hold.
CCACHE_COMPILERCHECK=content
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR CCACHE_COMPILERCHECK
compilers() { # PROCESSOR: makes them, and sets their folder
    compilers=$zig/$1
    mkdir -p "$compilers"
    for kind in cc:clang c++:clang++; do
        printf '#!/bin/sh\n# zig %s\nexec "%s" %s -target %s-macos.11.0 "$@"\n' \
            "$("$zig/zig" version)" "$zig/zig" "${kind%:*}" "$1" >"$compilers/${kind#*:}"
        chmod +x "$compilers/${kind#*:}"
    done
}
for processor in aarch64 x86_64; do
    folder=$builds/macos-$processor
    compilers $processor
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
