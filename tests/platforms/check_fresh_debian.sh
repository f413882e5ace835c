#!/usr/bin/env bash
# Builds what `make test` and `make demo` build on a fresh machine, but for the sanitizers: an empty Debian 13, with one compiler
# of its archive, warnings as errors; with clang the fuzz targets, too. Runs nothing. Needs root, for a root folder and a
# mount namespace of its own: without, it ends with 77.
# Usage: check_fresh_debian.sh COMPILER     gcc or clang, the newest; gcc-12
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
compiler=${1:?gcc, clang or gcc-12}
if [ "$(id -u)" -ne 0 ]; then
    echo "needs root, for an empty Debian in a mount namespace of its own"
    exit 77
fi
. "$root/cmake/cache.sh"
. "$root/tests/platforms/debian_root.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/daoshm-fresh.XXXXXX")
trap 'rm -rf "$work"' EXIT
# What `make install-packages` installs is part of the root: it is made anew when the list changes.
# shellcheck disable=SC2046
use_root "$work" trixie ca-certificates make clang g++-12 $("$root/cmake/packages.sh" list build tests demo fuzz)
copy_sources "$work/daoshm"
echo "Debian 13, $(inside "$work" "$compiler" --version | head -n 1):"
plus=${compiler/gcc/g++}
inside "$work" env CC="$compiler" CXX="${plus/clang/clang++}" \
    DAO_WARNINGS_AS_ERRORS=ON make -s -C /daoshm builds PARTS="release python"
case $compiler in
clang*) inside "$work" env DAO_WARNINGS_AS_ERRORS=ON sh -c 'cd /daoshm && tests/fuzz/run.sh build' ;;
esac
