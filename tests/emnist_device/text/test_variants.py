from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.text.variants import choose, propose
from emnist_edge.alphabet import BYCLASS
from tests.emnist_device.text.tables import O_OR_ZERO, ZERO_OR_O, boxes, decode, rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


def table(*characters: dict[str, float]) -> NDArray[np.float64]:
    """Return confidences (n, 62)."""
    found = np.zeros((len(characters), len(BYCLASS)))
    for row, given in zip(found, characters, strict=True):
        for char, sure in given.items():
            row[BYCLASS.index(char)] = sure
    return found


def spelled(strings: NDArray[np.intp]) -> list[str]:
    return ["".join(BYCLASS[label] for label in string) for string in strings.tolist()]


def labels(text: str) -> NDArray[np.intp]:
    return np.array([BYCLASS.index(char) for char in text])


def test_the_most_probable_strings_are_looked_at_and_not_what_is_printed() -> None:
    given = table({"C": 1}, {"A": 0.5, "O": 0.4}, {"T": 0.6, "Y": 0.3})
    whole, first, last = propose(given, labels("CAT"), [slice(0, 3), slice(0, 1), slice(1, 3)], 3)
    assert sorted(spelled(whole)) == ["CAY", "COT", "COY"]
    assert spelled(first) == []
    assert spelled(last) == ["OT", "AY", "OY"]
    assert propose(given, labels("CAT"), [], 3) == []


def test_the_most_probable_strings_are_those_of_all() -> None:
    """Which are worth going on with is told before they are known."""
    letters = [BYCLASS.index(char) for char in "ABCDEF"]
    rng = np.random.default_rng(4)
    for _ in range(5):
        given = np.zeros((4, len(BYCLASS)))
        given[:, letters] = rng.dirichlet(np.full(6, 0.7), 4)
        every = {
            string: np.prod(given[np.arange(4), list(string)])
            for string in itertools.product(letters, repeat=4)
        }
        best = sorted(every, key=lambda string: -every[string])[:8]
        (found,) = propose(given, labels("9999"), [slice(0, 4)], 1)
        assert [tuple(string) for string in found.tolist()[:8]] == best


def test_strings_of_one_kind_are_looked_at_however_many_look_alikes_there_are() -> None:
    """Of 256 strings of eight strokes, few are of digits or of letters alone."""
    given = table(*[{"1": 0.4, "I": 0.41, "l": 0.1}] * 8)
    found = spelled(*propose(given, labels("I" * 8), [slice(0, 8)], 1))
    assert {"1" * 8, "l" * 8, "I" + "l" * 7} <= set(found)


def test_what_is_told_is_ordered_and_sums_to_one_at_most() -> None:
    assert choose([0.1, 0.3, 1e-5, 0.2], 0.4, 3) == [(1, 0.3), (3, 0.2), (0, 0.1)]
    assert choose([0.1, 0.3], 0.4, 1) == [(1, 0.3)]
    assert choose([0.5], 0.4, 1) == [(0, 0.4)]
    told = choose([0.9, 0.7], 0.5, 2)
    assert [number for number, _ in told] == [0, 1]
    assert sum(chance for _, chance in told) == pytest.approx(0.5)


def test_words_have_alternatives_that_are_likely_together() -> None:
    """Where one O is a zero, the other is as well: by one hand, of one kind."""
    (line,) = decode(rows(ZERO_OR_O, {"1": 0.4, "I": 0.35, "L": 0.2}, ZERO_OR_O))
    (word,) = line.words
    assert word.text == "010"
    texts = [other.text for other in word.alternatives]
    assert set(texts[:2]) == {"OIO", "OLO"}
    assert not {"01O", "O10"} & set(texts)
    said = [other.confidence for other in word.alternatives]
    assert word.confidence > said[0]
    assert said == sorted(said, reverse=True)
    assert word.confidence + sum(said) <= 1 + 1e-9


def test_each_word_of_a_line_has_its_own_and_as_many_as_asked_for() -> None:
    given = rows("H", {"W": 0.6, "M": 0.39}, "X", {"7": 0.7, "1": 0.29})
    for top_k in (0, 1, 3):
        (line,) = decode(given, [boxes(4, gaps=[1])], top_k, context="none")
        firsts = [[other.text for other in word.alternatives[:1]] for word in line.words]
        assert firsts == ([["HM"], ["X1"]] if top_k else [[], []])
        assert all(len(word.alternatives) <= top_k for word in line.words)
    assert line.words[0].alternatives[0].confidence == pytest.approx(0.39 * 0.99, abs=0.02)


def test_what_is_too_long_for_a_word_has_none() -> None:
    (line,) = decode(rows(*[{"7": 0.6, "1": 0.39}] * 41))
    assert [word.alternatives for word in line.words] == [()]


def test_alternatives_keep_to_the_pattern_and_its_marks() -> None:
    (line,) = decode(rows("A", {"4": 0.6, "A": 0.35}, O_OR_ZERO), pattern=r"[A-Z]-[A-Z\d]\d")
    (word,) = line.words
    texts = [word.text, *(other.text for other in word.alternatives)]
    assert texts[:2] == ["A-A0", "A-40"]
    assert all(re.fullmatch(r"[A-Z]-[A-Z\d]\d", each) for each in texts)


def test_a_doubtful_word_says_what_it_was_read_as() -> None:
    (line,) = decode(rows("H", {"W": 0.5, "M": 0.45}, "7"), min_confidence=0.9, context="none")
    (word,) = line.words
    assert (word.text, word.confidence) == ("H?7", 0)
    assert [other.text for other in word.alternatives[:2]] == ["HW7", "HM7"]
    assert word.to_dict()["alternatives"][0]["text"] == "HW7"
    assert sum(other.confidence for other in word.alternatives) <= 1
