#!/usr/bin/env bash
# Refuses what the architecture forbids and CMake's targets do not: an OS header or OS macro outside src/platform/, a
# second list of element types.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=0

complain() { # TITLE LINES
    [ -z "$2" ] && return
    printf '%s\n%s\n' "$1" "$2" >&2
    failed=1
}

sources() { find "$@" -name '*.cpp' -o -name '*.hpp' -o -name '*.h' -o -name '*.c'; }

macros='__linux__|__APPLE__|__MACH__|_WIN32|_WIN64|__unix__|__MINGW32__|__FreeBSD__|__ANDROID__'
complain "An OS macro outside src/platform/:" \
    "$(grep -nE "$macros" $(sources src include | grep -v '^src/platform/') || true)"

headers='<(sys/|unistd|fcntl|pthread|semaphore|signal\.h|sched|windows|dlfcn|poll|mach/|linux/|errno\.h|cerrno|csignal)'
complain "An OS header outside src/platform/ (dao.h brings two along for programs, and only where they exist):" \
    "$(grep -nE "#include $headers" $(sources src include | grep -vE '^src/platform/|^include/dao.h|_test\.cpp$') || true)"

lists=$(grep -lE '\b_DATATYPE_U?INT16\b' $(sources src include tools 2>/dev/null) |
    grep -vE '^include/dao.h$|_test\.cpp$' || true)
complain "Element types listed outside dao.h:" "$lists"

exit $failed
