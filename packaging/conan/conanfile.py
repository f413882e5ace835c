"""Conan recipe: `conan create packaging/conan` in a clone makes the library, and tries it with test_package."""

import re
from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir

SOURCES = ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*")


class DaoShm(ConanFile):
    name = "daoshm"
    description = "Shared memory for real-time adaptive optics and scientific imaging"
    license = "MIT"
    topics = ("shared-memory", "adaptive-optics", "real-time", "astronomy")
    settings = ("os", "arch", "compiler", "build_type")
    options = {"shared": [True, False], "fPIC": [True, False]}  # noqa: RUF012
    default_options = {"shared": False, "fPIC": True}  # noqa: RUF012
    implements = ("auto_shared_fpic",)
    package_type = "library"

    @property
    def _clone(self):
        return Path(self.recipe_folder).parents[1]

    def set_version(self):
        found = re.search(r"project\(daoShm VERSION ([0-9.]+)", (self._clone / "CMakeLists.txt").read_text())
        self.version = found[1]

    def export_sources(self):
        for pattern in SOURCES:
            copy(self, pattern, str(self._clone), self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def validate(self):
        if self.settings.compiler.get_safe("cppstd"):
            check_min_cppstd(self, 17)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["CMAKE_CXX_STANDARD"] = "20"  # the library's own; programs need 17
        for part in ("NETWORK", "TOOLS", "TESTS", "EXAMPLES"):
            toolchain.cache_variables[f"DAO_BUILD_{part}"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, str(Path(self.package_folder, "licenses")))
        CMake(self).install()
        for folder in ("cmake", "pkgconfig"):  # Conan makes its own
            rmdir(self, str(Path(self.package_folder, "lib", folder)))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "daoShm")
        library = self.cpp_info.components["dao"]
        library.libs = ["dao"]
        library.set_property("cmake_target_name", "dao::dao")
        library.set_property("pkg_config_name", "dao")
        if self.settings.os in ("Linux", "FreeBSD"):
            library.system_libs = ["pthread", "m"]
            if not self.options.shared and self.settings.compiler.get_safe("libcxx"):
                library.system_libs.append("c++" if str(self.settings.compiler.libcxx) == "libc++" else "stdc++")
        if self.settings.os == "Windows" and self.options.shared:
            library.defines = ["DAO_API=__declspec(dllimport)"]
        headers = self.cpp_info.components["shm"]
        headers.libdirs = []
        headers.requires = ["dao"]
        headers.set_property("cmake_target_name", "dao::shm")
        headers.set_property("pkg_config_name", "daoShm")
