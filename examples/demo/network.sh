#!/usr/bin/env bash
# The demonstration's second act: a camera on one machine, a display, a recorder and a Python program on another. The machines
# are two network namespaces with a cable between them; no process reaches beyond.
# Usage: network.sh BUILD_FOLDER [--seconds N | --short] [--rate HZ]
#   --seconds N     how long the camera is watched; default 10, with --short 3
#   --rate HZ       frames per second; default 500
# DAO_DEMO_PARENT: where the folder of its segments is made; default /dev/shm, or /tmp.
# Exit code 1 when a frame was lost on its way to the recorder, or the display did not go on after the cable was pulled.
set -euo pipefail

demo=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$demo/../.." && pwd)
fail() { echo "demo-network: $*" >&2; exit 2; }
[ $# -ge 1 ] || fail "no build folder given; expected one such as build/release"
build=$(cd "$1" && pwd) || fail "$1: not a folder; expected a build folder"
arguments=("$@")
shift
seconds=10 rate=500
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --rate) rate=${2:?--rate needs a number}; shift ;;
    --short) seconds=3 ;;
    *) fail "unknown argument $1" ;;
    esac
    shift
done
daoshm=$build/tools/daoshm/daoshm
[ -x "$daoshm" ] || fail "$daoshm is not built"
! "$daoshm" net status 2>&1 | grep -q "without the network" || fail "this daoshm was built without the network; it needs libzmq3-dev"
python=${DAO_PYTHON:-$root/build/python-venv/bin/python}
"$python" -c "import daoShm" 2>/dev/null || python=''

# The first machine is a namespace with this script in it.
if [ -z "${DAO_DEMO_NETWORK:-}" ]; then
    unshare -rn ip link set lo up 2>/dev/null || fail "this machine allows no network namespace"
    DAO_DEMO_NETWORK=private exec unshare -rn "$0" "${arguments[@]}"
fi

parent=${DAO_DEMO_PARENT:-$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)}
folder=$(mktemp -d "$parent/daoShm-demo.XXXXXX")
pids=()
clean_up() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
start() { # NAME COMMAND...
    local name=$1
    shift
    "$@" >"$folder/$name.log" 2>&1 &
    pids+=($!)
}
until_true() { # SECONDS COMMAND...: wait for it
    local tries=$(($1 * 10))
    shift
    for _ in $(seq "$tries"); do "$@" && return; sleep 0.1; done
    return 1
}

mkdir "$folder/here" "$folder/there"
ip link set lo up
unshare --net sleep infinity &
machine=$!
pids+=("$machine")
# What begins a command of one machine, with its own folder of segments and its own handles. Not functions: those run in a
# shell of their own, and what it started would go on when it is killed.
here=(env TMPDIR="$folder/here" DAO_NET_STATE="$folder/here/net")
there=(env TMPDIR="$folder/there" DAO_NET_STATE="$folder/there/net" nsenter --net="/proc/$machine/ns/net")
until_true 10 sh -c "[ \"\$(readlink /proc/$machine/ns/net)\" != \"\$(readlink /proc/$$/ns/net)\" ]" || fail "no second network namespace"
ip link add cable type veth peer name cable netns "$machine"
ip address add 10.77.0.1/24 dev cable
ip link set cable up
"${there[@]}" ip link set lo up
"${there[@]}" ip address add 10.77.0.2/24 dev cable
"${there[@]}" ip link set cable up

echo "Two machines: the camera's, 10.77.0.1, and the control room's, 10.77.0.2"
"${here[@]}" "$daoshm" create wfs 128x128 uint16 --depth 512 >/dev/null
start camera "${here[@]}" "$daoshm" fill wfs spot --rate "$rate"
start publisher "${here[@]}" "$daoshm" publish wfs --bind 10.77.0.1
until_true 20 grep -q publishing "$folder/publisher.log" || fail "no publisher: $(cat "$folder/publisher.log")"

echo
echo "control room\$ daoshm net ls"
"${there[@]}" "$daoshm" net ls
echo
start display "${there[@]}" "$daoshm" subscribe 10.77.0.1:wfs
copy=$folder/there/wfs.im.shm
until_true 20 test -e "$copy" || fail "no copy: $(cat "$folder/display.log")"
if [ -n "$python" ]; then
    start python "${there[@]}" "$python" "$root/examples/network_reader.py" 10.77.0.1:wfs --frames 100000000
fi
echo "control room\$ daoshm record 10.77.0.1:wfs night.fits --time ${seconds}s"
result=0
"${there[@]}" "$daoshm" record 10.77.0.1:wfs "$folder/night.fits" --time "${seconds}s" --timeout 20s || result=1
echo
echo "control room\$ daoshm net status"
"${there[@]}" "$daoshm" net status
echo
echo "camera\$ daoshm net status"
"${here[@]}" "$daoshm" net status
[ -z "$python" ] || { echo; echo "control room\$ python network_reader.py 10.77.0.1:wfs"; tail -n 3 "$folder/python.log"; }

count() { "${there[@]}" "$daoshm" info wfs --json | sed -n 's/^ *"cnt0": \([0-9]*\),.*/\1/p' | head -n 1; }
echo
echo "The cable is pulled for two seconds."
ip link set cable down
sleep 1 # what is under way
before=$(count)
sleep 1
held=$(count)
ip link set cable up
goes_on() { [ "$(count)" -gt "$((held + 10))" ]; }
if until_true 60 goes_on; then
    echo "While it was out the display stood at frame $held (after $before); it went on by itself to $(count)."
else
    echo "The display did not go on."
    result=1
fi
[ "$result" -eq 0 ] && echo "PASSED: no frame was lost on its way to the recorder" || echo "FAILED"
exit "$result"
