#!/bin/sh
# Prints the path of a Python without the global interpreter lock. Where none is installed, builds one into
# build/free-threaded from Debian's source package (Debian has no binary one); needs apt-get.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
for found in python3.14t python3.13t "$root/build/free-threaded/bin/python3.13t"; do
    command -v "$found" && exit
done
"$root/cmake/install_packages.sh" free-threaded >&2

folder=$root/build/free-threaded
work=$folder/work
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/source"
# An apt of its own: the machine's lists and sources stay as they are.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb-src [signed-by=$keyring] http://deb.debian.org/debian trixie main" >"$work/sources.list"
cat >"$work/apt.conf" <<END
Dir::State::Lists "$work/lists";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "root";
END
export APT_CONFIG="$work/apt.conf"
exec 3>&1 4>&2 >"$folder/build.log" 2>&1
trap 'tail -20 "$folder/build.log" >&4' EXIT
apt-get update -qq
cd "$work/source"
apt-get source -qq --download-only python3.13
tar xf python3.13_*.orig.tar.?z --strip-components=1
# Half the time to build: it is to run the tests, not to be fast.
OPT="-O1" ./configure --quiet --disable-gil --prefix="$folder" --with-ensurepip=install --disable-test-modules
make -s -j "$(nproc)"
make -s install
trap - EXIT
rm -rf "$work"
echo >&3 "$folder/bin/python3.13t"
