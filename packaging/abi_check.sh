#!/bin/sh
# The symbols of libdao.so and libdaoNet.so against those of a release: abi_check.sh TAG VERSION
# A symbol may come in any version; one may go only with a new major version.
set -eu
cd "$(dirname "$0")/.."
last=$1 version=$2
old=$(mktemp)
trap 'rm -f "$old"' EXIT
major() { echo "${1#v}" | cut -d. -f1; }
for new in tests/abi/*.symbols; do
    library=$(basename "$new" .symbols)
    git show "$last:$new" >"$old" 2>/dev/null || { echo "$library: new since $last"; continue; }
    gone=$(LC_ALL=C comm -23 "$old" "$new")
    added=$(LC_ALL=C comm -13 "$old" "$new" | wc -l)
    if [ -z "$gone" ]; then
        echo "$library: all $(wc -l <"$old") symbols of $last are there; $added are new"
    elif [ "$(major "$last")" != "$(major "$version")" ]; then
        echo "$library: gone since $last, which a new major version may do: $(echo "$gone" | wc -l) symbols"
    else
        printf '%s: gone since %s:\n%s\nPrograms that use them no longer start. Keep them, or raise the major version.\n' \
            "$library" "$last" "$gone" >&2
        exit 1
    fi
done
