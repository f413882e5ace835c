#!/bin/sh
# The form of the hosted workflows, by actionlint: the one installed, or one made with Go and kept in the cache.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. cmake/cache.sh
version=v1.7.12
make_actionlint() { GOBIN=$1 go install "github.com/rhysd/actionlint/cmd/actionlint@$version"; }
if command -v actionlint; then
    exec actionlint -no-color
elif command -v go >/dev/null; then
    cached "actionlint/$version" make_actionlint
    exec "$DAO_CACHE/actionlint/$version/actionlint" -no-color
fi
echo "not checked: neither actionlint nor go is installed" >&2
exit 77
