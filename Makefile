# The front door: `make test` on a fresh Debian or Ubuntu machine installs what is missing, builds and runs all tests.
# Everything behind it is CMake (CMakePresets.json) and can be used directly.

PRESET ?= release
JOBS ?= $(shell nproc)
# FORCE=1: run again also what has passed and has not changed since.
SUITE = tests/suite/run.py $(if $(FORCE),--force)
CACHED = root=$$(pwd) && . cmake/cache.sh &&

PREFIX ?= /usr/local

.PHONY: all build builds install uninstall install-packages clean \
        wheel wheels test-wheel test-wheel-arm64 deb test-deb sdist shelves release-check \
        test test-core test-python test-free-threaded test-demo test-tool test-tool-asan test-docs test-sanitizers test-asan test-tsan \
        test-bindings check-platforms test-platforms test-windows test-arm64 check-macos check-fresh check check-layers tidy tidy-all format symbols \
        fuzz test-fuzz test-proof coverage static sbom soak kills docs benchmarks benchmarks-network demo demo-network

all: build

# The library, daoshm, the examples; tests and benchmarks where their libraries are. Never asks for root.
build:
	@cmake/packages.sh check build tests || echo "Building what can be built without them."
	$(CACHED) cmake --preset $(PRESET)
	cmake --build build/$(PRESET) -j $(JOBS)

# What is built, into PREFIX. Builds nothing itself: it runs as root. The list of files gets a name of its own, since each
# installation by a test, as another user, writes one under CMake's.
install:
	cmake --install build/$(PRESET) --prefix "$(PREFIX)"
	mv -f build/$(PRESET)/install_manifest.txt build/$(PRESET)/installed.txt
	@case "$(PREFIX)" in /usr|/usr/local) [ "$$(id -u)" -ne 0 ] || ! command -v ldconfig >/dev/null || ldconfig ;; esac

# Takes away what the last `make install` has put in place.
uninstall:
	cmake -DMANIFEST=build/$(PRESET)/installed.txt -P cmake/uninstall.cmake

# Wheels for Linux on this machine's processor, or on all, into dist/; and their trial in an empty Debian 12 and 13, as root.
wheel:
	packaging/wheel/build.sh $(shell uname -m)

wheels:
	packaging/wheel/build.sh

test-wheel:
	packaging/wheel/test.sh

# Those for ARM64 under qemu: first lines, programs in C and C++, some of the tests; without root.
test-wheel-arm64:
	packaging/wheel/test_arm64.sh

# Debian packages for this machine's Debian or Ubuntu, and their trial in an empty Debian 12 and 13, as root.
deb:
	packaging/debian/build.sh

test-deb:
	packaging/debian/test.sh

# The source archive as PyPI has it, and with its checksums the recipes of other shelves (packaging/shelves).
sdist:
	$(CACHED) python3 -m venv build/sdist-venv && \
	build/sdist-venv/bin/pip install --quiet --disable-pip-version-check build && \
	build/sdist-venv/bin/python -m build --sdist --outdir dist .

shelves: sdist
	packaging/shelves/render.py dist/daoshm-*.tar.gz dist/shelves

# All that a release must pass (packaging/release_check.sh).
release-check:
	packaging/release_check.sh

install-packages:
	@cmake/packages.sh install build tests demo

test: install-packages check-layers
	@cmake/packages.sh install fuzz || echo "Without clang and libFuzzer: their part is passed over."
	@$(SUITE) release asan tsan python tool demo docs bindings fuzz

test-core: PART = release
test-sanitizers: PART = asan tsan
test-asan test-tsan test-python test-tool test-demo test-docs: PART = $(@:test-%=%)
test-core test-sanitizers test-asan test-tsan test-python test-tool test-demo test-docs: install-packages
	@$(SUITE) $(PART)

# The tests of daoshm against a build with the address and undefined behaviour sanitizers; they take longer than its own.
test-tool-asan: install-packages
	$(CACHED) cmake --preset asan-tool
	cmake --build build/asan-tool -j $(JOBS) --target daoshm
	tests/tools/run_tests.sh build/asan-tool

# The bindings of other languages, of those that are installed: MATLAB's with Octave, which this installs, Julia, Rust.
test-bindings:
	@cmake/packages.sh install build tests bindings
	@$(SUITE) bindings

# What `make test` and `make demo` build, without running it. PARTS: only these.
builds: install-packages
	@$(SUITE) --builds-only $(or $(PARTS),release asan tsan python)

