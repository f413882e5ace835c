#!/bin/sh
# The symbols that the libraries export are those in their lists: check.sh BUILD_FOLDER [--update]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
failed=0

check() { # LIBRARY ARGUMENT
    library=$(find "$build" -name "$1.so" | head -n 1)
    [ -n "$library" ] || { echo "$build: no $1.so" >&2; return 1; }
    # Weak ones are of the C++ library's templates.
    exported=$(nm --dynamic --defined-only --format=posix "$library" | awk '$2 !~ /^[AWVwv]$/ { print $1 }' | LC_ALL=C sort)
    if [ "$2" = --update ]; then
        printf '%s\n' "$exported" >"$here/$1.symbols"
    elif ! printf '%s\n' "$exported" | diff -u "$here/$1.symbols" -; then
        echo "The symbols of $1.so changed. If that is meant: make symbols" >&2
        return 1
    fi
}

build=$1
for name in libdao libdaoNet; do
    check $name "${2:-}" || failed=1
done
exit $failed
