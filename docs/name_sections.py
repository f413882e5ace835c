#!/usr/bin/env python3
"""Doxygen's filter for headers: name_sections.py HEADER prints it with its sections as Doxygen names them.

A section begins with a comment of dashes and a title; the comment behind it says what holds for all that follows.
"""

import re
import sys
from pathlib import Path

SECTION = re.compile(r"^/\* -{20,} (.+) \*/\n(?:/\* ((?:.|\n)+?)\*/\n)?", re.MULTILINE)
END = "/** @} */\n"


def named(text):
    first, end = SECTION.search(text), text.rfind("#ifdef __cplusplus")
    if first is None:
        return text

    def begin(found):
        title = found[1][0].upper() + found[1][1:]
        return f"{'' if found.start() == first.start() else END}/** @name {title}\n{found[2] or ''}\n@{{ */\n"

    return SECTION.sub(begin, text[:end]) + END + text[end:]


if __name__ == "__main__":
    sys.stdout.write(named(Path(sys.argv[1]).read_text()))
