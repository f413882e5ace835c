#!/usr/bin/env bash
# Whether the recipes in FOLDER hold, as far as this machine has their tools: check.sh FOLDER
# Of a tool that is missing it says so. Homebrew's is checked for form, all else by the shelf's own tools or its language's.
set -euo pipefail
folder=${1:?usage: check.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/cmake/cache.sh"
fetch() {
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: py-rattler-build
}
tools=rattler-tools/$(python3 -VV | cat - "$0" | key_of -)
cached "$tools" fetch

has() { command -v "$1" >/dev/null || { echo "$2: not checked, $1 is not installed"; return 1; }; }
"$DAO_CACHE/$tools/bin/python" "$here/check_conda.py" "$folder/conda-forge/recipe.yaml"
python3 -m json.tool "$folder/vcpkg/vcpkg.json" >/dev/null
if has cmake vcpkg; then
    # A script cannot call vcpkg's functions; what they are is no matter to the form.
    sed -n 's/^ *\(vcpkg_[a-z_]*\)(.*/function(\1)\nendfunction()/p' "$folder/vcpkg/portfile.cmake" | cat - "$folder/vcpkg/portfile.cmake" |
        sed "1i cmake_minimum_required(VERSION 3.22)" | sed 's/^file(REMOVE_RECURSE.*//' >"$folder/vcpkg/form.cmake"
    cmake -P "$folder/vcpkg/form.cmake"
    rm "$folder/vcpkg/form.cmake"
    echo "vcpkg: valid"
fi
if has ruby Homebrew; then ruby -w "$here/check_homebrew.rb" "$folder/homebrew/daoshm.rb"; fi
if has rpmspec RPM; then
    rpmspec --query --undefine=_debugsource_packages --define "_unitdir /usr/lib/systemd/system" \
        --define "_tmpfilesdir /usr/lib/tmpfiles.d" \
        "$folder/rpm/daoshm.spec" 2>"$folder/rpm/log" | sort || { cat "$folder/rpm/log"; exit 1; }
    rm -f "$folder/rpm/log"
fi
bash -n "$folder/aur/PKGBUILD"
# What makepkg reads of it, and what it defines, shellcheck does not know.
if has shellcheck "AUR, in depth"; then shellcheck --shell=bash --exclude=SC2034,SC2154 "$folder/aur/PKGBUILD"; fi
(
    # shellcheck disable=SC1091
    . "$folder/aur/PKGBUILD"
    # shellcheck disable=SC2154
    echo "AUR: valid, $pkgname $pkgver-$pkgrel"
)
