#!/bin/sh
# Fetches a package's original sources and unpacks them into FOLDER: debian_source.sh PACKAGE FOLDER [SUITE]
# They come from where this machine has its packages from, or from that suite of Debian. An apt with lists and folders
# of its own does it: the machine's stay as they are.
set -eu
package=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
suite=${3:-}
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
mkdir "$apt/sources" "$apt/lists" "$apt/cache"
if [ -n "$suite" ]; then
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb-src [signed-by=$keyring] http://deb.debian.org/debian $suite main" >"$apt/sources/suite.list"
else
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        [ -r "$file" ] || continue
        case $file in
        *.list) sed -n 's/^deb /deb-src /p' "$file" >"$apt/sources/$(basename "$file")" ;;
        *.sources) sed 's/^Types:.*/Types: deb-src/' "$file" >"$apt/sources/$(basename "$file")" ;;
        esac
    done
fi
cat >"$apt/apt.conf" <<END
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/sources";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "";
END
export APT_CONFIG="$apt/apt.conf"
apt-get update -qq || true # a source that others added may fail; whether ours did is seen next
cd "$apt"
apt-get source -qq --tar-only "$package"
tar -xf ./*.orig.tar.?z* --strip-components=1 -C "$folder"
