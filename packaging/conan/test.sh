#!/bin/sh
# Builds the Conan package, static and shared, from this clone with the compiler of this machine, and builds and runs the
# programs of tests/consumer against each. What Conan keeps lies below build/conan.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
fetch() {
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check conan
}
tools=conan-tools/$(python3 -VV | cat - "$0" | key_of -)
cached "$tools" fetch
conan() {
    CONAN_HOME="$root/build/conan" "$DAO_CACHE/$tools/bin/python" -c 'from conans.conan import run; run()' "$@"
}
[ -e "$root/build/conan/profiles/default" ] || conan profile detect
for shared in False True; do
    conan create "$root/packaging/conan" -c "tools.cmake.cmake_layout:test_folder=$root/build/conan-test" -o "daoshm/*:shared=$shared" --build=daoshm/* --no-remote
done
