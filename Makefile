# The front door: `make test` on a fresh Debian or Ubuntu machine installs what is missing, builds and runs all tests.
# Everything behind it is CMake (CMakePresets.json) and can be used directly.

PRESET ?= release
JOBS ?= $(shell nproc)

.PHONY: all build test test-core test-python test-free-threaded test-demo test-sanitizers test-asan test-tsan test-platforms \
        test-windows test-arm64 check-macos check-layers install-packages docs benchmarks demo format clean

all: build

install-packages:
	@cmake/install_packages.sh core demo

build: install-packages
	cmake --preset $(PRESET)
	cmake --build build/$(PRESET) -j $(JOBS)

test: check-layers test-core test-python test-demo test-sanitizers
	@echo "All tests passed."

test-core: build
	ctest --preset $(PRESET) -j $(JOBS)

test-sanitizers: test-asan test-tsan

test-asan test-tsan: test-%: install-packages
	cmake --preset $*
	cmake --build build/$* -j $(JOBS)
	ctest --preset $* -j $(JOBS) -LE "model|consumer"

test-python: install-packages
	python/run_tests.sh

# The same tests on a Python without the global interpreter lock, which is built where there is none.
test-free-threaded:
	python=$$(python/free_threaded.sh) && \
	PYTHON=$$python DAO_VENV=$(CURDIR)/build/free-threaded-venv python/run_tests.sh

# After test-python, whose environment it uses.
test-demo: build
	tests/demo/run_tests.sh build/$(PRESET)

# Runs the Windows build under Wine and the ARM64 build under qemu, and links the macOS builds.
test-platforms: test-windows test-arm64 check-macos

test-windows test-arm64: test-%:
	tests/platforms/run_$*.sh

check-macos:
	tests/platforms/check_macos.sh

check-layers:
	@cmake/check_layers.sh

benchmarks: build
	cmake --build build/$(PRESET) --target benchmarks

docs:
	@cmake/install_packages.sh docs
	docs/build.sh

demo: build
	examples/demo/run.sh build/$(PRESET) $(if $(CAMERA),--camera $(CAMERA))

format:
	git ls-files '*.cpp' '*.hpp' '*.h' '*.c' | xargs clang-format -i

clean:
	rm -rf build
