"""Keywords as a mutable mapping."""

from collections.abc import MutableMapping

import numpy as np
import pytest

import daoShm
from daoShm import shm


@pytest.fixture
def segment(name):
    with shm(name, np.zeros(4), nbkw=4) as made:
        yield made


def test_keywords_are_a_mapping(segment):
    words = segment.keywords
    assert isinstance(words, MutableMapping) and len(words) == 0
    words["GAIN"] = 0.5
    words["MODE"] = "closed"
    words["FRAMES"] = -3
    assert dict(words) == {"GAIN": 0.5, "MODE": "closed", "FRAMES": -3}
    assert [type(words[key]) for key in ("GAIN", "MODE", "FRAMES")] == [float, str, int]
    assert "GAIN" in words and "OTHER" not in words and words.get("OTHER", 7) == 7
    words.update(GAIN=1, FRAMES=2)
    assert words["GAIN"] == 1 and words.pop("FRAMES") == 2
    del words["MODE"]
    assert list(words) == ["GAIN"] and "GAIN" in repr(words)


def test_keywords_are_shared(segment):
    with shm(segment.name) as other:
        segment.keywords["TARGET"] = "Vega"
        assert other.keywords["TARGET"] == "Vega"


def test_comments(segment):
    segment.keywords.set("GAIN", 0.5, "of the loop")
    assert segment.keywords.comment("GAIN") == "of the loop"
    segment.keywords["GAIN"] = 0.6
    assert segment.keywords.comment("GAIN") == "of the loop"
    segment.keywords["OTHER"] = 1
    assert segment.keywords.comment("OTHER") == ""


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 1e300, float("inf"), "x" * 16, "", "é", np.int16(5)])
def test_values_at_the_limits(segment, value):
    segment.keywords["sixteen_bytes_ab"] = value
    assert segment.keywords["sixteen_bytes_ab"] == value


@pytest.mark.parametrize("value", [2**63, "x" * 17, "é" * 9, None, [1], 1j, b"x", "a\0b", "\ud800"])
def test_values_that_do_not_fit(segment, value):
    with pytest.raises(ValueError) as caught:
        segment.keywords["KEY"] = value
    assert isinstance(caught.value, daoShm.DaoError) and len(segment.keywords) == 0


@pytest.mark.parametrize("key", ["", "x" * 17])
def test_names_that_do_not_fit(segment, key):
    with pytest.raises(ValueError):
        segment.keywords[key] = 1


@pytest.mark.parametrize("key", ["GAIN\0", "GAIN\0x", "\0"])
def test_names_with_a_zero_byte_are_not_those_of_shorter_keywords(segment, key):
    segment.keywords.set("GAIN", 1, "of the loop")
    words = segment.keywords
    actions = (
        lambda: words[key],
        lambda: words.__setitem__(key, 2),
        lambda: words.__setitem__(key, 0.5),
        lambda: words.__setitem__(key, "text"),
        lambda: words.__delitem__(key),
        lambda: words.comment(key),
        lambda: words.get(key),
    )
    for action in actions:
        with pytest.raises(ValueError, match="zero byte") as caught:
            action()
        assert isinstance(caught.value, daoShm.DaoError) and caught.value.code == daoShm.ErrorCode.KEYWORD
    assert dict(words) == {"GAIN": 1} and words.comment("GAIN") == "of the loop"


@pytest.mark.parametrize("comment", ["x" * 80, "of\0the loop", "\ud800"])
def test_comments_that_do_not_fit(segment, comment):
    segment.keywords.set("GAIN", 1, "of the loop")
    with pytest.raises(ValueError) as caught:
        segment.keywords.set("GAIN", 2, comment)
    assert isinstance(caught.value, daoShm.DaoError)
    assert segment.keywords["GAIN"] == 1 and segment.keywords.comment("GAIN") == "of the loop"


def test_a_keyword_that_is_not_there(segment):
    for action in (segment.keywords.__getitem__, segment.keywords.__delitem__, segment.keywords.comment):
        with pytest.raises(KeyError, match="NONE") as caught:
            action("NONE")
        assert isinstance(caught.value, daoShm.DaoError)


def test_no_room_for_another(segment):
    for number in range(4):
        segment.keywords[f"K{number}"] = number
    with pytest.raises(ValueError):
        segment.keywords["K4"] = 4
    assert len(segment.keywords) == 4
