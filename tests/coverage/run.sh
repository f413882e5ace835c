#!/usr/bin/env bash
# Lines and branches of src/, net/ and python/bindings/ that the tests reach: run.sh [library]
# With `library`, without the tests of Python. build/coverage/lines.txt lists the lines that are not reached, and
# build/coverage/report.html shows them. JOBS: how many run at once.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. cmake/cache.sh
jobs=${JOBS:-$(nproc)}
folder=build/coverage
python/environment.sh
python=${DAO_VENV:-$root/build/python-venv}/bin/python
cmake --preset coverage -DPython_EXECUTABLE="$python" >build/coverage.log || { cat build/coverage.log; exit 1; }
cmake --build $folder -j "$jobs"
find $folder -name '*.gcda' -delete

# What a failed test reached counts too; that it failed is said. Processes that are killed write no counts; of the kills at
# single instructions, of which there are very many here, those of the takeover table.
ctest --test-dir $folder -j $((2 * jobs)) -LE model -E '^(Kills|Soak|Benchmarks|Consumer|BrokenOffAtEachStep|PausedReader)\.|PausedReading\.' \
    >$folder/tests.log || sed -n '/tests failed/,$p' $folder/tests.log >&2
# test_installation.py is about a package that pip installed.
if [ "${1:-}" != library ]; then
    cmake --install $folder --component python --prefix $folder/installed >/dev/null
    PYTHONPATH=$(dirname "$(find "$root/$folder/installed" -name daoShm -type d | head -n 1)") \
        "$python" -m pytest -q -p no:cacheprovider -n $((2 * jobs)) python/tests \
        --ignore python/tests/test_installation.py >$folder/python.log ||
        tail -n 20 $folder/python.log >&2
fi
gcovr --root . --object-directory $folder -j "$jobs" --filter 'src/' --filter 'net/' --filter 'python/bindings/' \
    --exclude '.*_test(_\w+)?\.[ch]pp' --exclude-throw-branches --exclude-unreachable-branches \
    --json-summary $folder/summary.json --html-details $folder/report.html --txt $folder/lines.txt
tests/coverage/summary.py $folder/summary.json
