#!/bin/sh
# Install BUILD_DIR into a temporary prefix; start daoshm from it, build and run the programs in C and in C++, and where
# libdaoNet is the one of the network, against it, with CMake and with pkg-config. The prefix is moved after the installation:
# nothing in it may depend on where it was installed, nor on a variable that says where the library is. What is uninstalled
# is gone.
set -eu
build=${1:?usage: run.sh BUILD_DIR}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cmake=${CMAKE:-cmake}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LD_LIBRARY_PATH DYLD_LIBRARY_PATH

"$cmake" --install "$build" --prefix "$work/first" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
mv "$work/first" "$work/prefix"
cp -r "$here/program" "$work/program"
flags=${DAO_SANITIZE:+-fsanitize=$DAO_SANITIZE}
libraries=$(dirname "$(find "$work/prefix" -name 'libdao.*' | head -n 1)")

if [ -x "$work/prefix/bin/daoshm" ]; then
    mkdir "$work/a prefix"
    cp -R "$work/prefix" "$work/a prefix/copy"
    ln -s "$work/prefix/bin/daoshm" "$work/link"
    for program in "$work/prefix/bin/daoshm" "$work/a prefix/copy/bin/daoshm" "$work/link"; do
        (cd / && "$program" --version) || { echo "$program does not start"; exit 1; }
    done
    (cd "$work/prefix/bin" && ./daoshm create "$work/installed.im.shm" 4x4 && ./daoshm rm "$work/installed.im.shm")
fi

kinds="c cpp"
[ ! -e "$work/prefix/include/daoNet.h" ] || kinds="$kinds network"
run() { # way, folder of the programs
    for kind in $kinds; do
        # The system's libzmq is not built for the thread sanitizer, which so cannot see how its threads pass messages.
        [ "$kind, ${DAO_SANITIZE:-none}" != "network, thread" ] || continue
        "$2/consumer_$kind" "$work/$1_$kind.im.shm"
        echo "$1, $kind: built and ran"
    done
}

"$cmake" -S "$work/program" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_C_FLAGS="$flags" \
    -DCMAKE_CXX_FLAGS="$flags" >"$work/configure.log" || { cat "$work/configure.log"; exit 1; }
"$cmake" --build "$work/cmake" >"$work/build.log" || { cat "$work/build.log"; exit 1; }
run cmake "$work/cmake"

PKG_CONFIG_PATH=$libraries/pkgconfig
export PKG_CONFIG_PATH
static=
[ "${BUILD_SHARED_LIBS:-ON}" = ON ] || static=--static
mkdir "$work/pkgconfig"
# shellcheck disable=SC2046,SC2086
${CC:-cc} -std=c11 -Wall -Werror $flags "$work/program/consumer.c" -o "$work/pkgconfig/consumer_c" \
    $(pkg-config --cflags --libs $static dao)
# shellcheck disable=SC2046,SC2086
${CXX:-c++} -std=c++17 -Wall -Werror $flags "$work/program/consumer.cpp" -o "$work/pkgconfig/consumer_cpp" \
    $(pkg-config --cflags --libs $static daoShm)
case $kinds in *network)
    # shellcheck disable=SC2046,SC2086
    ${CC:-cc} -std=c11 -Wall -Werror $flags "$work/program/network.c" -o "$work/pkgconfig/consumer_network" \
        $(pkg-config --cflags --libs $static daoNet)
    ;;
esac
run pkgconfig "$work/pkgconfig"

# The RPM recipe has each file, as rpmbuild demands.
if [ "$(uname)" = Linux ] && [ "${BUILD_SHARED_LIBS:-ON}" = ON ]; then
    listed=$(sed -n '/^%files/,/^%changelog/{s|%{_bindir}|bin|; s|%{_includedir}|include|; s|%{_mandir}|share/man|; s|%{_datadir}|share|
        s|%{_unitdir}|lib/systemd/system|; s|%{_tmpfilesdir}|lib/tmpfiles.d|; s|%{_libdir}|'"${libraries#"$work/prefix/"}"'|; s|/$|/*|
        /^[a-z]/p}' "$here/../../packaging/shelves/rpm/daoshm.spec.in")
    (cd "$work/prefix" && find . ! -type d) | sed 's|^./||' | while read -r file; do
        found=
        set -f
        for pattern in $listed; do
            # shellcheck disable=SC2254
            case $file in $pattern) found=yes ;; esac
        done
        set +f
        [ -n "$found" ] || { echo "packaging/shelves/rpm: no line for $file"; exit 1; }
    done
fi

install_again() { "$cmake" --install "$build" --prefix "$work/a place" >"$work/install.log" || { cat "$work/install.log"; exit 1; }; }
install_again
mkdir "$work/a place/include/of others"
"$cmake" -DMANIFEST="$build/install_manifest.txt" -P "$here/../../cmake/uninstall.cmake"
remaining=$(find "$work/a place" ! -type d -o -name daoShm)
[ -z "$remaining" ] || { echo "not uninstalled:" && echo "$remaining" && exit 1; }
[ -d "$work/a place/include/of others" ] || { echo "uninstalled: a folder of others"; exit 1; }

# What it cannot remove, for which a folder stands here, it says.
install_again
rm "$work/a place/include/dao.h"
mkdir "$work/a place/include/dao.h"
if "$cmake" -DMANIFEST="$build/install_manifest.txt" -P "$here/../../cmake/uninstall.cmake" 2>"$work/uninstall.log"; then
    echo "uninstalled: a file that is still there"
    exit 1
fi
tr -s '\n' ' ' <"$work/uninstall.log" | tr -s ' ' | grep -q "dao.h: removing failed: 1 of " || # CMake breaks lines
    { cat "$work/uninstall.log"; exit 1; }

# `make uninstall` is about what `make install` has installed, whatever else was installed from that folder since.
mkdir -p "$work/project/build"
ln -s "$(cd "$here/../.." && pwd)/cmake" "$work/project/cmake"
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(one_file NONE)
install(FILES CMakeLists.txt DESTINATION share)
END
(
    cd "$work/project"
    MAKEFLAGS=
    export MAKEFLAGS
    quietly() { "$@" >../make.log 2>&1 || { cat ../make.log; exit 1; }; }
    made() { quietly make -f "$here/../../Makefile" "$@" PRESET=release PREFIX="$work/made"; }
    quietly "$cmake" -S . -B build/release
    made install
    quietly "$cmake" --install build/release --prefix "$work/other"
    made uninstall
    [ ! -e "$work/made/share/CMakeLists.txt" ] || { echo "make uninstall: not what make install has installed"; exit 1; }
    [ -e "$work/other/share/CMakeLists.txt" ] || { echo "make uninstall: what others have installed"; exit 1; }
)
