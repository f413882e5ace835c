#!/bin/sh
# Runs the tests of the Julia binding: run_tests.sh BUILD_FOLDER. Exit code 77: there is no Julia.
set -eu
DAO_LIB_DIR=$(cd "$1/src" && pwd)
export DAO_LIB_DIR
here=$(cd "$(dirname "$0")" && pwd)
command -v julia >/dev/null || exit 77
JULIA_LOAD_PATH="$here:@stdlib" exec julia --startup-file=no --depwarn=error "$here/test/runtests.jl"
