from __future__ import annotations

import itertools

import numpy as np
import pytest

from emnist_device.text.mixtures import mix_kinds, posterior_kinds
from emnist_device.text.word_kinds import Context
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER

EVEN = np.full(62, 1 / 62)


def emissions(*characters: dict[str, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return how well characters explain places: what is given, and little for the others."""
    table = np.full((len(characters), 62), 1e-4)
    for row, given in zip(table, characters, strict=True):
        for char, value in given.items():
            row[BYCLASS.index(char)] = value
    return table


def read(
    table: np.ndarray[tuple[int, int], np.dtype[np.float64]], kind: str = "neutral"
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], list[dict[str, float]]]:
    """Return the evidence of each kind of one word, and how probable each character is."""
    context = Context(EVEN, kind)
    kinds = context.read(table, np.array([len(table)]))
    (reading,) = kinds.readings(context.prior)
    shares = [dict(zip(BYCLASS, row, strict=True)) for row in reading.marginals]
    return kinds.evidence[0], shares


def test_every_kind_gives_probabilities_or_nothing() -> None:
    table = np.random.default_rng(1).dirichlet(np.full(62, 0.1), 6)
    for kind, kinds in (("english", 14), ("neutral", 11), ("none", 1)):
        context = Context(EVEN, kind)
        assert context.prior.sum() == pytest.approx(1)
        evidence, shares = read(table, kind)
        assert evidence.shape == (kinds,)
        assert [sum(row.values()) for row in shares] == pytest.approx([1] * 6)


def test_words_of_a_page_are_read_as_each_by_itself() -> None:
    rng = np.random.default_rng(7)
    lengths = np.array([4, 1, 9, 2, 9, 3])
    table = rng.dirichlet(np.full(62, 0.05), lengths.sum())
    context = Context(EVEN, "english")
    kinds = context.read(table, lengths)
    for reading, evidence, part in zip(
        kinds.readings(context.prior),
        kinds.evidence,
        np.split(table, np.cumsum(lengths)[:-1]),
        strict=True,
    ):
        one = context.read(part, np.array([len(part)]))
        (alone,) = one.readings(context.prior)
        assert one.evidence[0] == pytest.approx(evidence)
        assert reading.marginals == pytest.approx(alone.marginals)
        assert reading.best == alone.best
        assert reading.chance == pytest.approx(alone.chance)


@pytest.mark.parametrize("kind", ["english", "neutral", "none"])
def test_the_chance_of_a_word_is_that_of_its_string_among_all(kind: str) -> None:
    members = [BYCLASS.index(char) for char in "7atB"]
    table = np.zeros((3, 62))
    table[:, members] = np.random.default_rng(5).random((3, 4))
    context = Context(EVEN, kind)
    kinds = context.read(table, np.array([3]))
    posterior = posterior_kinds(kinds.evidence, context.prior)
    strings = [np.array(string) for string in itertools.product(members, repeat=3)]
    total = sum(kinds.chances(posterior, string, np.arange(1)) for string in strings)
    assert total == pytest.approx(1)


def test_kinds_hold_their_characters_only() -> None:
    table = emissions(*[dict.fromkeys("0Oo", 1.0)] * 3)
    evidence, _ = read(table)
    for index, (first, rest) in enumerate(
        [(DIGITS, DIGITS), (UPPER, UPPER), (LOWER, LOWER), (UPPER, LOWER)]
    ):
        fits = [(1 + 1e-4 * (len(chars) - 1)) / len(chars) for chars in (first, rest, rest)]
        # Digits or letters: told once for all three, and here not at all.
        assert evidence[index] == pytest.approx(np.log(fits).sum())


def test_a_lone_character_tells_nothing_of_its_kind() -> None:
    context = Context(EVEN, "english")
    table = emissions({"0": 0.55, "O": 0.44})
    alone = context.find_frequencies(context.read(table, np.array([1])))
    assert alone.tolist() == context.prior.tolist()
    (reading,) = context.read(table, np.array([1])).readings(alone)
    assert reading.marginals[0] == pytest.approx(table[0] / table[0].sum())


def test_a_common_kind_becomes_commoner_and_a_rare_one_never_goes() -> None:
    prior = np.array([0.5, 0.5])
    evidence = np.log([[0.9, 0.1]] * 12)
    shares = mix_kinds(evidence, prior)
    assert shares.sum() == pytest.approx(1)
    assert 0.8 < shares[0] < 1
    assert posterior_kinds(np.array([0.0, -np.inf]), prior) == pytest.approx([1, 0])


def test_english_tells_what_no_shape_tells() -> None:
    table = emissions({"h": 1}, {"o": 1}, {"u": 0.4, "v": 0.6}, {"s": 1}, {"e": 1})
    evidence, shares = read(table, "english")
    assert shares[2]["u"] > 0.9
    assert evidence[12] > evidence[2]


def test_words_that_cannot_be_english_are_not_looked_up() -> None:
    evidence, _ = read(emissions(*[{char: 1.0} for char in "20479135"]), "english")
    assert (evidence[11:] == -np.inf).all()


def test_a_short_word_that_may_be_english_is_looked_up() -> None:
    evidence, _ = read(emissions({"O": 1}, {"N": 1}), "english")
    assert np.isfinite(evidence[11])
