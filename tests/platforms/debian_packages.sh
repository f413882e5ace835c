#!/bin/sh
# Fetches packages for another processor and unpacks them into FOLDER, not onto the machine, and not what they depend
# on: debian_packages.sh ARCHITECTURE FOLDER PACKAGE...
set -eu
. "$(dirname "$0")/private_apt.sh"
architecture=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
shift 2
fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
private_apt "$fetched" deb "" "$architecture"
cd "$fetched"
apt-get download -qq "$@"
for package in ./*.deb; do
    dpkg-deb -x "$package" "$folder"
done
