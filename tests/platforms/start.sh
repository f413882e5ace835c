# How each of the checks beside this file starts; sourced by sh. Sets root, and builds, the folder to build in.
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/cmake/install_packages.sh" platforms
mkdir -p "${DAO_BUILD_FOLDER:-$root/build}"
builds=$(cd "${DAO_BUILD_FOLDER:-$root/build}" && pwd)
