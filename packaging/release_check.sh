#!/usr/bin/env bash
# What a release must pass: release_check.sh [STEP...]. Without steps, all:
#   version   the version is that of CHANGELOG.md's newest entry, and of the tag, when there is one
#   abi       libdao.so and libdaoNet.so have every symbol of the last release, unless the major version is a new one
#   check     make check        test     make test
#   wheel     make wheels test-wheel test-wheel-arm64
#   deb       make test-deb
#   source    the sdist builds where there is nothing but it; the recipes of other shelves hold, and Conan's is built
#   docs      make docs
#   platforms make check-platforms check-fresh: other systems, and other compilers
#   threads   make test-free-threaded: Python without the global lock
# Each step writes build/logs/release-STEP.log; wheel, deb and platforms need root.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/^project(daoShm VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
[ $# -gt 0 ] || set -- version abi check test source docs wheel deb platforms threads

fail() { echo "$*" >&2; exit 1; }

check_version() {
    local newest tag
    newest=$(sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)
    [ "$newest" = "$version" ] || fail "version: CMakeLists.txt has $version; CHANGELOG.md begins with $newest"
    grep -q "SOVERSION \${PROJECT_VERSION_MAJOR}" src/CMakeLists.txt || fail "version: the library's is not the project's"
    tag=$(git describe --tags --exact-match 2>/dev/null || true)
    if [ -n "$tag" ]; then
        [ "$tag" = "v$version" ] || fail "version: the tag is $tag; expected v$version"
        ! grep -q "^## $version.*not yet released" CHANGELOG.md || fail "version: CHANGELOG.md says 'not yet released'"
    fi
    echo "version $version${tag:+, tag $tag}"
}

check_abi() {
    local last
    last=$(git describe --tags --abbrev=0 --match 'v*' --exclude "v$version" 2>/dev/null || true)
    if [ -z "$last" ]; then
        echo "no release before this one: its symbols are the first"
        return
    fi
    packaging/abi_check.sh "$last" "$version"
}

check_source() {
    make -s sdist shelves
    local folder
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' RETURN
    python3 -m venv "$folder/venv"
    "$folder/venv/bin/pip" install --quiet "dist/daoshm-$version.tar.gz"
    (cd "$folder" && "$folder/venv/bin/python" -c 'import daoShm; print(daoShm.__version__)' | grep -qx "$version")
    [ ! -e "$folder/venv/bin/daoshm" ] || "$folder/venv/bin/daoshm" --version
    cmake/packages.sh install shelves
    packaging/shelves/check.sh dist/shelves
    packaging/conan/test.sh
}

run_step() {
    case $1 in
    version | abi | source) "check_$1" ;;
    check | test | docs) make "$1" ;;
    wheel) make wheels test-wheel test-wheel-arm64 ;;
    deb) make test-deb ;;
    platforms) make check-platforms check-fresh ;;
    threads) make test-free-threaded ;;
    *) fail "unknown step: '$1'" ;;
    esac
}

mkdir -p build/logs
failed=()
for step; do
    log=build/logs/release-$step.log
    # A process of its own, in which a failure ends the step: in a condition the shell would pass over it.
    if [ -n "${DAO_RELEASE_STEP:-}" ]; then
        run_step "$step"
    elif DAO_RELEASE_STEP=1 "$0" "$step" >"$log" 2>&1; then
        printf '%-9s ok   %s\n' "$step" "$(tail -n 1 "$log")"
    else
        printf '%-9s FAILED, %s:\n' "$step" "$log"
        tail -n 20 "$log"
        failed+=("$step")
    fi
done
[ ${#failed[@]} -eq 0 ]
