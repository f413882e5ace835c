#!/usr/bin/env bash
# Builds the reference into build/docs/html. An undocumented public name is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/docs
doxygen docs/Doxyfile
echo "The reference: build/docs/html/index.html"
