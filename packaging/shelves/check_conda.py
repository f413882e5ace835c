#!/usr/bin/env python3
"""The form of conda-forge's recipe: check_conda.py RECIPE. The words are those of the recipe format, version 1."""

import sys
from pathlib import Path

try:
    import yaml
except ImportError:
    sys.exit("conda-forge: not checked, PyYAML is not installed (Debian: python3-yaml)")

WORDS = {
    "recipe": {"schema_version", "context", "recipe", "source", "build", "outputs", "about", "extra"},
    "output": {"package", "build", "requirements", "tests", "about"},
    "requirements": {"build", "host", "run", "run_constraints", "run_exports", "ignore_run_exports"},
    "about": {"homepage", "summary", "license", "license_file", "description", "documentation", "repository"},
}


def unknown(kind, mapping, place):
    return [f"{place}: unknown: {word}" for word in mapping if word not in WORDS[kind]]


def main(path):
    recipe = yaml.safe_load(Path(path).read_text())
    found = unknown("recipe", recipe, "recipe") + unknown("about", recipe["about"], "about")
    names = [output["package"]["name"] for output in recipe["outputs"]]
    if names != ["libdaoshm", "daoshm", "daoshm-python"]:
        found.append(f"outputs: {names}")
    for output, name in zip(recipe["outputs"], names, strict=True):
        found += unknown("output", output, name)
        found += unknown("requirements", output["requirements"], f"{name}: requirements")
        found += [f"{name}: no {part}" for part in ("build", "tests") if part not in output]
    if found:
        sys.exit("\n".join(found))
    print(f"conda-forge: valid, {', '.join(names)} {recipe['context']['version']}")


if __name__ == "__main__":
    main(sys.argv[1])
