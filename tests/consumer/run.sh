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

"$cmake" --install "$build" --prefix "$work/a place" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
mkdir "$work/a place/include/of others"
"$cmake" -DBUILD="$build" -P "$here/../../cmake/uninstall.cmake"
remaining=$(find "$work/a place" ! -type d -o -name daoShm)
[ -z "$remaining" ] || { echo "not uninstalled:" && echo "$remaining" && exit 1; }
[ -d "$work/a place/include/of others" ] || { echo "uninstalled: a folder of others"; exit 1; }
