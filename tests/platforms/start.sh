# How each of the checks beside this file starts; sourced by sh. Sets root, and builds, the folder to build in.
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/cmake/packages.sh" install platforms
. "$root/cmake/cache.sh"
mkdir -p "${DAO_BUILD_FOLDER:-$root/build}"
builds=$(cd "${DAO_BUILD_FOLDER:-$root/build}" && pwd)
jobs=${DAO_JOBS:-$(nproc)}
warnings_as_errors=${DAO_WARNINGS_AS_ERRORS:-OFF}
