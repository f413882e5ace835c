#!/usr/bin/env bash
# Builds the wheels for Linux with glibc 2.28 or newer (manylinux_2_28) into dist/: build.sh [PROCESSOR...]
# Processors: x86_64, aarch64; without one, both. PYTHONS names the interpreters whose headers are used: those of 3.10 and
# 3.11 make a wheel for themselves, one of 3.12 or newer makes the wheel for all from 3.12 on, a free-threaded one makes
# its own. Default: what is found of 3.10, 3.11 and 3.12 or newer. DIST: another folder than dist.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
. "$root/cmake/zig.sh"
dist=${DIST:-$root/dist}
here=$root/packaging/wheel
[ $# -gt 0 ] || set -- x86_64 aarch64
"$root/cmake/packages.sh" install wheel

runs() { "$1" -c "" 2>/dev/null; }
find_python() { # VERSION...: the first of them that is here
    local version python
    for version; do
        for python in "python3.$version" "${PYENV_ROOT:-$HOME/.pyenv}/versions/3.$version".*/bin/python; do
            if runs "$python"; then
                echo "$python"
                return
            fi
        done
    done
}
pythons=${PYTHONS:-$(find_python 10; find_python 11; find_python 12 13 14)}
[ -n "$pythons" ] || { echo "$0: no Python 3.10 or newer with headers; name them in PYTHONS" >&2; exit 1; }

# environment PYTHON: an environment with what builds wheels, made once; sets environment.
environment() {
    local version
    version=$(mktemp)
    "$1" -VV >"$version"
    fetch() {
        "$python" -m venv "$1"
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$here/requirements.txt"
    }
    environment=wheel-tools/$(key_of "$here/requirements.txt" "$version")
    rm "$version"
    cached "$environment" fetch
    environment=$DAO_CACHE/$environment/bin
}

# built PROCESSOR PYTHON: a wheel, before its repair, in $made.
built() {
    local suffix
    suffix=$("$2" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
    env _PYTHON_HOST_PLATFORM="linux-$1" SETUPTOOLS_EXT_SUFFIX="${suffix/$(uname -m)/$1}" SKBUILD_INSTALL_STRIP=false \
        SKBUILD_BUILD_DIR="$build" \
        SKBUILD_CMAKE_ARGS="-GNinja;-DCMAKE_TOOLCHAIN_FILE=$root/tests/platforms/toolchains/manylinux.cmake;\
-DDAO_MANYLINUX_PROCESSOR=$1;-DDAO_MANYLINUX_COMPILERS=$compilers;-DDAO_TOOL_PACKAGES=$packages;\
-DCMAKE_C_FLAGS=-isystem \"$headers\";-DCMAKE_CXX_FLAGS=-isystem \"$headers\";\
-DDAO_WHEEL_LICENCES=$licences;-DDAO_WARNINGS_AS_ERRORS=${DAO_WARNINGS_AS_ERRORS:-OFF}" \
        "$environment/python" -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps \
        --wheel-dir "$made" "$root"
}

# Debian's Python has a part of its headers in a folder of the system's for each processor, which a cross compiler does not
# search. They serve every processor that wheels are made for: 64 bits, the least significant byte first.
headers=$root/build/wheel/headers
for processor; do
    mkdir -p "$headers/$processor-linux-gnu"
    for folder in "/usr/include/$(uname -m)-linux-gnu"/python3.*; do
        [ ! -d "$folder" ] || ln -sfn "$folder" "$headers/$processor-linux-gnu/"
    done
done

# What is linked in, and whose licences say so.
third_parties() {
    mkdir -p "$licences"
    cp "$packages"/licences/* "$licences"
    cp "$(dirname "$(readlink -f "$zig/zig")")/lib/libcxx/LICENSE.TXT" "$licences/libc++"
    cp "$environment"/../lib/python3*/site-packages/nanobind-*.dist-info/licenses/LICENSE "$licences/nanobind"
}

mkdir -p "$dist"
licences=$root/build/wheel/licences
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
for processor; do
    zig_compilers "$processor-linux-gnu.2.28"
    packages=$("$root/tests/platforms/tool_packages.sh" manylinux -DDAO_MANYLINUX_PROCESSOR="$processor" \
        -DDAO_MANYLINUX_COMPILERS="$compilers")
    build=$root/build/wheel/${packages##*/} # for all interpreters: the library and daoshm are compiled once
    for python in $pythons; do
        environment "$python"
        third_parties
        built "$processor" "$python"
        # It knows the names of this machine's processor only; of another's wheel it finds out itself what that asks for.
        [ "$processor" = "$(uname -m)" ] && platform=manylinux_2_28_$processor || platform=auto
        PATH=$environment:$PATH "$environment/python" -m auditwheel repair --plat "$platform" \
            --wheel-dir "$made/repaired" "$made"/*.whl
        "$environment/python" "$here/check.py" "$licences" "$made"/repaired/*.whl
        "$root/tests/checks/hardening.py" "$build" "$made"/repaired/*.whl
        mv "$made"/repaired/*.whl "$dist"
        rm "$made"/*.whl
    done
done
(cd "$dist" && du -h ./*.whl)
