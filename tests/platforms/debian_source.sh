#!/bin/sh
# Fetches a package's original sources and unpacks them into FOLDER: debian_source.sh PACKAGE FOLDER [SUITE]
# They come from where this machine has its packages from, or from that suite of Debian.
set -eu
. "$(dirname "$0")/private_apt.sh"
mkdir -p "$2"
folder=$(cd "$2" && pwd)
fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
private_apt "$fetched" deb-src "${3:-}"
cd "$fetched"
apt-get source -qq --tar-only "$1"
tar -xf ./*.orig.tar.?z* --strip-components=1 -C "$folder"
