#!/usr/bin/env bash
# Runs writers and readers side by side: run.sh FOLDER SUFFIX "WRITER ARGUMENTS" ... -- "READER ARGUMENTS" ...
# Programs are FOLDER/field_NAME_SUFFIX; a word NAME.shm among the arguments is a segment, or file, of this run's own, the
# first one of a writer the segment that it makes. When all readers are through, the writers are ended by SIGINT; all must
# have succeeded, and no writer may have ended by itself.
set -uo pipefail
folder=$1 suffix=$2
shift 2
work=$(mktemp -d /tmp/fieldXXXXXX)
declare -A writers=() readers=()

finish() {
    for process in "${!writers[@]}" "${!readers[@]}"; do kill -KILL "$process" 2>/dev/null; done
    rm -rf "$work" /dev/shm/sem."${work#/tmp/}"_*
}
trap finish EXIT
trap 'exit 1' INT TERM

fail() {
    echo "$*" >&2
    exit 1
}

path_of() { echo "$work/${work#/tmp/}_${1%.shm}.im.shm"; }

start() { # NAME ARGUMENTS...
    local program=$folder/field_$1_$suffix word arguments=()
    shift
    for word in "$@"; do
        case $word in *.shm) word=$(path_of "$word") ;; esac
        arguments+=("$word")
    done
    "$program" "${arguments[@]}" &
}

# DAO's named semaphores are made a moment after their segment.
wait_for_segment() { # PROGRAM SEGMENT
    local path
    path=$(path_of "$2")
    until [ -e "$path" ] && { [ "${DAO_COMPATIBILITY:-0}" = 0 ] ||
        [ -e "/dev/shm/sem.$(basename "${path%%.*}")_semlog" ]; }; do sleep 0.02; done
}

while [ "$1" != -- ]; do
    # shellcheck disable=SC2086 # words without blanks
    start $1
    writers[$!]=$1
    # shellcheck disable=SC2086
    wait_for_segment $1
    shift
done
shift
for reader in "$@"; do
    # shellcheck disable=SC2086
    start $reader
    readers[$!]=$reader
done
while [ ${#readers[@]} -gt 0 ]; do
    wait -n -p ended "${!readers[@]}" "${!writers[@]}"
    status=$?
    [ -n "${readers[$ended]:-}" ] || fail "a writer ended by itself ($status): ${writers[$ended]}"
    [ $status -eq 0 ] || fail "a reader failed ($status): ${readers[$ended]}"
    unset "readers[$ended]"
done
for process in "${!writers[@]}"; do kill -INT "$process"; done
for process in "${!writers[@]}"; do
    wait "$process"
    status=$?
    [ $status -eq 0 ] || fail "a writer failed ($status): ${writers[$process]}"
done
writers=()
