#!/bin/sh
# Makes the environment of the Python tests, with the package in it: build/python-venv, or what DAO_VENV names, for the
# interpreter that PYTHON names. What it takes from PyPI is fetched once and lies in the cache (cmake/cache.sh).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/cmake/cache.sh"
venv=${DAO_VENV:-$root/build/python-venv}
python=${PYTHON:-python3}
test -x "$venv/bin/python" || "$python" -m venv --without-pip "$venv"

has_lock() { "$python" -c 'import sys, sysconfig; sys.exit(sysconfig.get_config_var("Py_GIL_DISABLED") or 0)'; }
# All requirements, those of the build included. Older wheels rather than minutes of compiling, where the newest of a
# package has none for this Python. Astropy has none at all for a Python without the global lock: what needs the packages
# of daoshm's tests, the documentation's tests, is not run there.
requirements=$venv/requirements.txt
{
    cat "$root/python/tests/requirements.txt"
    if has_lock; then cat "$root/tests/tools/requirements.txt"; fi
    sed -n 's/^requires = \[\(.*\)\]$/\1/p' "$root/pyproject.toml" | tr ',' '\n' | tr -d '" '
} | sort -u >"$requirements"
"$python" -VV >"$venv/version.txt"
fetch() {
    "$python" -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$requirements"
}
packages=python/$(key_of "$requirements" "$venv/version.txt")
cached "$packages" fetch
packages=$(cd "$DAO_CACHE/$packages" && bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$packages" >"$site/cached_packages.pth"

# Without a folder of its own for each build, the next one compiles only what changed. daoshm is tested elsewhere.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps \
    --force-reinstall --config-settings=cmake.define.DAO_BUILD_TOOLS=OFF \
    --config-settings="cmake.define.DAO_WARNINGS_AS_ERRORS=${DAO_WARNINGS_AS_ERRORS:-OFF}" "$root"
