#!/usr/bin/env bash
# Builds the fuzz targets and runs them side by side from the inputs in corpus/, then says what they reached.
#     run.sh [--optional] SECONDS [TARGET...]
#     run.sh [--optional] build     without running them
#     run.sh [--optional] brief     those in corpus/ and a few more, the same each time: 1,000 of each or 3 seconds
# What is new is kept in build/fuzz/corpus/; an input that fails, in build/fuzz/failures/: give it to the program to see it
# again. Nothing is written outside build/fuzz/. With --optional, a machine without clang's libFuzzer passes.
set -euo pipefail
is_optional=
if [ "${1:-}" = --optional ]; then
    is_optional=yes
    shift
fi
seconds=${1:?seconds, build or brief}
case $seconds in
build | brief) ;;
*[!0-9]* | 0) echo "fuzz: $seconds; expected a number of seconds, build or brief" >&2 && exit 2 ;;
esac
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
. cmake/cache.sh
mkdir -p build/fuzz/{failures,logs,work}
if ! echo 'extern "C" int LLVMFuzzerTestOneInput(const char *, unsigned long) { return 0; }' |
    clang++ -fsanitize=fuzzer,address -x c++ - -o build/fuzz/work/trial 2>build/fuzz/logs/trial.log; then
    echo "fuzz: not run: no clang with libFuzzer (cmake/packages.sh install fuzz): $(tail -1 build/fuzz/logs/trial.log)" >&2
    [ -n "$is_optional" ] && exit 0 || exit 1
fi
cmake --preset fuzz -DDAO_WARNINGS_AS_ERRORS="${DAO_WARNINGS_AS_ERRORS:-OFF}" >build/fuzz/logs/configure.log || { cat build/fuzz/logs/configure.log; exit 1; }
cmake --build build/fuzz --target fuzzers
[ "$seconds" != build ] || exit 0

programs=$root/build/fuzz/tests/fuzz
logs=$root/build/fuzz/logs
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd "$programs" && find . -maxdepth 1 -type f -executable -name 'fuzz_*' |
    sed 's/.*fuzz_//' | sort)
common=(-timeout=120 -rss_limit_mb=2048 -max_len=1000)
corpora=build/fuzz/corpus
seed=0 # by the clock
if [ "$seconds" = brief ]; then
    seconds=3
    seed=1
    common+=(-runs=1000)
    corpora=build/fuzz/work/brief # begins empty: what an earlier run found would change what comes
    rm -rf $corpora
fi

cores=$(nproc)
failed=0
running=0
finish() { wait -n || failed=1; running=$((running - 1)); }
for target in "${targets[@]}"; do
    own=$corpora/$target
    given=tests/fuzz/corpus/$target
    mkdir -p "$own"
    (cd build/fuzz/work && LLVM_PROFILE_FILE=/dev/null exec "$programs/fuzz_$target" -max_total_time="$seconds" "${common[@]}" \
        -seed=$seed -len_control=0 -artifact_prefix="$root/build/fuzz/failures/$target-" -print_final_stats=1 \
        "$root/$own" "$root/$given" >"$logs/$target.log" 2>&1) &
    running=$((running + 1))
    [ $running -lt "$cores" ] || finish
done
while [ $running -gt 0 ]; do finish; done

# What of the sources they reached, from the inputs alone.
merge=$(command -v llvm-profdata llvm-profdata-14 | head -1 || true)
printf '%-18s %12s %9s %8s %9s\n' target inputs/run corpus lines branches
for target in "${targets[@]}"; do
    program=$programs/fuzz_$target
    reached='- -'
    if [ -n "$merge" ] && [ $failed -eq 0 ] && [ $seed -eq 0 ]; then
        (cd build/fuzz/work && LLVM_PROFILE_FILE=$logs/$target.profraw "$program" -runs=0 "${common[@]}" \
            "$root/build/fuzz/corpus/$target" "$root/tests/fuzz/corpus/$target" >/dev/null 2>&1) || failed=1
        "$merge" merge -sparse "$logs/$target.profraw" -o "$logs/$target.profdata"
        reached=$("${merge/profdata/cov}" report "$program" -instr-profile="$logs/$target.profdata" \
            -ignore-filename-regex='tests/|/usr/' 2>/dev/null | awk '/^TOTAL/ { print $10, $13 }')
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$logs/$target.log")
    # shellcheck disable=SC2086
    printf '%-18s %12s %9s %8s %9s\n' "$target" "${runs:-failed}" "$(ls "$corpora/$target" | wc -l)" $reached
done
if [ $failed -ne 0 ]; then
    for target in "${targets[@]}"; do
        grep -hE 'Sanitizer|libFuzzer:|violated|runtime error|SUMMARY|Test unit written' "$logs/$target.log" || true
    done | head -40
    echo "failed; inputs in build/fuzz/failures/, logs in build/fuzz/logs/" >&2
    exit 1
fi
