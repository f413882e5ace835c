#!/usr/bin/env bash
# Installs the wheel of dist/ in an empty Debian without a compiler, by pipx and by pip, shows a moving picture in a terminal, and
# runs the package's tests and daoshm's: test.sh [SUITE...]     (bookworm trixie). Prints how long each line of a user takes.
# Needs root, for a mount namespace of its own. DIST: another folder than dist.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
. "$root/tests/platforms/debian_root.sh"
dist=${DIST:-$root/dist}
[ $# -gt 0 ] || set -- bookworm trixie

for suite; do
    work=$(mktemp -d "${TMPDIR:-/tmp}/daoshm-wheel.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    use_root "$work" "$suite" ca-certificates
    copy_sources "$work/daoshm"
    mkdir -p "$work/daoshm/dist"
    cp "$dist"/*"$(uname -m)".whl "$work/daoshm/dist"
    # Nothing can be used but what the wheel brought.
    rm -rf "$work/daoshm/src" "$work/daoshm/net" "$work/daoshm/include" "$work/daoshm/python/daoShm" "$work/daoshm/python/dao"
    echo "Debian $suite:"
    inside "$work" bash /daoshm/packaging/wheel/test_inside.sh
    rm -rf "$work"
done
