"""What shows a promise is there, where the page says that it is."""

import re

import pytest
from blocks import ROOT

TESTS = [path for folder in ("net", "python/tests", "src", "tests") for path in (ROOT / folder).rglob("*.*")]


def named(file):
    return [path for path in TESTS if path.name == file]


@pytest.mark.parametrize("page", ["SECURITY.md", "docs/reliability.md"])
def test_named_tests_are_in_the_files_named(page):
    text = (ROOT / page).read_text()
    files = set(re.findall(r"\b(\w+_test\.cpp|test_\w+\.py)\b", text))
    assert len(files) > 3 and not [file for file in files if not named(file)]
    for suite, file in re.findall(r"`(\w+)(?:\.\*)?` (?:in |\()`?(\w+\.(?:cpp|py))", text):
        assert any(suite in path.read_text() for path in named(file)), f"{suite} in {file}"
    everything = "\n".join(path.read_text() for path in TESTS if path.suffix in (".cpp", ".py"))
    for suite, test in re.findall(r"`(\w+)\.(\w+|\*)`", text):
        if suite[0].isupper():
            assert re.search(rf"\b{suite}, {test}\b" if test != "*" else rf"\b{suite}\b", everything), f"{suite}.{test}"
