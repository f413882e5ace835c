#!/bin/sh
# Tests the bindings of other languages against the library of a build: run_tests.sh BUILD_FOLDER. A language that is not
# installed is skipped, and named.
set -u
build=$1
here=$(cd "$(dirname "$0")" && pwd)
passed=0 failed=0 skipped=0
for language in matlab julia rust; do
    "$here/$language/run_tests.sh" "$build"
    case $? in
    0)
        passed=$((passed + 1))
        echo "$language: passed"
        ;;
    77)
        skipped=$((skipped + 1))
        echo "$language: skipped: not installed here, or too old"
        ;;
    *)
        failed=$((failed + 1))
        echo "$language: FAILED"
        ;;
    esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