# The same Python tests on a Python without the global interpreter lock, which is built where there is none.
test-free-threaded:
	python=$$(python/free_threaded.sh) && \
	PYTHON=$$python DAO_VENV=$$(pwd)/build/free-threaded-venv python/run_tests.sh

# Builds everything for Windows, ARM64 and macOS, and runs the tests that take moments under Wine and qemu.
check-platforms:
	@cmake/packages.sh install platforms
	@$(SUITE) platforms

# Runs the Windows build under Wine and the ARM64 build under qemu, and links the macOS builds.
test-platforms:
	@cmake/packages.sh install platforms
	@$(SUITE) windows arm64 macos

test-windows test-arm64: test-%:
	tests/platforms/run_$*.sh

check-macos:
	tests/platforms/check_macos.sh

# Builds all of `make test` and `make demo` in an empty Debian 13 with its newest gcc and clang; needs root.
check-fresh:
	@$(SUITE) fresh

# Inputs that a machine makes up, for SECONDS each, and what of the sources they reach.
SECONDS ?= 3600
fuzz:
	@cmake/packages.sh install build fuzz
	tests/fuzz/run.sh $(SECONDS)

# The same for some seconds, as `make test` does it.
test-fuzz:
	@cmake/packages.sh install build fuzz
	@$(SUITE) fuzz

# Lines and branches that the tests reach.
coverage: install-packages
	@cmake/packages.sh install coverage
	tests/coverage/run.sh

# cppcheck, and gcc's -fanalyzer.
static:
	@cmake/packages.sh install build static
	tests/checks/static.sh

# Everything at once, with accidents, for MINUTES.
MINUTES ?= 10
soak: build
	python/environment.sh
	tests/soak/soak.py build/$(PRESET)/tests/soak --seconds $$(($(MINUTES) * 60)) \
	    --tool build/$(PRESET)/tools/daoshm/daoshm --python build/python-venv/bin/python $(if $(SEED),--seed $(SEED))

# Kills at random, as many as KILLS, of all languages; as root of two users and two pid namespaces, too.
KILLS ?= 1000
kills: build
	python/environment.sh
	tests/kills/random_kills.py build/$(PRESET)/tests/kills --kills $(KILLS) \
	    --tool build/$(PRESET)/tools/daoshm/daoshm --python build/python-venv/bin/python $(if $(SEED),--seed $(SEED))

# The short form of each part of docs/reliability.md, of a build that is there.
test-proof: install-packages build
	@cmake/packages.sh install build tests fuzz
	ctest --test-dir build/$(PRESET) --no-tests=error --output-on-failure -j 8 \
	    -R '^(Faults|NetworkFaults|Kills|Soak|TakeoverRow|PausedReader|ReaderThatLocks|OtherUsers?|KeyFile)\.|KilledAtEachStep|BrokenOffAtEachStep|TakenAway|ExchangedLink|PausedReading|^model\.'
	tests/fuzz/run.sh --optional build
	tests/fuzz/run.sh --optional brief

# What a build is made of, as SPDX has it.
sbom:
	@$(CACHED) cmake --preset $(PRESET) >/dev/null
	@echo build/$(PRESET)/daoShm.spdx.json

# What needs no test to run: layers, format, ruff, mypy, public headers, exported symbols, workflows, container file, and
# `make tidy`.
check:
	@cmake/packages.sh install build tests checks
	@$(SUITE) check tidy

# clang-tidy over what the product is made of: two minutes the first time, then only what changed; and over everything,
# the tests too, which takes half an hour the first time.
tidy tidy-all:
	@cmake/packages.sh install build tests checks
	@$(SUITE) $@

check-layers:
	@tests/checks/layers.sh

format:
	@tests/checks/format.sh

# Writes the list of the symbols that libdao.so exports anew: to be done when one is meant to come or go.
symbols: build
	tests/abi/check.sh build/$(PRESET) --update

benchmarks: build
	cmake --build build/$(PRESET) --target benchmarks

# The network's figures alone: C++ beside ZeroMQ, Python beside pyzmq.
benchmarks-network: build
	cmake --build build/$(PRESET) --target benchmarks_network
	python/environment.sh
	build/python-venv/bin/python python/benchmarks/bench_network.py

docs:
	@cmake/packages.sh install build docs
	docs/build.sh

demo: install-packages build
	examples/demo/run.sh build/$(PRESET) $(if $(CAMERA),--camera $(CAMERA))

# Camera here, display and recorder there: two network namespaces.
demo-network: install-packages build
	examples/demo/network.sh build/$(PRESET)

clean:
	rm -rf build
