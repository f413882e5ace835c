#!/usr/bin/env python3
"""The table of docs/reliability.md from gcovr's summary, folder by folder: summary.py FILE"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path


def main(path):
    # Headers are reached through a folder of links for each layer (src/CMakeLists.txt), and by some tests directly.
    files = {}
    for file in sorted(json.loads(Path(path).read_text())["files"], key=lambda file: file["line_covered"]):
        files[re.sub(r"^build/[^/]+/src/layers/\w+/", "src/", file["filename"])] = file
    total = defaultdict(lambda: [0, 0, 0, 0])
    for name, file in files.items():
        parts = Path(name).parts
        counts = [file[key] for key in ("line_covered", "line_total", "branch_covered", "branch_total")]
        folder = "/".join(parts[:2]) if len(parts) > 2 else f"{parts[0]}/ itself"
        for row in (folder, f"{parts[0]}/ in all"):
            total[row] = [one + other for one, other in zip(total[row], counts, strict=True)]
    for folder in sorted(total):
        lines, all_lines, branches, all_branches = total[folder]
        share = [f"{100 * part / whole:5.1f} %" if whole else "    -  " for part, whole in
                 ((lines, all_lines), (branches, all_branches))]  # fmt: skip
        print(f"{folder:24} lines {share[0]} of {all_lines:5}   branches {share[1]} of {all_branches:5}")


if __name__ == "__main__":
    main(sys.argv[1])
