#!/usr/bin/env python3
"""Each memory order and fence outside the protocol's templates is in tests/model/words_around.txt, with a reason.

Those in the templates are run by the models (tests/model/relacy/orders.txt). Relaxed ones need no reason.
"""

import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("segment", "wait", "frames", "capi")
LIST = ROOT / "tests/model/words_around.txt"

ACCESS = re.compile(
    r"\.(?P<method>(?:load|store|exchange|fetch_[a-z]+|compare_exchange)(?:_[a-z]+)?)\((?P<arguments>.*)"
    r"|\bFence::(?P<fence>\w+)\(|\b(?P<bare>atomic_\w+_fence)\("
)


def up_to_closing(text):
    """Of what follows an opening parenthesis, the part before the one that closes it."""
    depth = 1
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[:index]
    return text


def word_before(text):
    """Of `Word<uint64_t>(&entry->owner)`, `claim_word(segment)` and `record.token`: owner, claim_word and token."""
    text = text.rstrip()
    if text.endswith(")"):
        opening = len(text) - 1
        while text.count("(", opening) < text.count(")", opening) and opening > 0:
            opening -= 1
        is_place = re.search(r"\bWord<\w+>$", text[:opening])
        return word_before(text[opening + 1 : -1] if is_place else text[:opening])
    names = re.findall(r"\w+", text)
    return names[-1] if names else "?"


def met_in(source):
    text = re.sub(r"//[^\n]*|/\*.*?\*/|\n\s*", "", source.read_text(), flags=re.DOTALL)
    name = source.relative_to(ROOT / "src").as_posix()
    start = 0
    while found := ACCESS.search(text, start):
        start = found.end("method") if found["method"] else found.end()
        if not found["method"]:
            yield name, "fence", found["fence"] or found["bare"]
        elif "relaxed" not in found["method"] + up_to_closing(found["arguments"]):
            yield name, word_before(text[: found.start()]), found["method"]


def listed():
    for number, line in enumerate(LIST.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split(maxsplit=4)
        if len(fields) < 5 or not fields[3].isdigit():
            sys.exit(f"{LIST}:{number}: {line}: expected FILE WORD METHOD COUNT REASON")
        yield tuple(fields[:3]), int(fields[3])


def main():
    sources = [source for folder in FOLDERS for source in sorted((ROOT / "src" / folder).glob("*.[ch]pp"))]
    met = Counter(row for source in sources if "_test." not in source.name for row in met_in(source))
    known = dict(listed())
    for row in sorted(met.keys() | known.keys()):
        if met[row] != known.get(row, 0):
            print(
                f"{' '.join(row)}: {met[row]} times in the sources; {LIST.name} gives reasons for {known.get(row, 0)}"
            )
    print(f"{met.total()} orders around the templates")
    return 0 if met == known and met else 1


if __name__ == "__main__":
    sys.exit(main())
