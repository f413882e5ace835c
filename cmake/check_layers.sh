#!/usr/bin/env bash
# Refuses what the architecture forbids: an OS header or OS macro outside the two platform folders, an include against the
# arrows base <- format <- ring, base <- platform <- wait, both <- segment <- capi, a second list of element types.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

complain() { # TITLE LINES
    [ -z "$2" ] && return
    printf '%s\n%s\n' "$1" "$2" >&2
    failed=1
}

sources() { find "$@" -name '*.cpp' -o -name '*.hpp' -o -name '*.h' -o -name '*.c'; }

macros='__linux__|__APPLE__|__MACH__|_WIN32|_WIN64|__unix__|__MINGW32__|__FreeBSD__|__ANDROID__'
complain "An OS macro outside src/platform/ and tools/daoshm/platform/:" \
    "$(grep -nE "$macros" $(sources src include tools | grep -vE '^(src|tools/daoshm)/platform/') || true)"

headers='<(sys/|unistd|fcntl|pthread|semaphore|signal\.h|sched|windows|dlfcn|poll|mach/|linux/|errno\.h|cerrno|csignal|io\.h|term|curses|ncurses)'
complain "An OS header outside src/platform/ and tools/daoshm/platform/ (dao.h brings two along for programs, and only where they exist):" \
    "$(grep -nE "#include $headers" $(sources src include tools | grep -vE '^(src|tools/daoshm)/platform/|^include/dao.h|_test\.cpp$') || true)"

declare -A may=(
    [base]="base" [format]="base format" [ring]="base format ring" [platform]="base platform"
    [wait]="base platform wait" [segment]="base format ring platform wait segment"
    [capi]="base format ring platform wait segment capi"
)
for layer in "${!may[@]}"; do
    allowed=$(echo "${may[$layer]}" | tr ' ' '|')
    complain "src/$layer may include only: ${may[$layer]}" \
        "$(grep -nE '#include "[a-z]+/' $(sources src/"$layer" | grep -v '_test\.cpp$') | grep -vE "\"($allowed)/" || true)"
done

lists=$(grep -lE '\b_DATATYPE_U?INT16\b' $(sources src include tools 2>/dev/null) |
    grep -vE '^include/dao.h$|_test\.cpp$' || true)
complain "Element types listed outside dao.h:" "$lists"

exit $failed
