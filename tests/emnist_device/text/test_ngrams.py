from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.text.ngrams import LETTERS, PRUNING, NGrams, load_ngrams
from emnist_edge.artifact import MODELS
from emnist_edge.errors import ModelError
from export.ngrams import estimate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("order", [2, 3, 4])
def test_reading_agrees_with_all_words_one_by_one(order: int) -> None:
    ngrams = NGrams(np.random.default_rng(order).random((27,) * order))
    emissions = np.zeros((2, 3, 26))
    emissions[:, :, [0, 4, 19]] = np.random.default_rng(1).random((2, 3, 3))
    evidence, found = ngrams.read(emissions)
    for variant in range(2):
        total, shares = 0.0, np.zeros((3, 26))
        for word in itertools.product([0, 4, 19], repeat=3):
            symbols = [0] * (order - 1) + [letter + 1 for letter in word] + [0]
            score = np.prod(
                [ngrams.table[tuple(symbols[n : n + order])] for n in range(4)]
            ) * np.prod([emissions[variant, n, letter] for n, letter in enumerate(word)])
            total += float(score)
            shares[range(3), list(word)] += score
        assert evidence[variant] == pytest.approx(np.log(total))
        assert found[variant] == pytest.approx(shares / total)


@pytest.mark.parametrize("order", [2, 3, 4])
def test_words_are_scored_as_each_by_itself(order: int) -> None:
    rng = np.random.default_rng(order)
    ngrams = NGrams(rng.random((27,) * order))
    lengths = np.array([3, 1, 5])
    letters = rng.integers(26, size=9)
    for score, word in zip(ngrams.score(letters, lengths), np.split(letters, [3, 4]), strict=True):
        emissions = np.zeros((1, len(word), 26))
        emissions[0, range(len(word)), word] = 1
        assert score == pytest.approx(ngrams.read(emissions)[0][0])


def test_words_of_a_page_are_read_as_each_by_itself() -> None:
    rng = np.random.default_rng(4)
    ngrams = NGrams(rng.random((27,) * 3))
    lengths = np.array([3, 1, 5, 4])  # of the third there are too many strings to write down
    starts = np.cumsum(lengths) - lengths
    emissions = np.zeros((3, 13, 26))
    for start, length, count in zip(starts, lengths, (2, 3, 6, 2), strict=True):
        emissions[:, start : start + length, :count] = rng.uniform(0.1, 1, (3, length, count))
    live = np.array([[1, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 0]], bool)
    evidence, found = ngrams.read_words(emissions, starts, lengths, live)
    for word, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        for variant in range(3):
            rows = slice(start, start + length)
            if not live[variant, word]:
                assert evidence[variant, word] == -np.inf
                assert not found[variant, rows].any()
                continue
            level, letters = ngrams.read(emissions[live[:, word], rows])
            own = live[:variant, word].sum()
            assert evidence[variant, word] == pytest.approx(level[own])
            assert found[variant, rows] == pytest.approx(letters[own])


@pytest.mark.parametrize("places", [2, 5])
def test_a_variant_that_no_letter_explains_is_none_beside_one_that_is(places: int) -> None:
    emissions = np.zeros((2, places, 26))
    emissions[:, :-1, :6] = 1
    emissions[:, -1, [1, 0]] = np.diag([1, 1e-3])  # so little that the letter is left out
    evidence, found = load_ngrams().read_words(
        emissions, np.array([0]), np.array([places]), np.ones((2, 1), bool)
    )
    assert np.isfinite(evidence[0])
    assert evidence[1] == -np.inf
    assert found[0].sum(axis=1) == pytest.approx(1)
    assert not found[1].any()


def test_of_many_letters_the_most_probable_are_looked_at() -> None:
    emissions = np.zeros((1, 2, 26))
    emissions[0, 0, 3:12] = np.linspace(1, 0.2, 9)
    emissions[0, 1, [20, 2]] = 1, 0.5
    _, found = load_ngrams().read(emissions)
    assert np.flatnonzero(found[0, 0]).tolist() == [*range(3, 3 + PRUNING.most)]
    assert np.flatnonzero(found[0, 1]).tolist() == [2, 20]


def test_what_ships_is_small_and_knows_english() -> None:
    path = MODELS / "english.npz"
    assert path.stat().st_size <= 300_000
    ngrams = load_ngrams()
    sums = ngrams.table.sum(axis=-1)
    assert sums == pytest.approx(1, abs=0.15)  # rounded to steps of an eighth of a bit

    def bits(word: str) -> float:
        emissions = np.zeros((1, len(word), 26))
        emissions[0, range(len(word)), [LETTERS.index(char) for char in word]] = 1
        return float(-ngrams.read(emissions)[0][0] / np.log(2))

    assert bits("street") < bits("strxet") - 5
    assert bits("water") < bits("wqter") - 5


def test_a_letter_is_told_by_the_ones_around_it() -> None:
    emissions = np.zeros((1, 5, 26))
    emissions[0, [0, 1, 2, 4], [LETTERS.index(char) for char in "hous"]] = 1
    emissions[0, [3, 4]] = 0
    emissions[0, 3, [LETTERS.index(char) for char in "sz"]] = 0.4, 0.6
    emissions[0, 4, LETTERS.index("e")] = 1
    _, found = load_ngrams().read(emissions)
    assert found[0, 3].argmax() == LETTERS.index("s")


def test_estimates_are_probabilities_that_prefer_what_was_counted() -> None:
    table = estimate(["ab", "abc"], [1.0, 1.0], 3, uniform=0.1)
    assert table.sum(axis=-1) == pytest.approx(1)
    a, b, c = 1, 2, 3
    assert table[0, 0].argmax() == a
    assert table[0, a].argmax() == b
    assert table[a, b, c] == pytest.approx(table[a, b, 0], rel=0.1)
    assert table[a, b, c] > 5 * table[a, b, a] > 0


def test_a_damaged_table_is_said(tmp_path: Path) -> None:
    path = tmp_path / "table.npz"
    with pytest.raises(ModelError, match="cannot be read"):
        load_ngrams(path)
    np.savez(path, costs=np.zeros((27, 26), np.uint8))
    with pytest.raises(ModelError, match="no table of letter sequences"):
        load_ngrams(path)
