#!/usr/bin/env bash
# What is found without running anything: cppcheck over the C++ sources, gcc's -fanalyzer over the C ones (its support for
# C++ is not made for use yet, as gcc's manual says: there it finds what is not so). clang-tidy is `make tidy`.
# One configuration, that of Linux: each further one costs as much again.
# A finding is mended, or suppressed where it is with `// cppcheck-suppress` and the reason.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
export LC_ALL=C.UTF-8
failed=0
folder=build/static
mkdir -p $folder

mapfile -t sources < <(git ls-files 'src/*.cpp' 'net/*.cpp' 'tools/daoshm/*.cpp' 'python/bindings/*.cpp' 'examples/*.cpp' |
    grep -vE '_test\.cpp$|/(windows|macos)[/_.]')
echo "cppcheck: ${#sources[@]} files"
# uninitDerivedMemberVar: a base that is initialised as a whole counts as not initialised;
# missingInclude: headers of other projects are not looked into; unknownMacro: theirs; noValidConfiguration: files of other systems.
cppcheck --quiet -j "$(nproc)" --std=c++20 --language=c++ --enable=warning,performance,portability --inline-suppr \
    --cppcheck-build-dir=$folder --error-exitcode=1 --template='{file}:{line}: {id}: {message}' \
    --suppress=uninitDerivedMemberVar --suppress=missingInclude --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=noValidConfiguration \
    -D__linux__ -D__x86_64__ -DNDEBUG -Iinclude -Isrc -Inet -Itools/daoshm -Ipython/bindings "${sources[@]}" || failed=1

mapfile -t sources < <(git ls-files '*.c' | grep -vE '^(bindings/matlab|python/bindings)/|fault_shim')
# Not those: they want MATLAB and Python; and what is itself fopen() and malloc().
echo "gcc -fanalyzer: ${#sources[@]} files"
for source in "${sources[@]}"; do
    gcc -std=gnu11 -O1 -fanalyzer -Wall -Wextra -Werror -Iinclude -c -o $folder/object.o "$source" || failed=1
done
exit $failed
