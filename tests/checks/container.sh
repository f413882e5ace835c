#!/bin/sh
# The container file, by hadolint; and that it copies what `make wheel` makes: the project's name in small letters.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
wheels=dist/$(sed -n 's/^name = "\(.*\)"/\1/p' pyproject.toml | tr '[:upper:]' '[:lower:]')-
if ! grep -q "^COPY $wheels" packaging/container/Containerfile; then
    echo "packaging/container/Containerfile: copies other files than the wheels; expected COPY $wheels..." >&2
    exit 1
fi
. tests/checks/checkers.sh
if [ -x "$checkers/hadolint" ]; then
    exec "$checkers/hadolint" packaging/container/Containerfile
fi
echo "not checked: hadolint is not to be had for this processor" >&2
exit 77
