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
