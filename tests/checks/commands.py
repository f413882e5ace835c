#!/usr/bin/env python3
"""Every command of daoshm has a row in docs/guide/command-line.md, in the order of the help, and a file of its own."""

import sys

from lists import ROOT, entries_of, problem_of, report

GUIDE = "docs/guide/command-line.md"
COMMANDS = "tools/daoshm/commands/commands.cpp"


def main():
    commands = entries_of(COMMANDS, r"#define DAOSHM_COMMANDS\(X\)(.*?)\n\n", r"X\((\w+)\)") or []
    rows = entries_of(GUIDE, r"\n## The commands\n(.*?)\n## ", r"\n\| `(\w+)[ `]") or []
    files = [name for name in commands if (ROOT / f"tools/daoshm/commands/{name}.cpp").is_file()]
    return report(
        [
            problem_of("commands", GUIDE, list(dict.fromkeys(rows)), commands or ["some"]),
            problem_of("files for a command", "tools/daoshm/commands/", files, commands),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
