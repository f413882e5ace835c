#!/bin/sh
# Runs the tests of the Rust crate: run_tests.sh BUILD_FOLDER. Exit code 77: there is no cargo, or an older one.
set -eu
DAO_LIB_DIR=$(cd "$1/src" && pwd)
build=$(cd "$1/.." && pwd)
export DAO_LIB_DIR
cd "$(dirname "$0")"
command -v cargo >/dev/null || exit 77
minor=$(cargo --version | sed -n 's/^cargo 1\.\([0-9]*\)\..*/\1/p')
[ "${minor:-0}" -ge 77 ] || exit 77
RUSTFLAGS="-D warnings" cargo test --quiet --offline --locked --target-dir "$build/rust"
