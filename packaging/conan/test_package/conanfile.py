"""Builds the C and the C++ consumer of tests/consumer/program against the package, and runs them."""

import tempfile
from pathlib import Path

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, cmake_layout


class DaoShmTest(ConanFile):
    settings = ("os", "arch", "compiler", "build_type")
    generators = ("CMakeDeps", "CMakeToolchain")

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        if can_run(self):
            with tempfile.TemporaryDirectory() as folder:
                for language in ("c", "cpp"):
                    program = Path(self.build_folder, self.cpp.build.bindir, f"consumer_{language}")
                    self.run(f"{program} {folder}/{language}.im.shm", env="conanrun")
