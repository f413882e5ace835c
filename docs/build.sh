#!/usr/bin/env bash
# Builds the site into build/docs/site: these pages and the references of C, C++ and Python. An undocumented public name
# and a link that leads nowhere are errors.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. cmake/cache.sh
fetch() {
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check -r docs/requirements.txt
}
tools=docs-tools/$(python3 -VV | key_of docs/requirements.txt -)
cached "$tools" fetch
python/environment.sh # the package, for the reference of Python
mkdir -p build/docs
python3 docs/images/make_plots.py
doxygen docs/Doxyfile
docs/order_sections.py build/docs/xml/dao_8h.xml build/docs/xml/daoNet_8h.xml
package=$("${DAO_VENV:-build/python-venv}/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
packages=$(cat "$package/cached_packages.pth")
PYTHONPATH=$package:$packages "$DAO_CACHE/$tools/bin/python" -m sphinx -q -W --keep-going -j auto -b html docs build/docs/site
echo "The site: build/docs/site/index.html"
