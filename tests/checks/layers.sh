#!/usr/bin/env bash
# Refuses what the architecture forbids and CMake's targets do not: an OS header or OS macro outside the two platform
# folders, a second list of element types.
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
complain "An OS macro outside src/platform/, net/platform/ and tools/daoshm/platform/:" \
    "$(grep -nE "$macros" $(sources src net include tools | grep -vE '^(src|net|tools/daoshm)/platform/') || true)"

headers='<(sys/|unistd|fcntl|pthread|semaphore|signal\.h|sched|windows|dlfcn|poll|mach/|linux/|errno\.h|cerrno|csignal|io\.h|term|curses|ncurses)'
complain "An OS header outside src/platform/, net/platform/ and tools/daoshm/platform/ (dao.h brings two along for programs, and only where they exist):" \
    "$(grep -nE "#include $headers" $(sources src net include tools | grep -vE '^(src|net|tools/daoshm)/platform/|^include/dao.h|_test\.cpp$') || true)"

lists=$(grep -lE '\b_DATATYPE_U?INT16\b' $(sources src net include tools 2>/dev/null) |
    grep -vE '^include/dao.h$|_test\.cpp$' || true)
complain "Element types listed outside dao.h:" "$lists"

complain "net/ reaches into src/ (it sees include/ alone):" \
    "$(grep -nE '#include "(base|format|protocol|segment|frames|wait)/' $(sources net) || true)"

exit $failed
