#!/usr/bin/env bash
# The part of test.sh that runs in the empty Debian: the wheels are in /dist, the tests in /daoshm.
set -euo pipefail
for compiler in cc gcc c++ g++ clang cmake; do
    if command -v "$compiler"; then
        echo "a compiler: the root is not empty" >&2
        exit 1
    fi
done
timed() { # WHAT COMMAND...
    local what=$1 start
    shift
    start=$(date +%s%N)
    "$@"
    awk -v what="$what" -v ns=$(($(date +%s%N) - start)) 'BEGIN { printf "  %-40s %.1f s\n", what, ns / 1e9 }'
}
install() {
    python3 -m venv /opt/daoshm && /opt/daoshm/bin/pip install --quiet --no-index --find-links /dist --no-deps daoShm &&
        /opt/daoshm/bin/pip install --quiet "numpy>=1.23"
}
show() {
    daoshm create camera 64x64 float32 --depth 4 &&
        daoshm fill camera spot --rate 100 --frames 20 >/tmp/fill.log &&
        COLUMNS=80 daoshm show camera >/tmp/picture.txt
}
test_all() {
    python -m pytest -q -p no:cacheprovider -n 4 /daoshm/python/tests &&
        python -m pytest -q -p no:cacheprovider -n 4 /daoshm/tests/tools
}
timed "installed in" install
PATH=/opt/daoshm/bin:$PATH
timed "a first picture in" show
cat /tmp/picture.txt
pip install --quiet -r /daoshm/python/tests/requirements.txt -r /daoshm/tests/tools/requirements.txt
export DAO_TEST_WHEEL=1 DAOSHM=/opt/daoshm/bin/daoshm PYTHONDONTWRITEBYTECODE=1
timed "the tests in" test_all
