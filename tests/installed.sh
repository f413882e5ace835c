#!/usr/bin/env bash
# Tests a wheel on this machine, without a compiler: an environment in build/installed gets daoShm from where pip finds it, and
# the tests of the package and of daoshm run there: installed.sh [pip options...]     (--find-links dist)
# TESTS: other files or folders than python/tests and tests/tools. PYTHON: another interpreter than python3. Cameras want Aravis
# (libaravis-0.8-0), terminals tmux.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/cache.sh"
cd "$root"
[ $# -gt 0 ] || set -- --find-links dist
environment=$root/build/installed
rm -rf "$environment"
"${PYTHON:-python3}" -m venv "$environment"
"$environment/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: "$@" daoShm \
    -r python/tests/requirements.txt -r tests/tools/requirements.txt

# Some tests of daoshm start it as another user.
programs=$(mktemp -d)
trap 'rm -rf "$programs"' EXIT
install -m 755 "$environment/bin/daoshm" "$programs"
chmod 755 "$programs"
if ! "$programs/daoshm" camera --list --interface fake >/dev/null; then
    echo "$0: the tests of daoshm want cameras: sudo apt install libaravis-0.8-0" >&2
    exit 1
fi
export DAO_TEST_WHEEL=1 DAOSHM=$programs/daoshm
failed=0
for tests in ${TESTS:-python/tests tests/tools}; do
    tests/suite/pytest.sh "$environment/bin/python" $(($(nproc) * 2)) -rs "$tests" || failed=1
done
exit $failed
