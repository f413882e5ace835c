#!/bin/sh
# Makes the libraries that daoshm needs on another system, once, in the cache (cmake/cache.sh), and prints their folder:
# tool_packages.sh SYSTEM [cmake arguments...]
# SYSTEM is a file of tests/platforms/toolchains; the arguments are for it. CLI11, fmt and nlohmann-json are headers and come from
# this machine's packages, cfitsio from its distribution's source package, and for manylinux all else that is linked in, too. "licences" in it holds a file for each.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
system=$1
shift
# Made anew when the recipe, a package that it takes or the compiler changes.
recipe() {
    cat "$root/tests/platforms/tool_packages.sh" "$root/tests/platforms/toolchains/$system.cmake"
    echo "$@"
    dpkg-query -W libcli11-dev libfmt-dev nlohmann-json3-dev cppzmq-dev libaravis-dev libz-mingw-w64-dev \
        g++-mingw-w64-x86-64-posix g++-aarch64-linux-gnu 2>/dev/null
}
folder=$DAO_CACHE/platforms/$system-$(recipe "$@" | key_of -)
exec 3>&1 >&2
[ -e "$folder/complete" ] && { echo "$folder" >&3; exit 0; }
rm -rf "$folder"
mkdir -p "$folder/include" "$folder/lib/pkgconfig" "$folder/licences"

# What is headers only, without the rest of /usr/include: name, target, folder of headers, package, definition.
header_package() {
    cp "/usr/share/doc/$4/copyright" "$folder/licences/$1"
    mkdir -p "$folder/lib/cmake/$1"
    rm -rf "$folder/include/$3"
    cp -R "/usr/include/$3" "$folder/include/$3"
    cat >"$folder/lib/cmake/$1/$1Config.cmake" <<END
add_library($2 INTERFACE IMPORTED)
target_include_directories($2 SYSTEM INTERFACE $folder/include)
target_compile_definitions($2 INTERFACE ${5:-})
END
}

# fetch SCRIPT NAME [arguments...]: a script beside this one fetches into $fetched/NAME, once for all systems.
fetched=$DAO_CACHE/platforms/fetched
fetch() {
    script=$1 name=$2
    shift 2
    [ -d "$fetched/$name" ] && return
    "$root/tests/platforms/$script.sh" "$name" "$fetched/$name.$$" "$@"
    mv -T "$fetched/$name.$$" "$fetched/$name" || rm -rf "$fetched/$name.$$" # another was quicker
}

# zlib and ncurses as Debian has them for ARM64: takes the headers, and says where the static libraries are.
arm64_libraries() {
    fetch debian_packages arm64 zlib1g-dev libncurses-dev
    cp -R "$fetched"/arm64/usr/include/. "$folder/include"
    static=$fetched/arm64/usr/lib/aarch64-linux-gnu
}

# A library of macOS as the linker sees one, a list of names: NAME STATIC_LIBRARY...
macos_library() {
    name=$1
    shift
    symbols=$(aarch64-linux-gnu-nm -g --defined-only "$@" 2>/dev/null | awk 'NF == 3 { print "_" $3 }' | sort -u |
        paste -sd,)
    cat >"$folder/lib/$name.tbd" <<END
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/$name.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ $symbols ]
...
END
}

# zlib and ncurses from their sources, for a C library that is older than that of their packages.
libraries_from_source() {
    fetch debian_source zlib
    fetch debian_source ncurses
    mkdir -p "$work/zlib" "$work/ncurses"
    cp -R "$fetched/zlib/." "$work/zlib"
    (cd "$work/zlib" && CC="$compilers/clang" AR="$compilers/ar" RANLIB="$compilers/ranlib" CFLAGS="-O2 -fPIC" \
        ./configure --static --prefix="$folder" && make -j "${DAO_JOBS:-2}" libz.a && make install)
    # The terminals of the list are built in, for systems without descriptions of terminals.
    (cd "$work/ncurses" && "$fetched/ncurses/configure" --host="$(basename "$compilers" | cut -d. -f1)" \
        --build="$(uname -m)-linux-gnu" CC="$compilers/clang" AR="$compilers/ar" RANLIB="$compilers/ranlib" \
        CFLAGS="-O2 -fPIC" --prefix="$folder" --enable-widec --enable-overwrite --without-shared --without-debug \
        --without-cxx --without-cxx-binding --without-ada --without-progs --without-tests --without-manpages --disable-db-install \
        --disable-stripping --with-build-cc=cc --with-tic-path=/usr/bin/tic --with-infocmp-path=/usr/bin/infocmp \
        --with-default-terminfo-dir=/usr/share/terminfo \
        --with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo:/usr/lib/terminfo \
        --with-fallbacks=xterm-256color,xterm,tmux-256color,screen-256color,screen,linux,vt100 &&
        make -j "${DAO_JOBS:-2}" libs && make install.libs install.includes)
    cp "$fetched/zlib/README" "$folder/licences/zlib"
    cp "$fetched/ncurses/COPYING" "$folder/licences/ncurses"
    ln -s . "$folder/include/ncursesw" # where CMake looks first
}

