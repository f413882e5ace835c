#!/usr/bin/env bash
# Tries the wheels for ARM64 of dist/ under qemu, with the Python that Debian 12 and 13 have for that processor: README's ten
# lines, a camera, programs in C and C++, and some of the package's tests and of daoshm's: test_arm64.sh [SUITE...]
# (bookworm trixie). Needs no root. DIST: another folder than dist.
# An emulator does not show the weak order of that processor's memory. On a machine of that processor test.sh runs all tests.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
. "$root/cmake/zig.sh"
"$root/cmake/packages.sh" install arm64-wheel
qemu=$(command -v qemu-aarch64)
dist=$(cd "${DIST:-$root/dist}" && pwd)
compgen -G "$dist/*_aarch64.whl" >/dev/null || { echo "$0: $dist: no wheel for ARM64; make wheels builds them" >&2; exit 1; }
[ $# -gt 0 ] || set -- bookworm trixie
# Pointers are signed in a simpler way than a processor's, which would take four fifths of the time.
export QEMU_CPU=max,pauth-impdef=on PIP_DISABLE_PIP_VERSION_CHECK=1

fetch() { # FOLDER: the suite's Python with all that it needs, and Aravis
    (
        . "$root/tests/platforms/private_apt.sh"
        private_apt "$1/apt" deb "$suite" arm64
        apt-get install -qq -y --download-only --no-install-recommends python3 libstdc++6 libaravis-0.8-0
    )
    for package in "$1"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$1"; done
    [ -e "$1/lib" ] || ln -s usr/lib "$1/lib"
    rm -rf "$1/apt"
}

emulated() { # NAME PROGRAM: a script NAME that runs it, and by whose name it knows itself
    printf '#!/bin/sh\nexec %s -0 "$0" %s "$@"\n' "$DAOSHM_EMULATOR" "$2" >"$1"
    chmod +x "$1"
}

# An environment as `python -m venv` lays one out, for a Python that the kernel cannot run by itself.
environment_in() { # FOLDER
    local python packages platforms=()
    export DAOSHM_EMULATOR="$qemu -L $debian"
    python=$(readlink "$debian/usr/bin/python3")
    packages=$1/lib/$python/site-packages
    mkdir -p "$1/bin"
    printf 'home = %s\n' "$debian/usr/bin" >"$1/pyvenv.cfg"
    for glibc in {17..28}; do platforms+=(--platform "manylinux_2_${glibc}_aarch64"); done
    python3 -m venv "$work/pip"
    "$work/pip/bin/pip" install --quiet --implementation cp --python-version "${python#python}" "${platforms[@]}" \
        --only-binary :all: --target "$packages" --find-links "$dist" \
        daoShm -r "$root/python/tests/requirements.txt" -r "$root/tests/tools/requirements.txt"
    emulated "$1/bin/python" "$debian/usr/bin/$python"
    emulated "$1/bin/daoshm" "$packages/bin/daoshm"
    export DAOSHM=$packages/bin/daoshm
}

block() { # LANGUAGE: README's block of it, with another folder for the segments
    sed '1,/^## Ten lines/d' "$root/README.md" | sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" | sed "/^\`\`\`/d; s|/tmp/|$TMPDIR/|"
}

# Compiled with the library of the package, for this processor, and run.
program() { # COMPILER ARGUMENTS..., and those of the program after --
    local compiler=$compilers/$1 arguments=()
    shift
    while [ "$1" != -- ]; do
        arguments+=("$1")
        shift
    done
    shift
    # shellcheck disable=SC2046 # several
    "$compiler" "${arguments[@]}" $(python -m daoShm --cflags --libs) -o "$work/program"
    $DAOSHM_EMULATOR "$work/program" "$@"
    echo "${arguments[0]##*/}: links and runs"
}

ten_lines() {
    daoshm --version
    block sh | bash -e >"$TMPDIR/picture"
    [ "$(wc -l <"$TMPDIR/picture")" -gt 20 ] || { echo "$0: no picture:" >&2 && cat "$TMPDIR/picture" >&2 && exit 1; }
    block python | python -
    block c >"$work/ten_lines.c"
    program clang "$work/ten_lines.c" --
    daoshm rm wfs
    daoshm camera simulated --interface fake --frames 20
    daoshm rm simulated
}

programs() {
    local folder=$root/tests/consumer/program segment=$TMPDIR/program.im.shm
    program clang "$folder/consumer.c" -- "$segment"
    program clang++ "$folder/consumer.cpp" -- "$segment"
    program clang "$folder/network.c" -ldaoNet -- "$segment"
}

# Left out is what needs programs of this machine, a terminal or much time.
some_tests() {
    local run=(python -m pytest -q -rs -p no:cacheprovider -n "${DAO_JOBS:-$(nproc)}")
    export PATH=$work/environment/bin DAO_TEST_WHEEL=1
    "${run[@]}" "$root"/python/tests/test_{installation,frames}.py
    "${run[@]}" "$root/tests/tools/test_values.py"
}

zig_compilers aarch64-linux-gnu.2.28
for suite; do
    work=$(mktemp -d /tmp/arm64.XXXXXX) # short: names of segments have 79 bytes
    trap 'rm -rf "$work"' EXIT
    debian=platforms/python-arm64-$suite-$(declare -f fetch | key_of - "$root/tests/platforms/private_apt.sh")
    cached "$debian" fetch
    debian=$DAO_CACHE/$debian
    environment_in "$work/environment"
    (
        export PATH=$work/environment/bin:$PATH TMPDIR=$work/tmp
        mkdir "$TMPDIR"
        echo "Debian $suite, $(python -c 'import platform as p; print(p.machine(), "CPython", p.python_version())'):"
        ten_lines
        programs
        some_tests
    )
    rm -rf "$work"
done
