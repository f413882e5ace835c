#!/usr/bin/env bash
# Refuses what the architecture forbids and CMake's targets do not: an OS header or OS macro outside the platform folders,
# an include against the arrows of net/CMakeLists.txt, a second list of element types; and a list that more than one file has
# to have (element types, results and error codes, offsets, keys of messages, commands) where it is not the same in all of them.
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
# What ends a thread of Python, and what asks Python's own library, is Python's seam and not the library's.
python_seam='^python/bindings/(take_back\.c|interpreter\.cpp)$'
complain "An OS macro outside src/platform/, net/platform/ and tools/daoshm/platform/:" \
    "$(grep -nE "$macros" $(sources src net include tools python/bindings |
        grep -vE "^(src|net|tools/daoshm)/platform/|$python_seam") || true)"

headers='<(sys/|unistd|fcntl|dirent|pthread|semaphore|signal\.h|sched|spawn|ucontext|pwd|grp\.h|dlfcn|poll|arpa/|net/|netinet/|netdb|ifaddrs|mach/|linux/'
headers+='|windows|winsock|ws2|aclapi|sddl|errno\.h|cerrno|csignal|io\.h|process\.h|langinfo|term|curses|ncurses)'
complain "An OS header outside src/platform/, net/platform/ and tools/daoshm/platform/ (dao.h brings some along for programs, and only where they exist):" \
    "$(grep -nE "#include $headers" $(sources src net include tools python/bindings |
        grep -vE "^(src|net|tools/daoshm)/platform/|^include/dao.h|_test\.cpp$|$python_seam") || true)"

lists=$(grep -lE '\b_DATATYPE_U?INT16\b' $(sources src net include tools 2>/dev/null) |
    grep -vE '^include/dao.h$|_test\.cpp$' || true)
complain "Element types listed outside dao.h:" "$lists"

complain "net/ reaches into src/ (it sees include/ alone):" \
    "$(grep -nE '#include "(base|format|protocol|segment|frames|wait)/' $(sources net) || true)"

net_folders=$(sed -n 's/^#   \([a-z]*\)  .*/\1/p' net/CMakeLists.txt)
for folder in $net_folders; do
    seen=$(sed -n "s/^#   $folder  .*-> //p" net/CMakeLists.txt)
    [ "$seen" = all ] && continue
    complain "net/$folder includes against the arrows of net/CMakeLists.txt (it sees itself and: ${seen:-nothing}):" \
        "$(grep -nE "#include \"($(echo $net_folders | tr ' ' '|'))/" \
            $(sources net/"$folder" | grep -v '_test\.cpp$') |
            grep -vE "\"($(echo "$folder $seen" | tr -d , | tr ' ' '|'))/" || true)"
done
complain "A folder of net/ that is not in the list of net/CMakeLists.txt:" \
    "$(comm -13 <(echo "$net_folders" | sort) <(find net -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort))"

for list in elements results offsets wire commands; do
    tests/checks/"$list.py" || failed=1
done

exit $failed