# ZeroMQ, and in the same archive libsodium, which encrypts for it. A cross build cannot try what the system knows, so the
# options of Linux are named here.
network_from_source() {
    fetch debian_source libsodium
    fetch debian_source zeromq3
    cp -R "$fetched/libsodium" "$work/libsodium"
    (cd "$work/libsodium" && autoreconf -fi && ./configure --host="$(basename "$compilers" | cut -d. -f1)" \
        CC="$compilers/clang" AR="$compilers/ar" RANLIB="$compilers/ranlib" CFLAGS="-O2 -fPIC" --prefix="$folder" --enable-static \
        --disable-shared --enable-minimal --disable-dependency-tracking && make -j "${DAO_JOBS:-2}" && make install)
    cmake -S "$fetched/zeromq3" -B "$work/zeromq" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$folder" \
        -DCMAKE_TOOLCHAIN_FILE="$root/tests/platforms/toolchains/$system.cmake" -DDAO_TOOL_PACKAGES="$folder" \
        -DCMAKE_C_FLAGS="-w" -DCMAKE_CXX_FLAGS="-w" -DCMAKE_INSTALL_LIBDIR=lib \
        -DBUILD_SHARED=OFF -DBUILD_STATIC=ON -DBUILD_TESTS=OFF -DWITH_PERF_TOOL=OFF -DWITH_DOCS=OFF -DENABLE_CPACK=OFF \
        -DENABLE_WS=OFF -DWITH_LIBBSD=OFF -DENABLE_CURVE=ON -DWITH_LIBSODIUM=ON "$@" \
        -DZMQ_HAVE_SOCK_CLOEXEC=1 -DZMQ_HAVE_O_CLOEXEC=1 -DZMQ_HAVE_EVENTFD_CLOEXEC=1 -DZMQ_HAVE_SO_KEEPALIVE=1 \
        -DZMQ_HAVE_TCP_KEEPCNT=1 -DZMQ_HAVE_TCP_KEEPIDLE=1 -DZMQ_HAVE_TCP_KEEPINTVL=1 \
        -DZMQ_HAVE_PTHREAD_SETNAME_2=1 -DZMQ_HAVE_PTHREAD_SET_AFFINITY=1
    grep -q "define ZMQ_USE_LIBSODIUM" "$work/zeromq/platform.hpp"
    cmake --build "$work/zeromq" -j "${DAO_JOBS:-2}" --target install
    (cd "$folder/lib" && mv libzmq.a zmq.a && printf '%s\n' "create libzmq.a" "addlib zmq.a" "addlib libsodium.a" save end |
        "$compilers/ar" -M && rm zmq.a libsodium.a)
    cp /usr/include/zmq.hpp "$folder/include"
    cp "$fetched/libsodium/LICENSE" "$folder/licences/libsodium"
    cat "$fetched/zeromq3/COPYING.LESSER" "$fetched/zeromq3/COPYING" >"$folder/licences/libzmq"
    cp /usr/share/doc/cppzmq-dev/copyright "$folder/licences/cppzmq"
}

# The headers of Aravis and GLib, which are the same on all processors of 64 bits: daoshm loads the library at run time.
aravis_headers() {
    cp -R /usr/include/aravis-0.8 /usr/include/glib-2.0 "$folder/include"
    cp "/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/glib-2.0/include/glibconfig.h" "$folder/include/glib-2.0"
    cat >"$folder/lib/pkgconfig/aravis-0.8.pc" <<END
Name: aravis
Description: headers of Aravis
Version: $(dpkg-query -W -f '${source:Upstream-Version}' libaravis-dev)
Cflags: -I$folder/include/aravis-0.8 -I$folder/include/glib-2.0
END
}

header_package CLI11 CLI11::CLI11 CLI libcli11-dev
header_package fmt fmt::fmt fmt libfmt-dev FMT_HEADER_ONLY
header_package nlohmann_json nlohmann_json::nlohmann_json nlohmann nlohmann-json3-dev
case $system in
mingw-w64) cp /usr/x86_64-w64-mingw32/lib/libz.a "$folder/lib" ;;
aarch64-linux-gnu)
    arm64_libraries
    cp "$static/libz.a" "$static/libncursesw.a" "$folder/lib"
    cp "$static/libtinfo.a" "$folder/lib/libtinfow.a" # the name by which CMake knows the other half of ncursesw
    ;;
manylinux)
    for argument; do
        case $argument in *COMPILERS=*) compilers=${argument#*=} ;; esac
    done
    work=$folder/work
    libraries_from_source
    network_from_source "$@"
    rm -rf "$work" "$folder"/lib/lib*.so*
    aravis_headers
    ;;
macos)
    arm64_libraries
    macos_library libz "$static/libz.a"
    macos_library libncursesw "$static/libncursesw.a" "$static/libtinfo.a"
    ;;
esac

# Files over 2 GiB want 64-bit offsets. Its package file for CMake is of no use; its pkg-config file is for a shared
# library, but only the static one is made here.
fetch debian_source cfitsio
cp "$fetched"/cfitsio/License* "$folder/licences/cfitsio"
build=$folder/cfitsio
cmake -S "$fetched/cfitsio" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_TOOLCHAIN_FILE="$root/tests/platforms/toolchains/$system.cmake" -DDAO_TOOL_PACKAGES="$folder" \
    -DCMAKE_INSTALL_PREFIX="$folder" -DCMAKE_C_FLAGS="-D_FILE_OFFSET_BITS=64 -w" -DUSE_CURL=OFF -DM_LIB=m "$@"
cmake --build "$build" -j "${DAO_JOBS:-2}" --target install
sed -i 's/^Libs: .*/& -lz/' "$folder/lib/pkgconfig/cfitsio.pc"
rm -rf "$folder"/lib/cfitsio-* "$build"
touch "$folder/complete"
echo "$folder" >&3
