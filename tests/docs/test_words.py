"""What "What the words mean" lists is what there is."""

import math
import os
import re
import time

import numpy as np
import pytest
from blocks import ROOT

from daoShm import remove, shm

PAGE = (ROOT / "docs/guide/words.md").read_text()


def table(head):
    """The words in code in the first column of the table under this head."""
    rows = PAGE.split(f"| {head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {word for row in rows for word in re.findall(r"`(\w+)`", row.split("|")[1])}


def test_every_key_of_info_and_of_the_metadata_is_explained():
    name = f"/tmp/daoshm-words-{os.getpid()}.im.shm"
    with shm(name, np.zeros(4)) as segment:
        metadata, info = set(segment.get_meta_data()), set(segment.info)
    remove(name)
    assert table("`get_meta_data()`") == metadata
    assert table("`info`") == info


def time_limits(row):
    """What the table of time limits says of Python."""
    lines = PAGE.split("## Time limits", 1)[1].strip().splitlines()
    column = [cell.strip() for cell in lines[0].split("|")].index("Python")
    return next(line.split("|")[column].strip() for line in lines if line.startswith(f"| {row} |"))


@pytest.fixture
def waits():
    """The calls with a time limit, by the names that the table has for them."""
    name = f"/tmp/daoshm-limits-{os.getpid()}.im.shm"
    with shm(name, np.zeros(4), depth=2) as segment:
        yield {
            "wait": lambda limit: segment.wait(limit),
            "get_data": lambda limit: segment.get_data(check=True, timeout=limit),
            "get_history": lambda limit: segment.get_history(buffer=True, timeout=limit),
            "frames": lambda limit: next(segment.frames(limit)),
        }
    remove(name)


def came_of(wait, limit):
    try:
        return repr(wait(limit))
    except Exception as error:
        return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")


def test_a_limit_that_passes_ends_each_wait_as_the_table_says(waits):
    said = re.findall(r"`(\w+)` \(([^)]*)\)", time_limits("it passed"))
    results = {call: result for result, calls in said for call in re.findall(r"`(\w+)`", calls)}
    assert results.keys() == waits.keys()
    assert time_limits("unit") == "seconds"
    waits["get_data"](0.01), waits["wait"](0.01)  # what is there already
    for call, wait in waits.items():
        begin = time.monotonic()
        assert came_of(wait, 0.05) == results[call], call
        assert time.monotonic() - begin >= 0.045


def test_what_is_no_time_is_refused_as_the_table_says(waits):
    said = dict(re.findall(r"([^:;]+): `(\w+)`", time_limits("impossible")))
    kinds = {"negative": -1, "NaN": math.nan, "not a number": "long"}
    errors = {kind.strip(): error for found, error in said.items() for kind in found.split(",")}
    assert errors.keys() == kinds.keys()
    for call, wait in waits.items():
        for kind, error in errors.items():
            assert came_of(wait, kinds[kind]) == error, (call, kind)


def test_zero_looks_once_as_the_table_says(waits):
    assert time_limits("only look").startswith("0;")
    waits["wait"](0.01)
    assert came_of(waits["wait"], 0) == "False" and came_of(waits["frames"], 0) == "TimeoutError"
