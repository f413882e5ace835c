#!/bin/sh
# Makes the libraries that daoshm and the network need on another system, once, in the cache (cmake/cache.sh), and prints
# their folder: tool_packages.sh SYSTEM [cmake arguments...]
# SYSTEM is a file of tests/platforms/toolchains; the arguments are for it. CLI11, cppzmq, fmt and nlohmann-json are
# headers and come from this machine's packages; cfitsio, and libsodium and libzmq where programs are run, are built from
# its distribution's source packages, and for manylinux zlib and ncurses, too. "licences" in it holds a file for each.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
system=$1
shift
compilers= # a folder, where the toolchain is one that cmake/zig.sh makes
for argument; do
    case $argument in *COMPILERS=*) compilers=${argument#*=} ;; esac
done
# What is delivered is hardened (cmake/harden.cmake), and so are the libraries that are linked into it.
hardening=
case "$system $*" in
manylinux*PROCESSOR=aarch64*) hardening=-mbranch-protection=standard ;;
manylinux*) hardening=-fcf-protection=full ;;
esac
hardening="${hardening:+$hardening -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2}"
distribution=$(. /etc/os-release && echo "$ID-${VERSION_ID:-}")
# Made anew when the recipe, a package that it takes or the compiler changes.
recipe() {
    cat "$root/tests/platforms/tool_packages.sh" "$root/tests/platforms/toolchains/$system.cmake"
    echo "$@" "$distribution"
    dpkg-query -W libcli11-dev cppzmq-dev libfmt-dev nlohmann-json3-dev libaravis-dev libz-mingw-w64-dev \
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
    cat >"$folder/lib/cmake/$1/$1ConfigVersion.cmake" <<END
set(PACKAGE_VERSION $(dpkg-query -W -f '${source:Upstream-Version}' "$4"))
if(NOT PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
END
}

# fetch SCRIPT NAME [arguments...]: a script beside this one fetches into $fetched/NAME, once for all systems.
fetched=$DAO_CACHE/platforms/fetched-$distribution
fetch() {
    script=$1 name=$2
    shift 2
    [ -d "$fetched/$name" ] && return
    "$root/tests/platforms/$script.sh" "$name" "$fetched/$name.$$" "$@"
    mv -T "$fetched/$name.$$" "$fetched/$name" || rm -rf "$fetched/$name.$$" # another was quicker
}

# zlib, ncurses and libzmq as Debian has them for ARM64: takes the headers, and says where the static libraries are.
arm64_libraries() {
    fetch debian_packages arm64 zlib1g-dev libncurses-dev libzmq3-dev
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

# configured SOURCE OPTIONS...: runs a configure script for HOST, the system in its words, with the toolchain's compilers.
configured() {
    configure=$1/configure
    shift
    if [ -n "$compilers" ]; then
        set -- CC="$compilers/clang" AR="$compilers/ar" RANLIB="$compilers/ranlib" "$@"
    elif [ "$system" = mingw-w64 ]; then
        set -- CC="$host-gcc-posix" CPPFLAGS=-D_FORTIFY_SOURCE=0 --disable-ssp "$@" # what these want is another DLL
    fi
    "$configure" --host="$host" --build="$(uname -m)-linux-gnu" --prefix="$folder" "$@"
}

# built NAME OPTIONS...: builds what fetch() has brought, with CMake and this toolchain, and installs it.
built() {
    name=$1
    shift
    cmake -S "$fetched/$name" -B "$folder/$name" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
        -DCMAKE_TOOLCHAIN_FILE="$root/tests/platforms/toolchains/$system.cmake" -DDAO_TOOL_PACKAGES="$folder" \
        -DCMAKE_INSTALL_PREFIX="$folder" "$@"
    cmake --build "$folder/$name" -j "${DAO_JOBS:-2}" --target install
    rm -rf "$folder/$name"
}

# zlib and ncurses from their sources, for a C library that is older than that of their packages.
libraries_from_source() {
    work=$folder/work
    fetch debian_source zlib
    fetch debian_source ncurses
    mkdir -p "$work/zlib" "$work/ncurses"
    cp -R "$fetched/zlib/." "$work/zlib"
    (cd "$work/zlib" && CC="$compilers/clang" AR="$compilers/ar" RANLIB="$compilers/ranlib" CFLAGS="-O2 -fPIC $hardening" \
        ./configure --static --prefix="$folder" && make -j "${DAO_JOBS:-2}" libz.a && make install)
    # The terminals of the list are built in, for systems without descriptions of terminals.
    (cd "$work/ncurses" && configured "$fetched/ncurses" CFLAGS="-O2 -fPIC $hardening" \
        --enable-widec --enable-overwrite --without-shared --without-debug \
        --without-cxx --without-cxx-binding --without-ada --without-progs --without-tests --without-manpages --disable-db-install \
        --disable-stripping --with-build-cc=cc --with-tic-path=/usr/bin/tic --with-infocmp-path=/usr/bin/infocmp \
        --with-default-terminfo-dir=/usr/share/terminfo \
        --with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo:/usr/lib/terminfo \
        --with-fallbacks=xterm-256color,xterm,tmux-256color,screen-256color,screen,linux,vt100 &&
        make -j "${DAO_JOBS:-2}" libs && make install.libs install.includes)
    cp "$fetched/zlib/README" "$folder/licences/zlib"
    cp "$fetched/ncurses/COPYING" "$folder/licences/ncurses"
    ln -s . "$folder/include/ncursesw" # where CMake looks first
    rm -rf "$work" "$folder"/lib/lib*.so*
}

# libzmq, static, and in the same archive libsodium, which encrypts for it.
network_library() {
    fetch debian_source libsodium
    fetch debian_source zeromq3
    work=$folder/libsodium
    cp -R "$fetched/libsodium" "$work" # as in its repository: its configure script is made here
    (cd "$work" && autoreconf -fi >/dev/null && configured . CFLAGS="-O2 -fPIC $hardening" --disable-shared --enable-static \
        --enable-minimal --disable-dependency-tracking &&
        make -j "${DAO_JOBS:-2}" install)
    # What a cross build cannot try is said.
    case $system in
    mingw-w64) set -- -DZMQ_WIN32_WINNT=0x0A00 -DZMQ_HAVE_IPC=OFF "$@" ;;
    manylinux | aarch64-linux-gnu)
        for name in SOCK_CLOEXEC O_CLOEXEC EVENTFD_CLOEXEC SO_KEEPALIVE TCP_KEEPCNT TCP_KEEPIDLE TCP_KEEPINTVL \
            PTHREAD_SETNAME_2 PTHREAD_SET_AFFINITY; do
            set -- "-DZMQ_HAVE_$name=1" "$@"
        done
        ;;
    esac
    built zeromq3 -DCMAKE_CXX_FLAGS="-w $hardening" -DCMAKE_C_FLAGS="-w $hardening" -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED=OFF \
        -DBUILD_STATIC=ON -DBUILD_TESTS=OFF -DENABLE_CURVE=ON -DWITH_LIBSODIUM=ON -DWITH_LIBSODIUM_STATIC=ON -DWITH_LIBBSD=OFF \
        -DWITH_PERF_TOOL=OFF -DWITH_DOCS=OFF -DENABLE_CPACK=OFF -DENABLE_WS=OFF "$@"
    # Without libsodium, libzmq takes an encryption of its own and does not say so.
    grep -q sodium_init "$folder/lib/libzmq.a" || { echo "libzmq: built without libsodium"; exit 1; }
    (cd "$folder/lib" && mv libzmq.a zmq.a &&
        printf '%s\n' "create libzmq.a" "addlib zmq.a" "addlib libsodium.a" save end | "$archiver" -M &&
        rm zmq.a libsodium.a)
    # Programs that use it need not know that it is static.
    sed -i '1i #define ZMQ_STATIC' "$folder/include/zmq.h"
    cp "$fetched/libsodium/LICENSE" "$folder/licences/libsodium"
    cat "$fetched/zeromq3/COPYING.LESSER" "$fetched/zeromq3/COPYING" >"$folder/licences/libzmq"
    rm -rf "$work"
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
mingw-w64)
    host=x86_64-w64-mingw32
    cp /usr/x86_64-w64-mingw32/lib/libz.a "$folder/lib"
    ;;
