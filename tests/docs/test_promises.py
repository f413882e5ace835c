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


def lines_with(pattern, file):
    return len(re.findall(pattern, (ROOT / "tests/model" / file).read_text(), re.M))


def test_the_models_are_as_many_as_the_page_says():
    text = (ROOT / "docs/reliability.md").read_text()
    orders = lines_with(r"^\w", "relacy/orders.txt")
    spare = lines_with(r"^\w.* spare ", "relacy/orders.txt")
    mistakes = lines_with(r"^add_model_check\(mistake", "promela/CMakeLists.txt")
    for said in (
        f"spin, {lines_with('^add_model_check', 'promela/CMakeLists.txt') - mistakes} searches",
        f"| {mistakes} seeded mistakes",
        f"| {lines_with(r'^ +{.*watch<', 'relacy/main.cpp')} scenarios",
        f"| {orders - spare} memory orders",
        f"| {spare} more that nothing needs",
        f"| {len(list((ROOT / 'tests/model/litmus').glob('*.litmus')))} shapes",
    ):
        assert said in text
