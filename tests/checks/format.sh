#!/bin/sh
# Formats all sources with the pinned clang-format and ruff; with --check it only says what they would change.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. tests/checks/checkers.sh
mode=${1:-}
c_sources() { git ls-files -z '*.c' '*.h' '*.cpp' '*.hpp'; }
if [ "$mode" = --check ]; then
    failed=0
    c_sources | xargs -0 "$checkers/clang-format" --dry-run -Werror || failed=1
    "$checkers/ruff" format --check --diff . || failed=1
    [ $failed -eq 0 ] || echo "Not as the formatters write it: make format" >&2
    exit $failed
fi
c_sources | xargs -0 "$checkers/clang-format" -i
"$checkers/ruff" format .
