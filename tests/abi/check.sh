#!/bin/sh
# The symbols that libdao.so exports are those in libdao.symbols: check.sh BUILD_FOLDER [--update]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
library=$(find "$1" -name 'libdao.so' | head -n 1)
[ -n "$library" ] || { echo "$1: no libdao.so" >&2; exit 1; }
exported=$(nm --dynamic --defined-only --format=posix "$library" | awk '$2 != "A" { print $1 }' | LC_ALL=C sort)
if [ "${2:-}" = --update ]; then
    printf '%s\n' "$exported" >"$here/libdao.symbols"
    exit
fi
if ! printf '%s\n' "$exported" | diff -u "$here/libdao.symbols" -; then
    echo "The symbols of libdao.so changed. If that is meant: make symbols" >&2
    exit 1
fi
