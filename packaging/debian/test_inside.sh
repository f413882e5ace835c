#!/usr/bin/env bash
# The part of test.sh that runs in the empty Debian: the packages are in /packages-1 and, as an upgrade, in /packages-2.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
log=/tmp/apt.log
apt() { apt-get -y -qq --no-install-recommends "$@" >"$log" 2>&1 || { cat "$log"; exit 1; }; }
# Outside the folders of the test and its cache, a mount that -xdev does not take for one.
daoshm_files() {
    find / -xdev -regex '/\(cache\|packages-[0-9]*\|proc\|program\|tmp\|var\)' -prune -o \
        \( -iname '*daoshm*' -o -name '*libdao*' \) -print
}

use() {
    daoshm create wfs 8x8 float32 --depth 4
    daoshm fill wfs ramp
    python3 -c 'from daoShm import shm; assert shm("/tmp/wfs.im.shm").get_data().sum() > 0'
    daoshm show wfs | grep -q "[░▒▓█▀▄]"
    daoshm publish wfs --port 5599 >/tmp/publish.log 2>&1 &
    local publisher=$!
    until daoshm info 127.0.0.1:5599:wfs >/tmp/info.log 2>&1; do kill -0 $publisher; done
    kill $publisher
    wait $publisher || true
    daoshm save wfs /tmp/wfs.fits
    daoshm rm wfs
    rm -f /tmp/wfs.fits
    if daoshm camera --list 2>/tmp/camera.txt; then
        echo "a camera without Aravis" >&2
        exit 1
    fi
    grep -q libaravis-0.8-0 /tmp/camera.txt
    man daoshm-record | grep -q "FITS"
    man daoshm | grep -q "daoshm-ls"
    for file in bash-completion/completions/daoshm zsh/vendor-completions/_daoshm fish/vendor_completions.d/daoshm.fish; do
        test -s "/usr/share/$file"
    done
    for licence in daoshm/copyright.libcli11-dev libdaonet1/copyright.cppzmq-dev python3-daoshm/copyright.nanobind; do
        test -s "/usr/share/doc/$licence"
    done
    grep -qx 'ExecStart=/usr/bin/daoshm $ARGUMENTS' /lib/systemd/system/daoshm@.service
}

# What removes old files from /tmp leaves segments alone.
swept() {
    apt install systemd-standalone-tmpfiles
    daoshm create kept 4
    touch /tmp/forgotten
    echo 'q /tmp 1777 root root 1s' >/etc/sweep.conf
    sleep 2
    systemd-tmpfiles --clean /etc/sweep.conf /usr/lib/tmpfiles.d/daoshm.conf
    test -e /tmp/kept.im.shm
    test ! -e /tmp/forgotten
    daoshm rm kept
}

apt update
apt install /packages-1/*.deb
use
swept
echo "  installed and used: $(dpkg-query -W -f '${Package} ${Version}  ' libdao1 libdaonet1 daoshm python3-daoshm)"

apt install gcc g++ libc6-dev pkg-config cmake make
cc -std=c11 /program/consumer.c -o /tmp/consumer_c $(pkg-config --cflags --libs dao)
/tmp/consumer_c /tmp/consumer.im.shm
cmake -S /program -B /tmp/cmake >"$log" && cmake --build /tmp/cmake >"$log"
/tmp/cmake/consumer_cpp /tmp/consumer.im.shm
cc -std=c11 /program/network.c -o /tmp/consumer_network $(pkg-config --cflags --libs daoNet)
/tmp/consumer_network /tmp/consumer.im.shm
/tmp/cmake/consumer_network /tmp/consumer.im.shm
echo "  programs built with pkg-config and CMake run"

apt install /packages-2/*.deb
[[ $(dpkg-query -W -f '${Version}' daoshm) = *-2 ]]
use
echo "  upgraded: $(dpkg-query -W -f '${Version}' daoshm)"

apt purge libdao1 libdaonet1 libdao-dev daoshm python3-daoshm
rm -rf /tmp/cmake /tmp/consumer*
if [ -n "$(daoshm_files)" ]; then
    echo "left behind:" >&2
    daoshm_files >&2
    exit 1
fi
echo "  removed without a trace"
