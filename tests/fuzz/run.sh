#!/usr/bin/env bash
# Builds the fuzz targets and runs them side by side from the inputs in corpus/, then says what they reached.
#     run.sh SECONDS [TARGET...]
# What is new is kept in build/fuzz/corpus/; an input that fails, in build/fuzz/failures/: give it to the program to see it again.
set -euo pipefail
seconds=${1:?seconds}
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. cmake/cache.sh
cmake --preset fuzz >/dev/null
cmake --build build/fuzz
programs=build/fuzz/tests/fuzz
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd $programs && ls -d fuzz_* | grep -v '\.' | grep -v common | sed 's/^fuzz_//')
mkdir -p build/fuzz/failures build/fuzz/logs

cores=$(nproc)
failed=0
running=0
finish() { wait -n || failed=1; running=$((running - 1)); }
for target in "${targets[@]}"; do
    mkdir -p "build/fuzz/corpus/$target"
    LLVM_PROFILE_FILE=/dev/null "$programs/fuzz_$target" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=2048 \
        -max_len=1000 -len_control=0 -artifact_prefix="build/fuzz/failures/$target-" -print_final_stats=1 \
        "build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" >"build/fuzz/logs/$target.log" 2>&1 &
    running=$((running + 1))
    [ $running -lt "$cores" ] || finish
done
while [ $running -gt 0 ]; do finish; done

# What of the sources they reached, from the inputs alone.
printf '%-18s %12s %9s %8s %9s\n' target inputs/run corpus lines branches
for target in "${targets[@]}"; do
    program=$programs/fuzz_$target
    profile=build/fuzz/logs/$target
    LLVM_PROFILE_FILE=$profile.profraw "$program" -runs=0 -max_len=1000 "build/fuzz/corpus/$target" \
        "tests/fuzz/corpus/$target" >/dev/null 2>&1 || failed=1
    reached='- -'
    if merge=$(command -v llvm-profdata llvm-profdata-14 | head -1) && [ -n "$merge" ]; then
        "$merge" merge -sparse "$profile.profraw" -o "$profile.profdata"
        reached=$("${merge/profdata/cov}" report "$program" -instr-profile="$profile.profdata" \
            -ignore-filename-regex='tests/|/usr/' 2>/dev/null | awk '/^TOTAL/ { print $10, $13 }')
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/logs/$target.log")
    # shellcheck disable=SC2086
    printf '%-18s %12s %9s %8s %9s\n' "$target" "${runs:-failed}" "$(ls "build/fuzz/corpus/$target" | wc -l)" $reached
done
if [ $failed -ne 0 ]; then
    grep -hE 'ERROR|violated|runtime error|SUMMARY' build/fuzz/logs/*.log | head -20
    echo "failed; inputs in build/fuzz/failures/, logs in build/fuzz/logs/" >&2
    exit 1
fi
