#!/bin/sh
# All that one Linux machine can show of the other platforms.
set -eu
here=$(dirname "$0")
"$here/install.sh"
"$here/check_macos.sh"
"$here/run_arm64.sh"
"$here/run_windows.sh"
