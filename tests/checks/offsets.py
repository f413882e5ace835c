#!/usr/bin/env python3
"""The offsets in docs/format.md are those that a static_assert in src/format/ pins, and no field is missing there."""

import math
import re
import sys

from lists import problem_of, read, report

CODE = read("src/format/extension.hpp") + read("src/format/layout.cpp")
SECTIONS = {"IMAGE_METADATA": "IMAGE_METADATA", "IMAGE_KEYWORD": "IMAGE_KEYWORD", "Extension": "The extension"}
CONSTANTS = {name: int(value) for name, value in re.findall(r"constexpr \w+ (\w+) = (\d+);", CODE)}


def number_of(text):
    """The value of an expression such as `4096 + 128 * reader_table_size`."""
    products = [
        [CONSTANTS.get(factor) or int(factor) for factor in product.split(" * ")] for product in text.split(" + ")
    ]
    return sum(math.prod(factors) for factors in products)


def pinned(struct):
    """(field, offset), as the compiler has them."""
    found = re.findall(rf"offsetof\({struct}, (\w+)\) == ([\w +*]+?)(?=\)| &&)", CODE)
    return {field: number_of(offset) for field, offset in found}


def documented(struct):
    """The same, as the page has them. A row may have several fields."""
    table = read("docs/format.md").split(f"\n## {SECTIONS[struct]}", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| ([\d, ]+) \|", table, re.MULTILINE)
    return {
        field: int(offset)
        for fields, offsets in rows
        for field, offset in zip(re.findall(r"\w+", fields), offsets.split(", "), strict=True)
    }


def members(struct):
    """Of the extension, without what is reserved."""
    body = re.search(rf"\nstruct {struct}\n\{{(.*?)\n\}};", CODE, re.DOTALL)[1]
    names = re.findall(r"^    \w+ (\w+)(?:\[[^;]*)?;", body, re.MULTILINE)
    return [name for name in names if not name.startswith("reserved")]


def check(struct):
    found, said = (
        sorted(offsets.items(), key=lambda entry: entry[1]) for offsets in (pinned(struct), documented(struct))
    )
    return problem_of(f"offsets of {struct} that a static_assert pins", "src/format/", found, said)


def main():
    problems = [check(struct) for struct in SECTIONS]
    fields = list(documented("Extension"))
    return report([*problems, problem_of("fields of the extension", "docs/format.md", fields, members("Extension"))])


if __name__ == "__main__":
    sys.exit(main())
