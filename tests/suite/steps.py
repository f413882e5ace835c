"""What is built and tested, step by step: the one list behind `make test`, `make check` and other platforms."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORES = os.cpu_count() or 1
WARNINGS = os.environ.get("DAO_WARNINGS_AS_ERRORS", "OFF")
PYTHON = str(Path(os.environ.get("DAO_VENV", ROOT / "build/python-venv")) / "bin/python")
PYTHON_PROCESSES = str(4 * CORES)

# What every step depends on; the driver itself is part of it.
COMMON = ("tests/suite/*", "CMakePresets.json")
# What the Python package is made of.
PACKAGE = (
    "python/**",
    "src/**",
    "net/**",
    "include/**",
    "cmake/**",
    "CMakeLists.txt",
    "pyproject.toml",
    "cmake/cache.sh",
)


@dataclass(frozen=True)
class Step:
    """One command. It starts when the steps in `after` have passed and the processors are not all taken.

    With `files` (patterns) and `builds` (folders whose programs it runs), a result is used again while all of them are
    the same; without, the command always runs. With `tools` too (commands that print their versions), it is a search
    without chance that asks nothing but `files` and these: its result holds in every clone of this machine.
    """

    name: str
    part: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    processors: float = CORES  # how many it keeps busy; 0: what the others leave
    files: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    report: bool = False  # ctest writes its report for us

    @property
    def is_build(self):
        return self.name.endswith(("build", "package"))

    @property
    def log_name(self):
        return self.name.replace(" ", "-").replace(",", "")


def build(preset, **options):
    configure = f"cmake --preset {preset} -DDAO_WARNINGS_AS_ERRORS={WARNINGS}"
    command = f"{configure} && cmake --build build/{preset} -j {CORES}"
    return Step(f"{preset} build", preset, ("sh", "-c", command), **options)


def ctest(name, preset, processors, *arguments, **options):
    command = ("ctest", "--test-dir", f"build/{preset}", "--no-tests=error", "--output-on-failure", *arguments)
    usual = {"files": ("tests/**", "examples/**", "include/**"), "builds": (f"build/{preset}",)}
    return Step(name, preset, command, (f"{preset} build",), processors, report=True, **{**usual, **options})


def platform(part, name, *command, after=()):
    return Step(name, part, command, after, processors=CORES / 2)


def check(name, *command, after=(), processors=1.0):
    return Step(name, "check", command, after, processors)


# Three steps that sleep much of their time run side by side. Programs that measure time have the machine to themselves.
# What no time matters to takes what all of these leave.
OFTEN_ASLEEP = CORES / 3
# A build whose tests come next runs beside them, and is not put behind them.
BESIDE = CORES / 100
# Tests of ctest that take moments also in an emulator, as they start no processes and wait for little.
OF_ONE_PROCESS = r"^(unit|net_unit|tool_unit)_tests|^windows_test|^Interface\.|^Examples\."
STEPS = [
    build("release"),
    Step("python package", "python", ("python/environment.sh",)),
    build("asan", processors=BESIDE),
    build("tsan", processors=0),
    Step("fuzz build", "fuzz", ("tests/fuzz/run.sh", "--optional", "build"), processors=0),
    Step(
        "python tests", "python", ("tests/suite/pytest.sh", PYTHON, PYTHON_PROCESSES, "python/tests"),
        ("python package",), OFTEN_ASLEEP, (*PACKAGE, "examples/**", "docs/**", "README.md", "bindings/layouts.c"),
    ),
    Step(
        "tool tests", "tool", ("tests/tools/run_tests.sh", "build/release"), ("release build",), OFTEN_ASLEEP,
        ("tests/tools/**", "python/tests/helpers/*", "docs/guide/*"), ("build/release",),
    ),
    ctest(
        "release tests", "release", OFTEN_ASLEEP, "-j", str(4 * CORES), "-LE", "model",
        "-E", r"^tools\.|^Benchmarks\.",
    ),
    ctest("asan tests", "asan", OFTEN_ASLEEP, "-j", str(4 * CORES), "-LE", "model"),
    Step(
        "kills with Python", "python",
        ("python3", "tests/kills/random_kills.py", "build/release/tests/kills", "--kills", "100", "--python", PYTHON,
         "--tool", "build/release/tools/daoshm/daoshm"),
        ("python package", "release build"), 0.5, (*PACKAGE, "tests/kills/**"), ("build/release",),
    ),
    Step(
        "soak with Python", "python",
        ("python3", "tests/soak/soak.py", "build/release/tests/soak", "--seconds", "15", "--share", "0.3",
         "--python", PYTHON, "--tool", "build/release/tools/daoshm/daoshm"),
        ("python package", "release build"), 0.5, (*PACKAGE, "tests/soak/**", "tests/kills/**"), ("build/release",),
    ),
    Step(
        "demonstration tests", "demo", ("tests/demo/run_tests.sh", "build/release", "-q"),
        ("python package", "release build"), 0.5, (*PACKAGE, "examples/**", "tests/demo/**"), ("build/release",),
    ),
    Step(
        "documentation tests", "docs",
        ("env", "DAO_BUILD=build/release", PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/docs"),
        ("python package", "release build"), 0.5, (*PACKAGE, "tests/docs/**", "docs/**", "README.md"),
        ("build/release",),
    ),
    Step(
        "bindings tests", "bindings", ("bindings/run_tests.sh", "build/release"), ("release build",), 0.5,
        ("bindings/**", "include/**"), ("build/release",),
    ),
    ctest(
        "model checks", "release", 0, "-j", str(CORES), "-L", "model", builds=(),
        files=("tests/model/**", "src/protocol/**", "src/base/**", "CMakeLists.txt", "cmake/**"),
        tools=(
            "${CXX:-c++} --version", "${CC:-cc} --version", "spin -V", "sha256sum /usr/include/relacy/*",
            "command -v herd7",
        ),
    ),
    ctest("tsan tests", "tsan", OFTEN_ASLEEP, "-j", str(4 * CORES), "-LE", "model"),
    ctest("benchmarks run", "release", CORES, "-R", r"^Benchmarks\."),
    Step(
        "fuzz", "fuzz", ("tests/fuzz/run.sh", "--optional", "brief"), ("fuzz build",), CORES / 2,
        ("tests/fuzz/**", "src/**", "net/**", "include/**", "tools/**"),
    ),
    # `make check`
    check("layers", "tests/checks/layers.sh"),
    check("memory orders", "tests/checks/orders.py"),
    check("format", "tests/checks/format.sh", "--check"),
    check("Python", "tests/checks/python.sh"),
    check("workflows", "tests/checks/workflows.sh"),
    check("container file", "tests/checks/container.sh"),
    check("public headers", "tests/checks/headers.sh"),
    check("exported symbols", "tests/abi/check.sh", "build/release", after=("release build",)),
    check(
        "bill of materials", "tests/checks/sbom.py", "build/release", str(Path(PYTHON).parents[1] / "lib"),
        after=("release build", "python package"),
    ),
    check(
        "hardening", "tests/checks/hardening.py", "build/release", str(Path(PYTHON).parents[1] / "lib"),
        after=("release build", "python package"),
    ),
    Step("clang-tidy", "tidy", ("tests/checks/tidy.sh",), ("python package",)),  # make tidy
    Step("clang-tidy of all", "tidy-all", ("tests/checks/tidy.sh", "build/release"), ("release build",)),
    # `make check-platforms`
    platform("platforms", "Windows in brief", "tests/platforms/run_windows.sh", "-R", OF_ONE_PROCESS),
    platform("platforms", "ARM64 in brief", "tests/platforms/run_arm64.sh", "-R", OF_ONE_PROCESS),
    platform("platforms", "macOS in brief", "tests/platforms/check_macos.sh", "aarch64"),
    # `make check-fresh`: the newest compilers of Debian 13's archive
    Step("Debian 13, gcc", "fresh", ("tests/platforms/check_fresh_debian.sh", "gcc")),
    Step("Debian 13, clang", "fresh", ("tests/platforms/check_fresh_debian.sh", "clang")),
    # `make test-platforms`
    platform("windows", "Windows tests", "tests/platforms/run_windows.sh", after=("Windows in brief",)),
    platform("arm64", "ARM64 tests", "tests/platforms/run_arm64.sh", after=("ARM64 in brief",)),
    platform("macos", "macOS", "tests/platforms/check_macos.sh", after=("macOS in brief",)),
]  # fmt: skip
