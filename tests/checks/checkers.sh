# The checkers of requirements.txt, in the cache; sourced by sh after setting root. Sets checkers, a folder of programs.
. "$root/cmake/cache.sh"
fetch_checkers() {
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$root/tests/checks/requirements.txt"
    for program in ruff mypy clang-format clang-tidy; do # scripts that name the folder they were made in
        sed -i "1s|$1|$DAO_CACHE/$checker_folder|" "$1/bin/$program"
    done
}
checker_folder=checkers/$(python3 -VV | key_of "$root/tests/checks/requirements.txt" -)
cached "$checker_folder" fetch_checkers
checkers=$DAO_CACHE/$checker_folder/bin
