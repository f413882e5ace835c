#!/bin/sh
# The configuration ends with a table of all parts: what each that is not built lacks, and what brings it; and
# BUILD_TESTING=OFF leaves the tests out. What installs it is right in a folder with a blank in its name. Programs get no
# run path to where the system looks for libraries anyway.
set -eu
cmake=${CMAKE:-cmake}
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

table() { # arguments of CMake: their table, into $work/table
    rm -rf "$work/a build"
    "$cmake" -S "$root" -B "$work/a build" "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    sed -n '/^-- daoShm /,$p' "$work/log" >"$work/table"
}
has() { # PART WHAT
    grep -q "^--   $1  *$2" "$work/table" || { echo "no line '$1 ... $2':"; cat "$work/table"; exit 1; }
}

table -DBUILD_TESTING=OFF -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON -DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON -DCMAKE_INSTALL_PREFIX=/usr \
    -DCMAKE_INSTALL_LIBDIR=lib64
has library yes
has daoshm "no: .*libcli11-dev.* libfmt-dev"
has tests "no: switched off"
has "Python package" "no: switched off"
[ ! -e "$work/a build/CTestTestfile.cmake" ] || { echo "BUILD_TESTING=OFF: there are tests"; exit 1; }
if grep rpath "$work/a build/dao.pc"; then
    echo "dao.pc: a run path to a folder of the system's"
    exit 1
fi

table -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON -DZMQ_INCLUDE_DIR=ZMQ_INCLUDE_DIR-NOTFOUND \
    -DCMAKE_IGNORE_PATH=/usr/include
has network "no: cppzmq-dev nlohmann-json3-dev"
has tests "no: libgtest-dev"
has examples yes
echo "what is missing is listed"

table -DBUILD_TESTING=OFF -DDAO_DEBIAN_RELEASE=1
unquoted=$(find "$work/a build" -name cmake_install.cmake -exec sed -n 's/"[^"]*"//g; /a build/p' {} +)
[ -z "$unquoted" ] || { echo "names without quotes in what installs:"; echo "$unquoted"; exit 1; }
