#!/usr/bin/env bash
# The part of test.sh that runs in the empty Debian: the tests are in /daoshm, the wheels in /daoshm/dist.
set -euo pipefail
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore TERM=xterm-256color DEBIAN_FRONTEND=noninteractive
cd /daoshm
timed() { # WHAT COMMAND...: a line as a user types it, and how long it takes
    local what=$1 start
    shift
    start=$(date +%s%N)
    "$@" >/tmp/timed.log 2>&1 || { cat /tmp/timed.log; echo "failed: $*" >&2; exit 1; }
    awk -v what="$what" -v ns=$(($(date +%s%N) - start)) 'BEGIN { printf "  %6.1f s  %s\n", ns / 1e9, what }'
}
installed() { apt-get install -y -qq --no-install-recommends "$@" >/tmp/apt.log 2>&1 || { cat /tmp/apt.log; exit 1; }; }
terminal() { tmux -u -L first "$@"; }
picture() { # BUT: waits for a picture that is not BUT
    local screen
    for _ in $(seq 600); do
        screen=$(terminal capture-pane -p)
        if [[ $screen = *▀* && $screen != "$1" ]]; then
            printf '%s\n' "$screen"
            return
        fi
        sleep 0.05
    done
    echo "no other picture within 30 s: $screen" >&2
    return 1
}
show() { # LINE: in a shell in a terminal, a picture, and then another one, since the spot moves
    local first
    terminal new-session -d -x 80 -y 40 bash --norc -ic "$1"
    first=$(picture "") && picture "$first" >/tmp/picture.txt
}
ended() { # by Ctrl-C, and with it all that the line started
    terminal send-keys C-c
    for _ in $(seq 600); do
        [ -n "$(find /proc/[0-9]*/exe -lname '*/daoshm' 2>/dev/null)" ] || return 0
        sleep 0.05
    done
    echo "daoshm still runs 30 s after Ctrl-C" >&2
    return 1
}

# The lines of docs/guide/install.md. NumPy comes from PyPI.
apt-get update -qq
line='apt-get install -y --no-install-recommends pipx'
timed "$line" bash -c "$line"
line="pipx install --pip-args=\"--find-links='\$PWD'/dist\" daoShm"
timed "$line" bash -c "$line"
for compiler in cc gcc c++ g++ clang cmake; do
    if command -v "$compiler"; then
        echo "a compiler: the root is not empty" >&2
        exit 1
    fi
done

installed tmux
PATH=$HOME/.local/bin:$PATH
line='daoshm create cam 64x64 && { daoshm fill cam spot --rate 100 & daoshm show cam --watch; kill $!; }'
timed "$line" show "$line"
cat /tmp/picture.txt
ended
daoshm rm cam
daoshm net status >/dev/null

line='python3 -m venv ~/ao && ~/ao/bin/pip install --find-links dist daoShm'
timed "$line" bash -c "$line"

installed libaravis-0.8-0
line='tests/installed.sh'
timed "$line" bash -c "$line"
grep -E "^(SKIPPED|[0-9]+ passed)" /tmp/timed.log

# The oldest NumPy that the wheel says it takes, where there is one for this Python.
oldest=$(sed -n 's/^dependencies = .*numpy>=\([0-9.]*\).*/\1/p' pyproject.toml)
if ~/ao/bin/pip download --quiet --no-deps --only-binary :all: --dest /tmp/oldest "numpy==$oldest.*" 2>/dev/null; then
    line="TESTS=python/tests tests/installed.sh --find-links dist 'numpy==$oldest.*'"
    timed "$line" bash -c "$line"
    grep -E "^[0-9]+ passed" /tmp/timed.log
else
    echo "  NumPy $oldest, the oldest: none for this Python"
fi

line='daoshm camera simulated --interface fake & until daoshm show simulated --watch; do sleep 0.1; done'
timed "$line" show "$line"