aarch64-linux-gnu)
    host=aarch64-linux-gnu
    arm64_libraries
    cp "$static/libz.a" "$static/libncursesw.a" "$folder/lib"
    cp "$static/libtinfo.a" "$folder/lib/libtinfow.a" # the name by which CMake knows the other half of ncursesw
    ;;
manylinux)
    host=$(basename "$compilers" | cut -d. -f1)
    libraries_from_source
    aravis_headers
    ;;
macos)
    arm64_libraries
    macos_library libz "$static/libz.a"
    macos_library libncursesw "$static/libncursesw.a" "$static/libtinfo.a"
    macos_library libzmq "$static/libzmq.a"
    ;;
esac
cp /usr/include/zmq.hpp "$folder/include"
cp /usr/share/doc/cppzmq-dev/copyright "$folder/licences/cppzmq"
if [ "$system" != macos ]; then
    archiver=${compilers:+$compilers/ar}
    archiver=${archiver:-$host-ar}
    network_library "$@"
fi

# Files over 2 GiB want 64-bit offsets. Its package file for CMake is of no use; its pkg-config file is for a shared
# library, but only the static one is made here.
fetch debian_source cfitsio
built cfitsio -DCMAKE_C_FLAGS="-D_FILE_OFFSET_BITS=64 -w $hardening" -DUSE_CURL=OFF -DM_LIB=m "$@"
cp "$fetched"/cfitsio/License* "$folder/licences/cfitsio"
sed -i 's/^Libs: .*/& -lz/' "$folder/lib/pkgconfig/cfitsio.pc"
rm -rf "$folder"/lib/cfitsio-*
if [ -n "$hardening" ]; then
    for library in z ncursesw zmq cfitsio; do
        grep -q __stack_chk_fail "$folder/lib/lib$library.a" || { echo "lib$library: built without stack protector"; exit 1; }
    done
fi
touch "$folder/complete"
echo "$folder" >&3
