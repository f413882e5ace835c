#!/bin/sh
# ruff and mypy over all Python of the tree.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. tests/checks/checkers.sh
"$checkers/ruff" check .
"$checkers/mypy" --strict --cache-dir build/mypy python/daoShm python/dao
(cd python && "$checkers/mypy" --strict --cache-dir "$root/build/mypy" tests/helpers/numpy_numbers.py)
(cd tests/suite && "$checkers/mypy" --cache-dir "$root/build/mypy" run.py)
