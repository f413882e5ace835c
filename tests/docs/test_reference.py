"""The reference of C has the sections of the headers."""

import re
import sys

import pytest
from blocks import ROOT

sys.path.insert(0, str(ROOT / "docs"))
from name_sections import named
from order_sections import order


@pytest.mark.parametrize("header", ["dao.h", "daoNet.h"])
def test_every_section_of_a_header_is_named_and_nothing_is_lost(header):
    text = (ROOT / "include" / header).read_text()
    titles = re.findall(r"^/\* -{20,} (.+) \*/$", text, re.MULTILINE)
    result = named(text)
    assert len(titles) > 3 and [title.lower() for title in re.findall(r"@name (.+)", result)] == titles
    assert result.count("@{") == result.count("@}") == len(titles)
    assert [line for line in text.splitlines() if "_API" in line] == [
        line for line in result.splitlines() if "_API" in line
    ]


def test_sections_are_put_into_the_order_of_their_lines(tmp_path):
    file = tmp_path / "header.xml"
    section = '<sectiondef><header>{0}</header><memberdef><location line="{0}"/></memberdef></sectiondef>'
    file.write_text(f"<d><c><name/>{section.format(9)}{section.format(10)}{section.format(2)}</c></d>")
    order(file)
    assert re.findall(r"<header>(\d+)", file.read_text()) == ["2", "9", "10"]
