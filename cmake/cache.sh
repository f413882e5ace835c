# Where is kept what is made or fetched once, outside the clone; sourced by sh after setting root, the clone.
# DAO_CACHE names the folder. What lies in it is keyed by its recipe: it can be shared by clones and removed at any time.
DAO_CACHE=${DAO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/daoshm}
PIP_CACHE_DIR=${PIP_CACHE_DIR:-$DAO_CACHE/pip}
export DAO_CACHE PIP_CACHE_DIR
if command -v ccache >/dev/null; then
    CMAKE_C_COMPILER_LAUNCHER=${CMAKE_C_COMPILER_LAUNCHER-ccache}
    CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
    CCACHE_DIR=${CCACHE_DIR:-$DAO_CACHE/ccache}
    CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1              # clones in different folders share
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime # what precompiled headers want
    CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-10G} # sanitizers, packages and other platforms take some 4 GB
    export CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER CCACHE_DIR CCACHE_BASEDIR CCACHE_NOHASHDIR \
        CCACHE_SLOPPINESS CCACHE_MAXSIZE
fi

# cached FOLDER COMMAND...: makes a folder of the cache once. The command gets the name of an empty folder to fill, and
# what it leaves there takes the name when it succeeded: nobody sees half of it.
cached() {
    [ -d "$DAO_CACHE/$1" ] && return
    find "$DAO_CACHE" -maxdepth 1 -name 'unfinished.*' -mtime +0 -exec rm -rf {} + 2>/dev/null || true
    unfinished="$DAO_CACHE/unfinished.$$"
    rm -rf "$unfinished"
    mkdir -p "$(dirname "$DAO_CACHE/$1")" "$unfinished"
    cached_name=$1
    shift
    "$@" "$unfinished" # not in a condition, where the shell would pass over failures inside it
    mv -T "$unfinished" "$DAO_CACHE/$cached_name" 2>/dev/null || rm -rf "$unfinished" # another was quicker
}

# key_of FILE...: a short key of what the files hold, for names in the cache.
key_of() {
    cat "$@" | sha256sum | cut -c 1-16
}
