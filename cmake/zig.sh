# zig's clang as a cross compiler, with the C library of its target; sourced by sh after cmake/cache.sh.
# zig_compilers TARGET: makes a folder with clang, clang++, ar and ranlib for it in the cache, and sets compilers to it.
zig_version=0.17
zig=$DAO_CACHE/zig/$zig_version
# What zig compiles for itself, such as the C++ library of each target, is cached too. Its compilers are scripts, so that
# ccache knows them by what they hold.
ZIG_GLOBAL_CACHE_DIR=$zig/cache ZIG_LOCAL_CACHE_DIR=$zig/cache CCACHE_COMPILERCHECK=content
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR CCACHE_COMPILERCHECK

install_zig() {
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check "ziglang==$zig_version.*"
    ln -s "$(cd "$1" && echo lib/python3*/site-packages/ziglang/zig)" "$1/zig"
}

zig_compilers() {
    cached "zig/$zig_version" install_zig
    compilers=$zig/$1
    mkdir -p "$compilers"
    for kind in "cc:clang:-target $1" "c++:clang++:-target $1" ar:ar: ranlib:ranlib:; do
        name=${kind#*:}
        name=${name%%:*}
        printf '#!/bin/sh\n# zig %s\nexec "%s" %s %s "$@"\n' \
            "$("$zig/zig" version)" "$zig/zig" "${kind%%:*}" "${kind##*:}" >"$compilers/$name.$$"
        chmod +x "$compilers/$name.$$"
        mv "$compilers/$name.$$" "$compilers/$name"
    done
}
