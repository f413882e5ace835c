"""Lists that several files have: of what one of them lacks, and of what it has besides."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def read(path):
    return (ROOT / path).read_text()


def entries_of(path, around, entry):
    """What `entry` finds in the part of the file that `around` matches; None where that part is not there."""
    found = re.search(around, read(path), re.DOTALL)
    return re.findall(entry, found[1]) if found else None


def difference(entries, expected):
    """What a list lacks, and what it has besides."""
    if not entries:
        return "not found"
    lacks = ", ".join(str(entry) for entry in expected if entry not in entries)
    extra = ", ".join(str(entry) for entry in entries if entry not in expected)
    parts = [f"lacks {lacks}"] * bool(lacks) + [f"has {extra} besides"] * bool(extra)
    return " and ".join(parts) or "is in another order"


def problem_of(what, path, entries, expected):
    """What to tell of a list that is not the expected one; None when it is."""
    if entries == expected:
        return None
    return f"{path}: its list of {what}: {difference(entries, expected)}; expected {', '.join(map(str, expected))}"


def report(problems):
    """The exit code."""
    told = [problem for problem in problems if problem]
    print("\n".join(told), end="\n" if told else "")
    return 1 if told else 0
