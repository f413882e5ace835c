#!/usr/bin/env bash
# Builds what `make test` and `make demo` build on a fresh machine, but for the sanitizers: an empty Debian, with the gcc and with the clang
# of its archive, warnings as errors. Runs nothing. Needs root, for a root folder and a mount namespace of its own.
# Usage: check_fresh_debian.sh [SUITE [COMPILER...]]     (trixie gcc clang)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/cmake/cache.sh"
suite=${1:-trixie}
shift || true
compilers=("${@:-gcc clang}")
# shellcheck disable=SC2206
compilers=(${compilers[*]})
if [ "$(id -u)" -ne 0 ]; then
    echo "check_fresh_debian.sh: needs root; the workflow \"fresh\" does the same in containers" >&2
    exit 1
fi
"$root/cmake/packages.sh" install fresh

# inside ROOT COMMAND...: runs a command in ROOT, with /dev, /proc and the cache, in a mount namespace that ends with it.
inside() {
    unshare --mount --pid --fork bash -euc '
        root=$1
        shift
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount -t tmpfs tmpfs "$root/dev"
        for device in null zero full random urandom tty; do
            touch "$root/dev/$device"
            mount --bind "/dev/$device" "$root/dev/$device"
        done
        ln -s /proc/self/fd "$root/dev/fd"
        mkdir -p "$root/dev/shm" "$root/dev/pts" "$root/cache"
        mount -t tmpfs tmpfs "$root/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
        ln -s pts/ptmx "$root/dev/ptmx"
        mount --bind "$DAO_CACHE" "$root/cache"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DAO_CACHE=/cache \
            ${PIP_CERT:+PIP_CERT=/etc/host.crt} "$@"' bash "$@"
}

sources() { # FOLDER: a copy of the clone, without what is built
    mkdir -p "$1"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -cf - -T -) |
        tar -xf - -C "$1"
}

# What `make install-packages` installs, and clang, is part of the root: it is made anew when the list changes.
make_root() {
    local made=$1/root
    debootstrap --variant=minbase "$suite" "$made" >"$1/debootstrap.log"
    cp /etc/resolv.conf "$made/etc/"
    if [ -n "${PIP_CERT:-}" ]; then cp "$PIP_CERT" "$made/etc/host.crt"; fi
    sources "$made/daoshm"
    inside "$made" sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends make clang >/dev/null &&
        make -s -C /daoshm install-packages && apt-get clean && rm -rf /daoshm /var/lib/apt/lists/*"
    tar -C "$made" -cf "$1/root.tar" .
    rm -rf "$made"
}

image=roots/$suite-$(key_of "$root/cmake/packages.sh" "$0")
cached "$image" make_root
work=$(mktemp -d "${TMPDIR:-/tmp}/daoshm-fresh.XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$work" -xf "$DAO_CACHE/$image/root.tar"
for compiler in "${compilers[@]}"; do
    sources "$work/daoshm"
    echo "Debian $suite, $(inside "$work" "$compiler" --version | head -n 1):"
    inside "$work" env CC="$compiler" CXX="$([ "$compiler" = gcc ] && echo g++ || echo "$compiler++")" \
        DAO_WARNINGS_AS_ERRORS=ON make -s -C /daoshm builds PARTS="release python"
    rm -rf "$work/daoshm"
done
