#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that a part of this project needs and that are missing.
# Usage: install_packages.sh PART...   (core, docs, demo, platforms, free-threaded)
set -euo pipefail

declare -A packages=(
    [core]="cmake ninja-build g++ pkg-config libgtest-dev libcli11-dev libfmt-dev libcfitsio-dev libncurses-dev
            libaravis-dev libusb-1.0-0-dev nlohmann-json3-dev libbenchmark-dev libboost-dev relacy-dev spin
            python3 python3-venv python3-dev tmux"
    [docs]="doxygen graphviz python3-venv"
    [free-threaded]="gcc make libssl-dev zlib1g-dev libffi-dev libbz2-dev liblzma-dev"
    [demo]="aravis-tools libopenblas-dev python3-venv iproute2"
    [platforms]="cmake ninja-build pkg-config g++-mingw-w64-x86-64-posix libz-mingw-w64-dev libcli11-dev libfmt-dev
            nlohmann-json3-dev wine64 wine g++-aarch64-linux-gnu qemu-user googletest python3-venv tmux"
)

missing=()
for part in "$@"; do
    for package in ${packages[$part]}; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing+=("$package")
    done
done
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "Not a Debian or Ubuntu machine: please install what these packages hold: ${missing[*]}" >&2
    exit 0
fi
run=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Missing packages, and no right to install them: ${missing[*]}" >&2; exit 1; }
    run=(sudo)
fi
echo "Installing: ${missing[*]}"
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
