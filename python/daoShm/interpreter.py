"""Refuses to be imported where the extension module would break the objects of another interpreter."""

from __future__ import annotations

import importlib


def number() -> int:
    """The number of this interpreter, 0 for the main one. Where Python cannot tell there is only one."""
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            current = importlib.import_module(name).get_current()
        except ImportError:
            continue
        return int(current[0] if isinstance(current, tuple) else current)
    return 0


if number() != 0:
    raise ImportError(
        f"daoShm: imported in interpreter {number()} of this process; expected the main one, as NumPy and the extension"
        " module serve one interpreter a process"
    )
