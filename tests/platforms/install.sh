#!/bin/sh
# Installs what the platform checks need and is missing: cross compilers and emulators by apt, zig by pip.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/cmake/install_packages.sh" platforms

zig=${DAO_BUILD_FOLDER:-$root/build}/zig
if [ ! -x "$zig/bin/python-zig" ]; then
    python3 -m venv "$zig"
    "$zig/bin/pip" install -q 'ziglang==0.17.*'
fi
