#!/bin/sh
# Test the command line tool of a build: run_tests.sh BUILD_DIR [pytest arguments]
# Python packages go into BUILD_DIR/tools-venv. Needs tmux for the tests on a real terminal.
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
DAOSHM=$build/tools/daoshm/daoshm
export DAOSHM
exec "$venv/bin/python" -m pytest -q -p no:cacheprovider "$here" "$@"
