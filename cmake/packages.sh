#!/usr/bin/env bash
# The Debian or Ubuntu packages that parts of this project need.
#     packages.sh check PART...     says what is missing and which package brings it; exit code 1 when something is
#     packages.sh install PART...   installs what is missing, by apt, as root or through sudo
#     packages.sh list PART...      prints the names of all of them
# Parts: build, tests, checks, fuzz, coverage, static, bindings, demo, docs, platforms, fresh, wheel, arm64-wheel, deb,
# shelves, free-threaded.
set -euo pipefail

# PART PACKAGE WHAT IT BRINGS
table='
build   cmake                       the build system CMake
build   ninja-build                 the build system Ninja
build   g++                         a C++ compiler
build   pkg-config                  pkg-config, which finds libraries
build   libcli11-dev                CLI11, for daoshm
build   libfmt-dev                  fmt, for daoshm
build   nlohmann-json3-dev          nlohmann-json, for daoshm
build   libzmq3-dev                 ZeroMQ, for the network
build   cppzmq-dev                  the C++ header of ZeroMQ, for the network
build   libcfitsio-dev              CFITSIO, for daoshm
build   libncurses-dev              ncurses, for daoshm
build   zlib1g-dev                  zlib, for daoshm
build   libaravis-dev               Aravis, for cameras in daoshm
build   libusb-1.0-0-dev            libusb, for cameras in daoshm
tests   ccache                      ccache, which compiles nothing twice
tests   libgtest-dev                GoogleTest
tests   libboost-dev                Boost, for the benchmarks
tests   libbenchmark-dev            Google Benchmark, for the benchmarks
tests   relacy-dev                  relacy, which checks memory orders
tests   spin                        spin, which checks the protocol in every interleaving
tests   python3                     Python
tests   python3-venv                virtual environments of Python
tests   python3-dev                 headers of Python
tests   zsh                         zsh, for tests of completion
tests   fish                        fish, for tests of completion
tests   groff                       groff, for tests of manual pages
tests   jq                          jq, for an example of the documentation
tests   tmux                        tmux, a terminal for tests of daoshm
checks  shellcheck                  shellcheck, which reads what workflows run
checks  clang                       a second C and C++ compiler
checks  git                         git, which lists the sources
checks  python3-venv                virtual environments of Python
bindings    octave-dev              Octave and its compiler, for the MATLAB binding
fuzz    clang                       a second C and C++ compiler
fuzz    libclang-rt-dev             libFuzzer, and the sanitizers of clang
fuzz    llvm                        llvm-cov, which says what was reached
coverage    gcovr                   gcovr, which sums up what was reached
static  cppcheck                    cppcheck
static  gcc                         gcc and its -fanalyzer
demo    aravis-tools                a simulated network camera
demo    libopenblas-dev             a BLAS, for the reconstructor
demo    python3-venv                virtual environments of Python
demo    iproute2                    ip, for a private network
fresh   debootstrap                 debootstrap, which makes an empty Debian
docs    doxygen                     Doxygen
docs    graphviz                    Graphviz
docs    python3-dev                 headers of Python
docs    python3-venv                virtual environments of Python
platforms   cmake                   the build system CMake
platforms   ninja-build             the build system Ninja
platforms   pkg-config              pkg-config, which finds libraries
platforms   ccache                  ccache, which compiles nothing twice
platforms   g++-mingw-w64-x86-64-posix  a C++ compiler for Windows
platforms   libz-mingw-w64-dev      zlib for Windows
platforms   automake                automake, for the sources of libsodium
platforms   libtool                 libtool, for the sources of libsodium
platforms   gcc                     a C compiler, for tools of the build
platforms   make                    make
platforms   dpkg-dev                dpkg-source, which unpacks sources
platforms   cppzmq-dev              the C++ header of ZeroMQ, for the network
platforms   libcli11-dev            CLI11, for daoshm
platforms   libfmt-dev              fmt, for daoshm
platforms   nlohmann-json3-dev      nlohmann-json, for daoshm
platforms   wine64                  Wine
platforms   wine                    Wine
platforms   g++-aarch64-linux-gnu   a C++ compiler for ARM64
platforms   qemu-user               qemu
platforms   googletest              sources of GoogleTest
platforms   python3-venv            virtual environments of Python
platforms   tmux                    tmux, a terminal for tests of daoshm
wheel   libcli11-dev                CLI11, for daoshm
wheel   libfmt-dev                  fmt, for daoshm
wheel   nlohmann-json3-dev          nlohmann-json, for daoshm
wheel   cppzmq-dev                  the C++ header of ZeroMQ, for the network
wheel   libaravis-dev               the headers of Aravis, for cameras in daoshm
wheel   cmake                       the build system CMake
wheel   ninja-build                 the build system Ninja
wheel   pkg-config                  pkg-config, which finds libraries
wheel   automake                    automake, for the sources of libsodium
wheel   libtool                     libtool, for the sources of libsodium
wheel   gcc                         a C compiler, for tools of the build
wheel   make                        make
wheel   dpkg-dev                    dpkg-source, which unpacks sources
wheel   python3-dev                 headers of Python
wheel   python3-venv                virtual environments of Python
arm64-wheel     qemu-user           qemu
deb     dpkg-dev                    dpkg-shlibdeps and the like
deb     python3-dev                 headers of Python
deb     python3-numpy               NumPy
deb     python3-venv                virtual environments of Python
shelves ruby                        ruby, which reads the recipe for Homebrew
shelves rpm                         rpmspec, which reads that for RPM
shelves shellcheck                  shellcheck, which reads that for AUR
shelves python3-venv                virtual environments of Python
free-threaded   gcc                 a C compiler
free-threaded   make                make
free-threaded   libssl-dev          OpenSSL, for Python
free-threaded   zlib1g-dev          zlib, for Python
free-threaded   libffi-dev          libffi, for Python
free-threaded   libbz2-dev          bzip2, for Python
free-threaded   liblzma-dev         liblzma, for Python
'

fail() { echo "packages.sh: $*" >&2; exit 2; }
[ $# -ge 2 ] || fail "expected check, install or list, then parts"
action=$1
shift
declare -A brings=()
wanted=()
for part in "$@"; do
    found=''
    while read -r of package what; do
        [ "$of" = "$part" ] || continue
        found=yes
        [ -n "${brings[$package]:-}" ] || wanted+=("$package")
        brings[$package]=$what
    done <<<"$table"
    [ -n "$found" ] || fail "unknown part: '$part'"
done

if [ "$action" = list ]; then
    printf '%s\n' "${wanted[@]}"
    exit 0
fi
if ! command -v dpkg-query >/dev/null; then
    [ "$action" = install ] || exit 0 # CMake says what it does not find
    echo "Not a Debian or Ubuntu machine. Please install what these packages bring, if it is missing:" >&2
    for package in "${wanted[@]}"; do printf '  %-28s %s\n' "$package" "${brings[$package]}" >&2; done
    exit 0
fi
installed=$(dpkg-query -W -f='${Package} ${Status}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/ install ok installed$//p' || true)
missing=()
for package in "${wanted[@]}"; do
    grep -qx "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

list() { for package in "${missing[@]}"; do printf '  %-28s %s\n' "$package" "${brings[$package]}"; done; }
case $action in
check)
    echo "Missing packages, and what each brings (\`make install-packages\` installs them):" >&2
    list >&2
    exit 1
    ;;
install)
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Missing packages, and neither root nor sudo to install them:" >&2
            list >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    echo "Installing with ${as_root[*]:+sudo }apt-get:"
    list
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
    ;;
*) fail "unknown action: '$action'" ;;
esac
