#!/bin/sh
# Each public header compiles alone, first in its file, in every standard that it is for, without a warning: with gcc and
# with clang, where they are installed and know the standard.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 count=0

compiles() { # COMPILER LANGUAGE STANDARD HEADER
    command -v "$1" >/dev/null || return 0
    printf 'int main(void) { return 0; }\n' >"$work/empty"
    "$1" -x "$2" -std="$3" -fsyntax-only "$work/empty" 2>/dev/null || return 0 # an older compiler
    # Twice: a header guards itself.
    printf '#include <%s>\n#include <%s>\nint main(void) { return 0; }\n' "$4" "$4" >"$work/source"
    count=$((count + 1))
    "$1" -x "$2" -std="$3" -I"$root/include" -O1 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
        -Werror -c "$work/source" -o "$work/object" || { echo "$1 -std=$3: $4 does not compile alone" >&2; failed=1; }
}

cd "$root/include"
for header in *.h *.hpp; do
    for compiler in gcc:g++ clang:clang++; do
        for standard in c++17 c++20 c++2b; do # C++23 by the name that older compilers know too
            compiles "${compiler#*:}" c++ $standard "$header"
        done
        case $header in *.hpp) continue ;; esac
        for standard in c11 gnu11 c17 c2x; do
            compiles "${compiler%:*}" c $standard "$header"
        done
    done
done
echo "$count compilations of public headers"
[ "$count" -gt 0 ] && exit $failed
