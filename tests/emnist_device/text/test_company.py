"""Symbols beside what they usually stand beside."""

from __future__ import annotations

import numpy as np
import pytest

from emnist_device.text.company import _USUAL, Neighbours
from emnist_edge.alphabet import SYMBOLS

DIGIT, LETTER = {"9": 1.0}, {"A": 1.0}


def chance(symbol: str, *before: dict[str, float], after: tuple[dict[str, float], ...]) -> float:
    """Return how probable ``symbol`` is that looks like a digit and a letter as much as itself."""
    either = {"9": 1.0, "A": 1.0, symbol: 1.0}
    every = "9A" + SYMBOLS
    rows = [*before, either, *after]
    scores = np.array([[row.get(char, 0.0) for char in every] for row in rows])
    weighed = Neighbours(SYMBOLS).weigh(scores, [slice(0, len(rows))])
    assert weighed.sum(axis=1) == pytest.approx(np.ones(len(rows)))
    return float(weighed[len(before), every.index(symbol)])


def test_every_symbol_has_what_is_usual_beside_it() -> None:
    assert set(_USUAL) == set(SYMBOLS)


@pytest.mark.parametrize("symbol", "/-.:+=,")
def test_symbols_are_rather_between_digits_than_in_words(symbol: str) -> None:
    between = chance(symbol, DIGIT, DIGIT, after=(DIGIT, DIGIT))
    within = chance(symbol, LETTER, LETTER, after=(LETTER, LETTER))
    assert between > within


def test_question_marks_end_words() -> None:
    assert chance("?", LETTER, after=()) > 2 * chance("?", LETTER, after=(LETTER,))
    assert chance("?", LETTER, after=()) > 2 * chance("?", after=(LETTER,))


def test_brackets_open_and_close() -> None:
    assert chance("(", after=(DIGIT,)) > 2 * chance("(", DIGIT, after=())
    assert chance(")", DIGIT, after=()) > 2 * chance(")", after=(DIGIT,))


def test_a_digit_among_letters_is_rather_a_symbol() -> None:
    mark = {"9": 1.0, "!": 1.0}
    every = "9A" + SYMBOLS
    scores = np.array([[row.get(char, 0.0) for char in every] for row in (LETTER, LETTER, mark)])
    assert Neighbours(SYMBOLS).weigh(scores, [slice(0, 3)])[2, every.index("!")] > 0.5


def test_without_symbols_there_are_digits_and_letters() -> None:
    assert Neighbours("").weigh(np.ones((3, 2)), [slice(0, 3)]) == pytest.approx(
        np.full((3, 2), 0.5)
    )


def test_words_are_weighed_each_by_itself_and_what_is_in_none_is_nothing() -> None:
    scores = np.random.default_rng(2).random((9, 2 + len(SYMBOLS)))
    words = [slice(0, 2), slice(3, 4), slice(4, 9)]
    weigh = Neighbours(SYMBOLS).weigh
    together = weigh(scores, words)
    for word in words:
        alone = weigh(scores[word], [slice(0, word.stop - word.start)])
        assert together[word] == pytest.approx(alone)
        assert together[word].sum(axis=1) == pytest.approx(1)
    assert (together[2] == 0).all()
    assert (weigh(scores, []) == 0).all()
