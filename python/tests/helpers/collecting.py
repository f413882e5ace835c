"""For each conftest.py: `from collecting import pytest_collection_finish  # noqa: F401`."""

import gc


def pytest_collection_finish():
    """The thousands of tests stay until the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
