#!/usr/bin/env bash
# Builds the Debian packages for this machine's Debian or Ubuntu into dist/: libdao1, libdaonet1, libdao-dev,
# daoshm and python3-daoshm.
# RELEASE: the number behind the version (1). DIST: another folder than dist.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
dist=${DIST:-$root/dist}
build=${DAO_BUILD_FOLDER:-$root/build}/deb
"$root/cmake/packages.sh" install build deb

# What builds the Python module; NumPy is the system's, for which it is made.
python=/usr/bin/python3
version=$(mktemp)
"$python" -VV >"$version"
fetch() {
    "$python" -m venv --system-site-packages "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: "nanobind>=3.1"
}
environment=deb-tools/$(key_of "$version" "$0")
rm "$version"
cached "$environment" fetch

multiarch=$(dpkg-architecture -qDEB_HOST_MULTIARCH)
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr \
    -DCMAKE_INSTALL_LIBDIR="lib/$multiarch" -DCMAKE_SKIP_INSTALL_RPATH=ON -DDAO_BUILD_TESTS=OFF \
    -DDAO_BUILD_EXAMPLES=OFF -DDAO_BUILD_PYTHON=ON -DPython_EXECUTABLE="$DAO_CACHE/$environment/bin/python" \
    -DDAO_PYTHON_FOLDER=lib/python3/dist-packages -DDAO_ZSH_FOLDER=share/zsh/vendor-completions \
    -DDAO_DEBIAN_RELEASE="${RELEASE:-1}" -DDAO_WARNINGS_AS_ERRORS="${DAO_WARNINGS_AS_ERRORS:-OFF}" \
    -DCMAKE_C_FLAGS="$(dpkg-buildflags --get CFLAGS | sed "s|$PWD|$root|g") $(dpkg-buildflags --get CPPFLAGS)" \
    -DCMAKE_CXX_FLAGS="$(dpkg-buildflags --get CXXFLAGS | sed "s|$PWD|$root|g") $(dpkg-buildflags --get CPPFLAGS)" \
    -DCMAKE_SHARED_LINKER_FLAGS="$(dpkg-buildflags --get LDFLAGS)" \
    -DCMAKE_MODULE_LINKER_FLAGS="$(dpkg-buildflags --get LDFLAGS)" \
    -DCMAKE_EXE_LINKER_FLAGS="$(dpkg-buildflags --get LDFLAGS)"
cmake --build "$build" -j "${DAO_JOBS:-$(nproc)}"
mkdir -p "$dist"
(cd "$build" && rm -f ./*.deb && umask 022 && cpack -G DEB && cp ./*.deb "$dist")
(cd "$dist" && du -h ./*.deb)
