#!/bin/sh
# Test the command line tool of a build: run_tests.sh BUILD_DIR [pytest arguments]
# Python packages are fetched once, into the cache (cmake/cache.sh). Needs tmux for the tests on a real terminal.
# DAOSHM: another program than that of the build. For one that runs in an emulator, DAOSHM_EMULATOR is its command, and
# DAOSHM_EMULATOR_FOLDER the temporary folder of the programs in it, which the tests empty, and DAOSHM_EMULATOR_PREFIX
# what they get as WINEPREFIX; in both "{worker}" stands for the number of the process of pytest.
set -eu
build=$(cd "$1" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/cmake/cache.sh"
version=$(mktemp)
trap 'rm -f "$version"' EXIT
python3 -VV >"$version"
fetch() {
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
}
packages=tool-tests/$(key_of "$here/requirements.txt" "$version")
cached "$packages" fetch
DAOSHM=${DAOSHM:-$build/tools/daoshm/daoshm}
# test_faults.py takes minutes: only where it is asked for.
DAOSHM_FAULTS=${DAOSHM_FAIL:+$build/tests/tools/libtool_faults.so}
# With cfitsio there from the start: calls of the loader and of the libraries that come with it are not daoshm's.
cfitsio=$(sed -n 's/^DAO_CFITSIO_LIBRARY:.*=//p' "$build/CMakeCache.txt")
DAOSHM_FAULTS=${DAOSHM_FAULTS:+${cfitsio:+$cfitsio:}$DAOSHM_FAULTS}
# The address sanitizer wants to be loaded before all else.
sanitizer=$(ldd "$DAOSHM" 2>/dev/null | awk '/libasan/ { print $3 }')
DAOSHM_FAULTS=${DAOSHM_FAULTS:+${sanitizer:+$sanitizer:}$DAOSHM_FAULTS}
# Of a build with sanitizers: a finding ends the program, which no test expects.
UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
# cfitsio and its libraries are loaded later: where their threads' variables are, the sanitizer guesses, now and then wrongly.
ASAN_OPTIONS=${ASAN_OPTIONS:-intercept_tls_get_addr=0}
LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$here/leaks.txt:print_suppressions=0}
[ -z "$cfitsio" ] || export DAOSHM_CFITSIO="$cfitsio"
export DAOSHM DAOSHM_FAULTS ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS
processes=$(($(nproc) * 4)) # most tests wait for a moment most of the time
"$root/tests/suite/pytest.sh" "$DAO_CACHE/$packages/bin/python" "$processes" "$here" "$@"
