"""What the programs that run a crowd of processes are told alike: the seed, and who takes part beside C and C++."""

import argparse
import os
import time
from pathlib import Path


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """All arguments. A tool that is not there is left out; a Python that is not is an error."""
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--python")
    parser.add_argument("--tool", type=Path)
    options = parser.parse_args()
    if options.tool and not options.tool.exists():
        print(f"{options.tool}: not built; goes without it")
        options.tool = None
    if options.python and not os.access(options.python, os.X_OK):
        parser.error(f"--python {options.python}: no such program; python/environment.sh makes build/python-venv")
    return options
