#!/bin/sh
# Installs what the platform checks need and is missing: cross compilers and emulators by apt (Debian 12), zig by pip.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)

missing=
for package in g++-mingw-w64-x86-64-posix wine64 wine g++-aarch64-linux-gnu qemu-user googletest cmake ninja-build \
    python3-venv; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    apt-get update -q
    # shellcheck disable=SC2086 # one word for each package
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
fi

zig=$here/build/zig
if [ ! -x "$zig/bin/python-zig" ]; then
    python3 -m venv "$zig"
    "$zig/bin/pip" install -q 'ziglang>=0.13'
fi
