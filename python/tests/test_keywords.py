"""Keywords as a mutable mapping."""

import os
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


def test_each_is_shown_as_it_was_read_with_its_name(segment):
    """Another process removes each keyword as soon as it was listed."""
    segment.keywords.update(GAIN=1, MODE="closed")

    class Losing:
        def _keyword_at(self, index):
            return segment.keywords._segment._keyword_at(index)

        def _keyword_count(self):
            return segment.keywords._segment._keyword_count()

        def _keyword(self, name):
            raise AssertionError(f"{name} was looked for once more")

    words = type(segment.keywords)(Losing())
    assert repr(words) == "<Keywords {'GAIN': 1, 'MODE': 'closed'}>"
    assert words.copy() == dict(words.items()) == {"GAIN": 1, "MODE": "closed"} == words
    assert list(words.values()) == [1, "closed"] and "closed" in words.values() and 2 not in words.values()


def test_update_sets_all_in_one_pass_and_keeps_comments(name):
    wanted = {f"K{number}": number for number in range(20_000)}
    with shm(name, np.zeros(4), nbkw=len(wanted)) as made:
        made.keywords.set("K7", 0, "the seventh")
        made.keywords.update(wanted.items())  # seconds when each were looked for among all
        assert dict(made.keywords) == wanted
        assert made.keywords.comment("K7") == "the seventh"
        made.keywords.clear()
        assert len(made.keywords) == 0


def test_update_with_one_that_does_not_fit_sets_nothing(segment):
    segment.keywords["GAIN"] = 1
    for bad in ({"TEXT": "x" * 17}, {"x" * 17: 1}, {"BIG": 2**63}, {"NONE": None}, {5: 1}, {"": 1}, {"LIST": [1]}):
        with pytest.raises(ValueError) as caught:
            segment.keywords.update({"GAIN": 2, **bad})
        assert segment.name in str(caught.value)
        assert dict(segment.keywords) == {"GAIN": 1}
    with pytest.raises(ValueError, match="no room for 2 keywords, D"):
        segment.keywords.update(A=1, B=2, C=np.float32(0.5), D=4, E=5)
    assert dict(segment.keywords) == {"GAIN": 1, "A": 1, "B": 2, "C": 0.5}


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


NUMPY_VALUES = {
    "float16": (np.float16(0.5), 0.5),
    "float32": (np.float32(0.25), 0.25),
    "float64": (np.float64(-1.5), -1.5),
    "longdouble": (np.longdouble(2.5), 2.5),
    "int8": (np.int8(-5), -5),
    "uint64": (np.uint64(2**63 - 1), 2**63 - 1),
    "bool": (np.True_, 1),
    "text": (np.str_("Vega"), "Vega"),
    "array of a float": (np.array(0.125, "f4"), 0.125),
    "array of an integer": (np.array(7, "u1"), 7),
    "array of a text": (np.array("Vega"), "Vega"),
    "swapped bytes": (np.array(3, ">i4"), 3),
    "part of an array": (np.arange(3.0)[2], 2.0),
    "unmasked": (np.ma.array(3, mask=False), 3),
}


@pytest.mark.parametrize("value, found", NUMPY_VALUES.values(), ids=NUMPY_VALUES.keys())
def test_values_of_numpy(segment, value, found):
    segment.keywords["KEY"] = value
    assert segment.keywords["KEY"] == found and type(segment.keywords["KEY"]) is type(found)


@pytest.mark.parametrize(
    "value",
    [np.complex64(1), np.zeros(1), np.array([1, 2]), np.uint64(2**63), np.bytes_(b"x"), np.datetime64(1, "s"),
     np.ma.masked, np.ma.array(3, mask=True), np.array(None), np.str_("x" * 17)],
    ids=str,
)  # fmt: skip
def test_values_of_numpy_that_do_not_fit(segment, value):
    with pytest.raises(ValueError, match=os.path.basename(segment.name)) as caught:
        segment.keywords["KEY"] = value
    assert caught.value.code == daoShm.ErrorCode.KEYWORD and len(segment.keywords) == 0


ERRORS = {
    "name": lambda words: words.set(5, 1),
    "no text": lambda words: words[None],
    "name with a zero byte": lambda words: words["a\0"],
    "name with a surrogate": lambda words: words["\ud800"],
    "long name": lambda words: words.set("x" * 17, 1),
    "value": lambda words: words.set("KEY", [1]),
    "text with a zero byte": lambda words: words.set("KEY", "a\0"),
    "long text": lambda words: words.set("KEY", "x" * 17),
    "comment": lambda words: words.set("KEY", 1, "a\0"),
    "comment that is no text": lambda words: words.set("KEY", 1, 5),
    "long comment": lambda words: words.set("KEY", 1, "x" * 80),
    "removal": lambda words: words._segment._remove_keyword("a\0"),
}


@pytest.mark.parametrize("action", ERRORS.values(), ids=ERRORS.keys())
def test_errors_name_the_segment(segment, action):
    with pytest.raises(ValueError, match=os.path.basename(segment.name)) as caught:
        action(segment.keywords)
    assert caught.value.code == daoShm.ErrorCode.KEYWORD and "expected" in str(caught.value)
    with shm(data=np.zeros(3), nbkw=4) as private, pytest.raises(ValueError, match="private"):
        action(private.keywords)


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


@pytest.mark.parametrize("word", ["x" * 17, "", "zero\0byte", "\ud800", 5, None, b"GAIN", ["GAIN"]], ids=repr)
def test_names_that_no_keyword_can_have_are_not_there(segment, word):
    words = segment.keywords
    words["GAIN"] = 1
    assert word not in words and (word, 1) not in words.items() and words.get(word) is None and words.pop(word, 7) == 7
    for action in (lambda: words[word], lambda: words.comment(word), lambda: words.__delitem__(word)):
        with pytest.raises(KeyError) as caught:
            action()
        assert isinstance(caught.value, ValueError) and caught.value.code == daoShm.ErrorCode.KEYWORD
    for action in (lambda: words.set(word, 1), lambda: words.setdefault(word, 1)):
        with pytest.raises(ValueError):
            action()
    assert dict(words) == {"GAIN": 1}


@pytest.mark.parametrize("other", [5, None, [1], ["abc"], object()])
def test_an_update_with_what_are_no_pairs_says_what_was_expected(segment, other):
    with pytest.raises(TypeError, match="expected a mapping, or pairs") as caught:
        segment.keywords.update(other)
    assert isinstance(caught.value, daoShm.DaoError)


def test_pop_returns_the_default_for_what_another_process_removed_in_between(name):
    segment = shm(name, np.zeros(2), nbkw=2)
    segment.keywords["A"] = 1

    class RemovedAfterALook(type(segment.keywords)):
        def __getitem__(self, name):
            value = super().__getitem__(name)
            super().__delitem__(name)
            return value

    keywords = RemovedAfterALook(segment)
    assert keywords.pop("A", 7) == 7
    segment.keywords["A"] = 1
    assert segment.keywords.pop("A") == 1
    with pytest.raises(KeyError):
        segment.keywords.pop("A")
