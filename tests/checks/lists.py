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


def problem_of(what, path, entries, expected):
    """What to tell of a list that is not the expected one; None when it is."""
    if entries == expected:
        return None
    lacks, extra = ([str(entry) for entry in one if entry not in other] for one, other in
                    ((expected, entries or []), (entries or [], expected)))
    found = "not found" if not entries else "in another order" if not lacks + extra else ""
    found = found or "; ".join(f"{word} {', '.join(some)}" for word, some in (("lacks", lacks), ("has", extra)) if some)
    return f"{path}: its list of {what}: {found}; expected {', '.join(map(str, expected))}"


def report(problems):
    """The exit code."""
    told = [problem for problem in problems if problem]
    print("\n".join(told), end="\n" if told else "")
    return 1 if told else 0
