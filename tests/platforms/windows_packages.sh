#!/bin/sh
# Makes the libraries that daoshm.exe needs, once: windows_packages.sh FOLDER
# Headers alone come from the machine's packages, cfitsio from the source package of the machine's distribution.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ -e "$folder/complete" ] && exit 0

# What is headers only, without the rest of /usr/include: name, target, folder of headers, definition.
header_package() {
    mkdir -p "$folder/include" "$folder/lib/cmake/$1"
    rm -rf "$folder/include/$3"
    cp -R "/usr/include/$3" "$folder/include/$3"
    cat >"$folder/lib/cmake/$1/$1Config.cmake" <<END
add_library($2 INTERFACE IMPORTED)
target_include_directories($2 SYSTEM INTERFACE $folder/include)
target_compile_definitions($2 INTERFACE ${4:-})
END
}
header_package CLI11 CLI11::CLI11 CLI
header_package fmt fmt::fmt fmt FMT_HEADER_ONLY
header_package nlohmann_json nlohmann_json::nlohmann_json nlohmann

source=$folder/source
"$root/cmake/debian_source.sh" cfitsio "$source"

# Files over 2 GiB want 64-bit offsets. Its package file for CMake is of no use; its pkg-config file is for a shared
# library, but only the static one is made here.
cmake -S "$source" -B "$source/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DCMAKE_TOOLCHAIN_FILE="$root/cmake/toolchains/mingw-w64.cmake" -DCMAKE_INSTALL_PREFIX="$folder" \
    -DCMAKE_C_FLAGS="-D_FILE_OFFSET_BITS=64 -w" -DUSE_CURL=OFF
cmake --build "$source/build" -j "${DAO_JOBS:-2}" --target install
cp /usr/x86_64-w64-mingw32/lib/libz.a "$folder/lib/"
rm -rf "$folder"/lib/cfitsio-* "$source"
sed -i 's/^Libs: .*/& -lz/' "$folder/lib/pkgconfig/cfitsio.pc"
touch "$folder/complete"
