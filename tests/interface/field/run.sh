#!/bin/sh
# Runs writers and readers side by side: run.sh FOLDER SUFFIX "WRITER ARGUMENTS" ... -- "READER ARGUMENTS" ...
# Programs are FOLDER/field_NAME_SUFFIX; a word NAME.shm among the arguments is a segment, or file, of this run's own. When
# all readers are through, the writers are ended by SIGINT; all must have succeeded.
set -u
folder=$1 suffix=$2
shift 2
work=$(mktemp -d /tmp/fieldXXXXXX)
stamp=${work#/tmp/}
writers='' readers='' failed=0

finish() {
    for process in $writers $readers; do kill -KILL "$process" 2>/dev/null; done
    rm -rf "$work" /dev/shm/sem."$stamp"_*
}
trap finish EXIT
trap 'exit 1' INT TERM

start() { # NAME ARGUMENTS...
    program=$folder/field_$1_$suffix
    shift
    arguments=''
    for word in "$@"; do
        case $word in *.shm) word=$work/${stamp}_${word%.shm}.im.shm ;; esac
        arguments="$arguments $word"
    done
    # shellcheck disable=SC2086 # words without blanks
    "$program" $arguments &
}

while [ "$1" != -- ]; do
    # shellcheck disable=SC2086
    start $1
    writers="$writers $!"
    shift
done
shift
for reader in "$@"; do
    # shellcheck disable=SC2086
    start $reader
    readers="$readers $!"
done
for process in $readers; do
    wait "$process" || { echo "a reader failed ($?)" >&2; failed=1; }
done
readers=''
for process in $writers; do kill -INT "$process"; done
for process in $writers; do
    wait "$process" || { echo "a writer failed ($?)" >&2; failed=1; }
done
writers=''
exit $failed
