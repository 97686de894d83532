from __future__ import annotations

from math import inf

import pytest

from evaluate.scoring.words import split_words

pytest.importorskip("symspellpy")


def gaps(*words: str, between: float = 1.0) -> list[float]:
    """Return the room to the left of each letter of ``words`` but the first."""
    return [gap for word in words for gap in [between, *[0.2] * (len(word) - 1)]][1:]


@pytest.mark.parametrize(
    "text",
    ["over the lazy black dog", "FAILED WIZARD KNEW THAT SOME", "She needs to upgrade", "proposal"],
)
def test_sentences_are_parted_into_their_words(text: str) -> None:
    words = text.split()
    assert split_words("".join(words), gaps(*words)) == words
    assert split_words("".join(words), gaps(*words, between=inf)) == words  # a word a line


@pytest.mark.parametrize(
    "text", ["abcdefghijklmnopqrstuvwxyz", "NCTxOrWa", "call 911", "that,anyway", "", "naïve"]
)
def test_what_is_no_english_is_left_alone(text: str) -> None:
    assert split_words(text, [0.2] * (len(text) - 1)) is None


def test_words_that_the_room_between_letters_denies_are_not_certain() -> None:
    words = ["over", "plates"]
    assert split_words("overplates", gaps(*words)) == words
    assert split_words("overplates", gaps(*words, between=0.1)) is None


def test_a_capital_inside_a_word_tells_that_words_are_wrong() -> None:
    assert split_words("BlackDog", gaps("Black", "Dog")) == ["Black", "Dog"]
    assert split_words("blacKdog", gaps("blacK", "dog")) is None
