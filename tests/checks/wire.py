#!/usr/bin/env python3
"""The keys of messages in docs/wire.md are those that net/wire/ writes, and it reads no others."""

import re
import sys

from lists import problem_of, read, report

TABLES = re.findall(r"^\| key \| type \| meaning \|\n\| --- .*\n((?:\|.*\n)+)", read("docs/wire.md"), re.MULTILINE)
# In the order of the page: (message, who writes it, who reads it, keys that are not read there); None: the whole file.
MESSAGES = [
    ("a frame's header", ("frame_text.cpp", None), ("frame.cpp", None), {"frame_num"}),
    ("credit", ("credit.cpp", "write_credit"), ("credit.cpp", "read_credit"), set()),
    # By its key `answer` a subscriber has told it from a frame.
    ("an answer", ("credit.cpp", "write_answer"), ("credit.cpp", "read_answer"), {"answer"}),
]


def code_of(file, function):
    text = read(f"net/wire/{file}")
    return text if function is None else re.search(rf"\n\S+ {function}\(.*?\n\}}", text, re.DOTALL)[0]


def keys_of(table):
    """A row may have several."""
    return sorted(key for row in table.splitlines() for key in re.findall(r"`(\w+)`", row.split("|")[1]))


def written(code):
    return sorted(set(re.findall(r'\{"(\w+)", |object\["(\w+)"\]|\\"(\w+)\\":', code)))


def main():
    problems = []
    for (message, writer, reader, not_read), table in zip(MESSAGES, TABLES, strict=True):
        said = keys_of(table)
        wrote = sorted("".join(found) for found in written(code_of(*writer)))
        took = set(re.findall(r'object(?:, |\.find\(|\.at\()"(\w+)"', code_of(*reader)))
        if "check_version(object)" in code_of(*reader):
            took.add("v")
        problems.append(problem_of(f"keys of {message} that are written", f"net/wire/{writer[0]}", wrote, said))
        problems.append(
            problem_of(f"keys of {message} that are read", f"net/wire/{reader[0]}", sorted(took | not_read), said)
        )
    return report(problems)


if __name__ == "__main__":
    sys.exit(main())
