from __future__ import annotations

import itertools

import numpy as np
import pytest

from emnist_device.text.chains import Chains, chain_steps
from emnist_edge.alphabet import BYCLASS

# What of each kind occurs, and how many characters that kind has.
MEMBERS = {"digits": ("0129", 10), "capitals": ("ABYZ", 26), "small": ("abyz", 26)}


def probability(string: str, step: int, size: int) -> float:
    """Return how probable a row (``step`` 0) or series (1) makes ``string``, one by one."""
    found = 1 / size
    for char, after in itertools.pairwise(string):
        expected = BYCLASS[(BYCLASS.index(char) + step) % 62]
        if step and char == "9":
            expected = "0"
        if step and char in "Zz":
            expected = ""
        found *= 0.97 * (after == expected) + 0.03 / size
    return found


@pytest.mark.parametrize("kind", [0, 1, 2])
@pytest.mark.parametrize("step", [0, 1])
def test_rows_and_series_agree_with_all_strings_one_by_one(kind: int, step: int) -> None:
    members, size = list(MEMBERS.values())[kind]
    columns = [BYCLASS.index(char) for char in members]
    table = np.zeros((4, 1, 62))
    table[:, 0, columns] = np.random.default_rng(2).random((4, 4))
    chains = Chains.follow(table, np.array([4]))
    total, shares = 0.0, np.zeros((4, 62))
    for string in itertools.product(members, repeat=4):
        labels = np.array([BYCLASS.index(char) for char in string])
        known = probability("".join(string), step, size)
        assert chain_steps(labels, np.arange(4))[3 * step + kind].prod() == pytest.approx(known)
        score = known * table[range(4), 0, labels].prod()
        total += score
        shares[range(4), labels] += score
    assert chains.evidence[0, 3 * step + kind] == pytest.approx(np.log(total))
    weights = np.zeros((1, 6))
    weights[0, 3 * step + kind] = 1
    assert chains.marginals(weights)[:, 0] == pytest.approx(shares / total)


def test_a_string_of_two_kinds_is_no_row_and_no_series() -> None:
    labels = np.array([BYCLASS.index(char) for char in "9A"])
    assert (chain_steps(labels, np.arange(2)).prod(axis=1) == 0).all()


def test_short_words_end_where_they_end() -> None:
    rng = np.random.default_rng(3)
    table = np.zeros((6, 3, 62))
    lengths = np.array([6, 4, 1])
    for word, length in enumerate(lengths):
        table[:length, word] = rng.dirichlet(np.full(62, 0.2), length)
    together = Chains.follow(table, lengths)
    weights = np.full((3, 6), 1 / 6)
    for word, length in enumerate(lengths):
        alone = Chains.follow(table[:length, [word]], lengths[[word]])
        assert together.evidence[word] == pytest.approx(alone.evidence[0])
        ours = together.marginals(weights)[:, word]
        assert ours[:length] == pytest.approx(alone.marginals(weights[:1])[:, 0])
        assert not ours[length:].any()
