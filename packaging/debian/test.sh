#!/usr/bin/env bash
# Builds the Debian packages in a Debian of their own, and in an empty one of the same suite installs, uses, upgrades and
# removes them: test.sh [SUITE...]     (bookworm trixie). Needs root, for a mount namespace of its own.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
. "$root/tests/platforms/debian_root.sh"
[ $# -gt 0 ] || set -- bookworm trixie

for suite; do
    work=$(mktemp -d "${TMPDIR:-/tmp}/daoshm-deb.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    echo "Debian $suite:"
    # shellcheck disable=SC2046
    use_root "$work/build" "$suite" ca-certificates make ccache lintian $("$root/cmake/packages.sh" list build deb)
    copy_sources "$work/build/daoshm"
    for release in 1 2; do
        inside "$work/build" env RELEASE=$release DIST=/packages-$release ${DAO_JOBS:+"DAO_JOBS=$DAO_JOBS"} \
            DAO_WARNINGS_AS_ERRORS="${DAO_WARNINGS_AS_ERRORS:-OFF}" /daoshm/packaging/debian/build.sh >"$work/log" 2>&1 ||
            { cat "$work/log"; exit 1; }
    done
    inside "$work/build" sh -c 'lintian --allow-root --fail-on error,warning \
        --suppress-tags-from-file /daoshm/packaging/debian/lintian.txt /packages-1/*.deb'
    echo "  lintian finds nothing"
    use_root "$work/empty" "$suite" ca-certificates man-db
    for release in 1 2; do cp -R "$work/build/packages-$release" "$work/empty/"; done
    cp "$root/packaging/debian/test_inside.sh" "$work/empty/"
    cp -R "$root/tests/consumer/program" "$work/empty/program"
    inside "$work/empty" bash /test_inside.sh
    rm -rf "$work"
done
