#!/usr/bin/env bash
# Builds what `make test` and `make demo` build on a fresh machine, but for the sanitizers: an empty Debian, with gcc 12 and the
# newest gcc and clang of its archive, warnings as errors; with clang the fuzz targets, too. Runs nothing. Needs root, for a
# root folder and a mount namespace of its own.
# Usage: check_fresh_debian.sh [SUITE [COMPILER...]]     (trixie gcc-12 gcc clang)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
. "$root/tests/platforms/debian_root.sh"
suite=${1:-trixie}
shift || true
[ $# -gt 0 ] || set -- gcc-12 gcc clang

work=$(mktemp -d "${TMPDIR:-/tmp}/daoshm-fresh.XXXXXX")
trap 'rm -rf "$work"' EXIT
# What `make install-packages` installs is part of the root: it is made anew when the list changes.
# shellcheck disable=SC2046
use_root "$work" "$suite" ca-certificates make clang g++-12 $("$root/cmake/packages.sh" list build tests demo fuzz)
for compiler in "$@"; do
    copy_sources "$work/daoshm"
    echo "Debian $suite, $(inside "$work" "$compiler" --version | head -n 1):"
    plus=${compiler/gcc/g++}
    inside "$work" env CC="$compiler" CXX="${plus/clang/clang++}" \
        DAO_WARNINGS_AS_ERRORS=ON make -s -C /daoshm builds PARTS="release python"
    case $compiler in
    clang*) inside "$work" env DAO_WARNINGS_AS_ERRORS=ON sh -c 'cd /daoshm && tests/fuzz/run.sh build' ;;
    esac
    rm -rf "$work/daoshm"
done
