# Empty Debians to try things in; sourced by bash after cmake/cache.sh, with root set. Needs root, for a mount namespace.
#   use_root FOLDER SUITE [PACKAGE...]   fills FOLDER with a Debian of that suite that has these packages
#   inside FOLDER COMMAND...             runs a command in it
if [ "$(id -u)" -ne 0 ]; then
    echo "$(basename "$0"): needs root, for an empty Debian in a mount namespace of its own" >&2
    exit 1
fi
"$root/cmake/packages.sh" install fresh

# With /dev, /proc and the cache (as /cache), in mount and process namespaces that end with the command.
inside() {
    unshare --mount --pid --fork --kill-child bash -euc '
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
        for stream in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${stream#*:}" "$root/dev/${stream%:*}"; done
        mkdir -p "$root/dev/shm" "$root/dev/pts" "$root/cache"
        mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
        mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
        ln -s pts/ptmx "$root/dev/ptmx"
        mount --bind "$DAO_CACHE" "$root/cache"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DAO_CACHE=/cache \
            PIP_CACHE_DIR=/cache/pip ${PIP_CERT:+PIP_CERT=/etc/host.crt} "$@"' bash "$@"
}

make_root() { # SUITE PACKAGES FOLDER
    local made=$3/root
    unshare --mount debootstrap --variant=minbase "$1" "$made" >"$3/debootstrap.log"
    cp /etc/resolv.conf "$made/etc/"
    if [ -n "${PIP_CERT:-}" ]; then cp "$PIP_CERT" "$made/etc/host.crt"; fi
    inside "$made" sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        --no-install-recommends $2 >/dev/null && apt-get clean && rm -rf /var/lib/apt/lists/*"
    tar -C "$made" -cf "$3/root.tar" .
    rm -rf "$made"
}

use_root() {
    local folder=$1 suite=$2 image
    shift 2
    image=roots/$suite-$(echo "$*" | key_of - "$root/tests/platforms/debian_root.sh")
    cached "$image" make_root "$suite" "$*"
    mkdir -p "$folder"
    tar -C "$folder" -xf "$DAO_CACHE/$image/root.tar"
}

# A copy of the clone in FOLDER, without what is built.
copy_sources() {
    mkdir -p "$1"
    (cd "$root" && git ls-files -z --cached --others --exclude-standard | tar --null --ignore-failed-read -cf - -T -) |
        tar -xf - -C "$1"
}
