"""What "What the words mean" lists is what there is."""

import os
import re

import numpy as np
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


def test_every_state_of_ls_is_explained():
    source = (ROOT / "tools/daoshm/segments/survey.cpp").read_text()
    states = set(re.findall(r'return {"([^"]+)"', source.split("StateText state_text", 1)[1].split("\n}\n", 1)[0]))
    listed = table_of_states()
    assert len(states) > 7 and listed == states


def table_of_states():
    rows = PAGE.split("| state | means |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {state.strip() for row in rows for state in row.split("|")[1].split(",")}
