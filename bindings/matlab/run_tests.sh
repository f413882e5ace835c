#!/bin/sh
# Compiles the binding with Octave and runs its tests: run_tests.sh BUILD_FOLDER. Exit code 77: there is no Octave.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
command -v mkoctfile >/dev/null && command -v octave-cli >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkoctfile --mex -I"$here/../../include" "$here/daoshm_mex.c" -L"$build/src" -ldao -Wl,-rpath,"$build/src" \
    -o "$work/daoshm_mex.mex"
mkdir segments
DAOSHM=$build/tools/daoshm/daoshm
[ -x "$DAOSHM" ] || DAOSHM=''
export DAOSHM
octave-cli --quiet --no-init-file --path "$here" --path "$work" --eval "test_daoshm('$work/segments')"
