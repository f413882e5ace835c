#!/usr/bin/env bash
# Runs a command on a machine that is taken away at random, as a hypervisor does it:
#     stolen.sh frozen|scarce COMMAND...
# frozen: all its processes stop for 0.3 to 4 s, again after 1 to 8 s. scarce: they have half a second to a second of
# processor time in each second, and stop until the next one when it is used up. Needs root and cgroup v1.
# LATE_SEED: where the random numbers begin.
set -euo pipefail
how=${1:-}
case $how in frozen) kind=freezer ;; scarce) kind=cpu ;; *) echo "stolen.sh: $how: expected frozen or scarce" >&2 && exit 2 ;; esac
shift
seed=${LATE_SEED:-$RANDOM}
RANDOM=$seed
group=/sys/fs/cgroup/$kind/daoshm-tests-$$
mkdir "$group" || { echo "stolen.sh: $group cannot be made; it needs root and cgroup v1 with $kind" >&2 && exit 2; }

set_to() { # FILE VALUE
    echo "$2" >"$group/$1"
}

end() {
    trap '' INT TERM
    [ "$kind" != freezer ] || set_to freezer.state THAWED
    # Nothing of it outlives the command; what moves processes within the group meanwhile is asked again.
    for _ in $(seq 100); do
        left=$(cat "$group/cgroup.procs")
        [ -n "$left" ] || break
        kill -KILL $left 2>/dev/null || true # each of them is in the group
        sleep 0.1
    done
    rmdir "$group"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ "$kind" != cpu ] || set_to cpu.cfs_period_us 1000000
(set_to cgroup.procs "$BASHPID" && exec "$@") &
command=$!
stops=0
while kill -0 "$command" 2>/dev/null; do
    if [ "$kind" = freezer ]; then
        sleep "$((1 + RANDOM % 7)).$((RANDOM % 10))"
        stop_ms=$((300 + RANDOM % 3701))
        set_to freezer.state FROZEN
        sleep "$((stop_ms / 1000)).$(printf %03d $((stop_ms % 1000)))"
        set_to freezer.state THAWED
    else
        set_to cpu.cfs_quota_us "$((500000 + RANDOM * 10 % 500001))"
        sleep 2.5
    fi
    stops=$((stops + 1))
done
code=0
wait "$command" || code=$?
echo "stolen.sh: $how, seed $seed, changed $stops times: exit code $code"
exit "$code"
