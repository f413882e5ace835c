#!/bin/sh
# Prints the path of a Python without the global interpreter lock. Where none is installed, builds one into
# build/free-threaded from Debian's source package (Debian has no binary one); needs apt-get.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
for found in python3.14t python3.13t "$root/build/free-threaded/bin/python3.13t"; do
    command -v "$found" && exit
done
"$root/cmake/packages.sh" install free-threaded >&2

folder=$root/build/free-threaded
mkdir -p "$folder"
exec 3>&1 4>&2 >"$folder/build.log" 2>&1
trap 'tail -20 "$folder/build.log" >&4' EXIT
"$root/tests/platforms/debian_source.sh" python3.13 "$folder/source" trixie
cd "$folder/source"
# Half the time to build: it is to run the tests, not to be fast.
OPT="-O1" ./configure --quiet --disable-gil --prefix="$folder" --with-ensurepip=install --disable-test-modules
make -s -j "${DAO_JOBS:-$(nproc)}"
make -s install
trap - EXIT
rm -rf "$folder/source"
echo >&3 "$folder/bin/python3.13t"
