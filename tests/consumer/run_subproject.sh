#!/bin/sh
# Programs of a project that has daoShm among its sources build and run, and nothing of daoShm but the library is built
# or installed: run_subproject.sh WAY FOLDER      (add_subdirectory or FetchContent; FOLDER is made anew)
# FOLDER always has the same name, which is in the compiler's command line: a random one would defeat the compiler's cache.
set -eu
way=${1:?usage: run_subproject.sh WAY FOLDER}
work=${2:?usage: run_subproject.sh WAY FOLDER}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cmake=${CMAKE:-cmake}
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }
quietly "$cmake" -S "$here/subproject" -B "$work/build" -DWAY="$way" -DDAO_SOURCE="$(cd "$here/../.." && pwd)" \
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_INSTALL_PREFIX="$work/prefix"
quietly "$cmake" --build "$work/build"
for language in c cpp; do
    (cd "$work" && "build/consumer_$language" "$language.im.shm")
done
quietly "$cmake" --install "$work/build"
[ ! -e "$work/prefix" ] || { echo "$way: installs:" && find "$work/prefix" -type f && exit 1; }
others=$(find "$work/build" -type f -perm -u+x ! -path '*/CMakeFiles/*' ! -name 'consumer_*' ! -name 'libdao.*')
[ -z "$others" ] || { echo "$way: builds more than the library:" && echo "$others" && exit 1; }
[ -z "$(find "$work/build" -name CTestTestfile.cmake -size +1k)" ] || { echo "$way: brings tests" && exit 1; }
echo "$way: built and ran, the library alone"
