#!/bin/sh
# Test the command line tool of a build: run_tests.sh BUILD_DIR [pytest arguments]
# Python packages go into BUILD_DIR/tools-venv. Needs tmux for the tests on a real terminal.
# DAOSHM: another program than that of the build. For one that runs in an emulator, DAOSHM_EMULATOR is its command, and
# DAOSHM_EMULATOR_FOLDER the temporary folder of the programs in it, which the tests empty.
set -eu
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
venv=$build/tools-venv
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/installed.txt"
fi
DAOSHM=${DAOSHM:-$build/tools/daoshm/daoshm}
export DAOSHM
exec "$venv/bin/python" -m pytest -q -p no:cacheprovider "$here" "$@"
