#!/usr/bin/env python3
"""Renders conda-forge's recipe with rattler-build, as the shelf does before it builds: check_conda.py RECIPE.

What it is built with is what conda-forge pins elsewhere; without channels nothing is solved.
"""

import sys

from rattler_build import PlatformConfig, RattlerBuildError, RenderConfig, Stage0Recipe, VariantConfig

PINNED = VariantConfig.from_yaml("""
c_compiler: [gcc]
c_stdlib: [sysroot]
c_stdlib_version: ["2.28"]
cxx_compiler: [gxx]
numpy: ["2"]
python: ["3.12.* *_cpython"]
""")
PLATFORMS = ["linux-64", "linux-aarch64", "osx-64", "osx-arm64"]
NAMES = ["libdaoshm", "daoshm", "daoshm-python"]


def outputs(recipe, platform):
    found = PlatformConfig(target_platform=platform, build_platform=platform, host_platform=platform)
    return [variant.recipe for variant in recipe.render(PINNED, RenderConfig(found))]


def main(path):
    try:
        recipe = Stage0Recipe.from_file(path)
        for platform in PLATFORMS:
            packages = outputs(recipe, platform)
            if [package.package.name for package in packages] != NAMES:
                sys.exit(f"{path}: {platform}: {[package.package.name for package in packages]}; expected {NAMES}")
    except RattlerBuildError as error:
        sys.exit(f"{path}: {error}")
    print(f"conda-forge: rendered for {', '.join(PLATFORMS)}: {', '.join(NAMES)} {packages[0].package.version}")


if __name__ == "__main__":
    main(sys.argv[1])
