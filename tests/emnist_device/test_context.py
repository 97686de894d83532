from __future__ import annotations

import itertools

import numpy as np
import pytest

from emnist_device.context import Context, mix_kinds, posterior_kinds
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER

EVEN = np.full(62, 1 / 62)


def emissions(*characters: dict[str, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return how well characters explain places: what is given, and little for the others."""
    table = np.full((len(characters), 62), 1e-4)
    for row, given in zip(table, characters, strict=True):
        for char, value in given.items():
            row[BYCLASS.index(char)] = value
    return table


def test_every_kind_gives_probabilities_or_nothing() -> None:
    table = np.random.default_rng(1).dirichlet(np.full(62, 0.1), 6)
    for kind, kinds in (("english", 14), ("neutral", 11), ("none", 1)):
        context = Context(EVEN, kind)
        evidence, found = context.read(table)
        assert found.shape == (kinds, 6, 62)
        assert context.prior.sum() == pytest.approx(1)
        assert np.array_equal(context.evidence(table), evidence)
        live = np.isfinite(evidence)
        assert found[live].sum(axis=2) == pytest.approx(1)


def test_rows_and_series_agree_with_all_strings_one_by_one() -> None:
    table = np.zeros((3, 62))
    members = [DIGITS.index(char) for char in "0129"]
    table[:, members] = np.random.default_rng(2).random((3, 4))
    evidence, found = Context(EVEN, "neutral").read(table)
    for index, step in ((5, 0), (8, 1)):  # rows of digits, series of digits
        total, shares = 0.0, np.zeros((3, 62))
        for string in itertools.product(members, repeat=3):
            score = 0.1
            for place, char in enumerate(string):
                score *= table[place, char]
                if place:
                    score *= 0.97 * (char == (string[place - 1] + step) % 10) + 0.03 / 10
            total += score
            shares[range(3), list(string)] += score
        assert evidence[index] == pytest.approx(np.log(total))
        assert found[index] == pytest.approx(shares / total)


def test_a_row_by_one_hand_says_no_surer_than_one_character_whether_it_is_of_digits() -> None:
    one = {"1": 0.4, "I": 0.6}
    evidence, _ = Context(EVEN, "neutral").read(emissions(*[one] * 16))
    mixed, digits, capitals = evidence[4:7]
    # A row begins with each of ten digits, of 26 capitals.
    assert capitals - digits == pytest.approx(np.log(0.6 / 0.4) + np.log(10 / 26) / 16, abs=0.01)
    # What rows have against other kinds of words grows with each place all the same.
    assert np.logaddexp(digits, capitals) > mixed + 16 * np.log(10)


def test_kinds_hold_their_characters_only() -> None:
    table = np.ones((3, 62))
    _, found = Context(EVEN, "neutral").read(table)
    for index, (first, rest) in enumerate(
        [(DIGITS, DIGITS), (UPPER, UPPER), (LOWER, LOWER), (UPPER, LOWER)]
    ):
        for place, chars in enumerate((first, rest, rest)):
            shares = dict(zip(BYCLASS, found[index, place], strict=True))
            assert {char for char, share in shares.items() if share} == set(chars)


def test_a_common_kind_becomes_commoner_and_a_rare_one_never_goes() -> None:
    prior = np.array([0.5, 0.5])
    evidence = np.log([[0.9, 0.1]] * 12)
    shares = mix_kinds(evidence, prior)
    assert shares.sum() == pytest.approx(1)
    assert 0.8 < shares[0] < 1
    assert posterior_kinds(np.array([0.0, -np.inf]), prior) == pytest.approx([1, 0])


def test_english_tells_what_no_shape_tells() -> None:
    table = emissions({"h": 1}, {"o": 1}, {"u": 0.4, "v": 0.6}, {"s": 1}, {"e": 1})
    context = Context(EVEN, "english")
    evidence, found = context.read(table)
    assert found[12, 2].argmax() == BYCLASS.index("u")
    assert evidence[12] > evidence[2]


def test_words_that_cannot_be_english_are_not_looked_up() -> None:
    table = emissions(*[{char: 1.0} for char in "20479135"])
    evidence, _ = Context(EVEN, "english").read(table)
    assert (evidence[11:] == -np.inf).all()
