#!/usr/bin/env bash
# The demonstration: a small adaptive optics system, each part a separate process.
# Usage: run.sh BUILD_FOLDER [--camera NAME] [--seconds N | --short] [--rate HZ]
#   --camera NAME   a real camera, by its name in `daoshm camera --list`, instead of the simulated one
#   --seconds N     duration of the measurement; default 20, with --short 5
#   --rate HZ       frames per second; default 500
# DAO_DEMO_PARENT: where the folder of its segments is made; default /dev/shm, or /tmp.
# Exit code 1 when a frame was torn, repeated or lost. The picture of the last frame: BUILD_FOLDER/demo.png.
set -euo pipefail

demo=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$demo/../.." && pwd)
fail() { echo "demo: $*" >&2; exit 2; }
[ $# -ge 1 ] || fail "no build folder given; expected one such as build/release"
build=$(cd "$1" && pwd) || fail "$1: not a folder; expected a build folder"
arguments=("$@")
shift
camera='' seconds=20 rate=500
while [ $# -gt 0 ]; do
    case $1 in
    --camera) camera=${2:?--camera needs a name}; shift ;;
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --rate) rate=${2:?--rate needs a number}; shift ;;
    --short) seconds=5 ;;
    *) fail "unknown argument $1" ;;
    esac
    shift
done
programs=$build/examples/demo
daoshm=$build/tools/daoshm/daoshm
for program in "$daoshm" "$programs"/demo_{sensor,centroids,reconstruct,mirror}; do
    [ -x "$program" ] || fail "$program is not built; it needs libaravis-dev, libusb-1.0-0-dev and libopenblas-dev"
done

# Python with the package: that of DAO_PYTHON, else a virtual environment in the build folder of the project.
python=${DAO_PYTHON:-$root/build/python-venv/bin/python}
if ! "$python" -c "import daoShm" 2>/dev/null; then
    [ -z "${DAO_PYTHON:-}" ] || fail "$python: the package daoShm is not installed"
    echo "Installing the Python package into build/python-venv"
    [ -x "$python" ] || python3 -m venv "$root/build/python-venv"
    "$python" -m pip install --quiet --disable-pip-version-check "$root"
fi

# A private network with only loopback: the simulated camera reaches no other process of this machine.
if [ -z "$camera" ] && [ -z "${DAO_DEMO_NETWORK:-}" ]; then
    export DAO_PYTHON=$python
    if unshare -rn ip link set lo up 2>/dev/null; then
        DAO_DEMO_NETWORK=private exec unshare -rn "$0" "${arguments[@]}"
    fi
    export DAO_DEMO_NETWORK=none
fi

parent=${DAO_DEMO_PARENT:-$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)}
folder=$(mktemp -d "$parent/daoShm-demo.XXXXXX")
declare -A pids=()
stop() { # NAME: end it, and return its exit code
    local pid=${pids[$1]:-}
    [ -n "$pid" ] || return 0
    unset "pids[$1]"
    kill "$pid" 2>/dev/null || true
    wait "$pid"
}
clean_up() {
    for name in "${!pids[@]}"; do stop "$name" || true; done
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
start() { # NAME COMMAND...
    local name=$1
    shift
    "$@" >"$folder/$name.log" 2>&1 &
    pids[$name]=$!
}

segments=("$folder/camera" "$folder/slopes" "$folder/matrix" "$folder/commands")
camera_options=(--depth 128 --buffers 256 --frame-rate "$rate")
stamped=()
if [ -n "$camera" ]; then
    echo "Camera: $camera"
    camera_options+=(--name "$camera")
elif [ "$DAO_DEMO_NETWORK" = private ]; then
    echo "Camera: GigE Vision over UDP, simulated by Aravis, in a private network namespace"
    ip link set lo up
    start sensor "$programs/demo_sensor" 127.0.0.1
    for _ in $(seq 200); do grep -q ready "$folder/sensor.log" && break; sleep 0.05; done
    camera_options+=(--interface gige --region 0,0,128,128 --packet-size 9000)
    stamped=(--stamped)
else
    echo "Camera: simulated by Aravis within the process, without a network: this machine allows no private one"
    camera_options+=(--interface fake --region 0,0,128,128)
fi
start camera "$daoshm" camera "${segments[0]}" "${camera_options[@]}"
start centroids "$programs/demo_centroids" "${segments[0]}" "${segments[1]}" "${stamped[@]}"
start reconstruct env OPENBLAS_NUM_THREADS=1 "$programs/demo_reconstruct" "${segments[@]:1:3}"
start monitor "$python" "$demo/monitor.py" "${segments[@]}" "$build/demo.png"

live=()
[ -t 1 ] && live=(--live)
result=0
"$programs/demo_mirror" "${segments[@]}" "$seconds" "${live[@]}" || result=$?
for name in camera centroids reconstruct monitor sensor; do
    code=0
    stop "$name" || code=$?
    [ "$code" -eq 0 ] && continue
    echo "demo: $name ended with code $code: $(tail -n 3 "$folder/$name.log")" >&2
    [ "$result" -ne 0 ] || result=1
done
echo "picture of the last frame: $build/demo.png"
exit "$result"
