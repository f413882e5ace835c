# The front door: `make test` on a fresh Debian or Ubuntu machine installs what is missing, builds and runs all tests.
# Everything behind it is CMake (CMakePresets.json) and can be used directly.

PRESET ?= release
JOBS ?= $(shell nproc)
# FORCE=1: run again also what has passed and has not changed since.
SUITE = tests/suite/run.py $(if $(FORCE),--force)
CACHED = root=$(CURDIR) && . cmake/cache.sh &&

.PHONY: all build builds test test-core test-python test-free-threaded test-demo test-tool test-sanitizers test-asan \
        test-tsan test-bindings test-platforms test-windows test-arm64 check tidy check-macos check-fresh check-layers install-packages docs \
        fuzz benchmarks demo format symbols clean

all: build

# The library, daoshm, the examples; tests and benchmarks where their libraries are. Never asks for root.
build:
	@cmake/packages.sh check build tests || echo "Building what can be built without them."
	$(CACHED) cmake --preset $(PRESET)
	cmake --build build/$(PRESET) -j $(JOBS)

install-packages:
	@cmake/packages.sh install build tests demo

test: install-packages check-layers
	@$(SUITE) release asan tsan python tool demo bindings

test-core: PART = release
test-sanitizers: PART = asan tsan
test-asan test-tsan test-python test-tool test-demo: PART = $(@:test-%=%)
test-core test-sanitizers test-asan test-tsan test-python test-tool test-demo: install-packages
	@$(SUITE) $(PART)

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
	PYTHON=$$python DAO_VENV=$(CURDIR)/build/free-threaded-venv python/run_tests.sh

# Runs the Windows build under Wine and the ARM64 build under qemu, and links the macOS builds.
test-platforms:
	@cmake/packages.sh install platforms
	@$(SUITE) windows arm64 macos

test-windows test-arm64: test-%:
	tests/platforms/run_$*.sh

check-macos:
	tests/platforms/check_macos.sh

# Builds all of `make test` and `make demo` in an empty Debian with the newest gcc and clang; needs root.
check-fresh:
	tests/platforms/check_fresh_debian.sh

# Inputs that a machine makes up, for SECONDS each, and what of the sources they reach.
SECONDS ?= 3600
fuzz:
	@cmake/packages.sh install build fuzz
	tests/fuzz/run.sh $(SECONDS)

# What needs no test to run: layers, format, ruff, mypy, public headers, exported symbols, workflows.
check:
	@cmake/packages.sh install build tests checks
	@$(SUITE) check

# clang-tidy over everything: minutes the first time, then only what changed.
tidy:
	@cmake/packages.sh install build tests checks
	@$(SUITE) tidy

check-layers:
	@tests/checks/layers.sh

format:
	@tests/checks/format.sh

# Writes the list of the symbols that libdao.so exports anew: to be done when one is meant to come or go.
symbols: build
	tests/abi/check.sh build/$(PRESET) --update

benchmarks: build
	cmake --build build/$(PRESET) --target benchmarks

docs:
	@cmake/packages.sh install docs
	docs/build.sh

demo: install-packages build
	examples/demo/run.sh build/$(PRESET) $(if $(CAMERA),--camera $(CAMERA))

clean:
	rm -rf build
