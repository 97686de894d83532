from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.detect.lattice.search import cover

if TYPE_CHECKING:
    from emnist_device.detect.lattice.arcs import Members


def test_the_best_sum_wins_over_the_best_union() -> None:
    scores: dict[Members, float] = {(0, 1): 1.0, (1, 2): 1.5, (2, 3): 1.0}
    assert sorted(cover(scores)) == [(0, 1), (2, 3)]
    scores[1, 2] = 2.5
    assert cover(scores) == [(1, 2)]


def test_members_need_not_follow_one_another() -> None:
    scores: dict[Members, float] = {(0, 2): 1.0, (1, 3): 1.0, (2, 3): 1.9}
    assert sorted(cover(scores)) == [(0, 2), (1, 3)]


def test_pieces_that_stay_as_they_are_need_no_score() -> None:
    assert cover({}) == []
    assert cover({(4,): 0.0}) in ([], [(4,)])
    assert cover({(4,): 0.1}) == [(4,)]


@pytest.mark.parametrize("seed", range(20))
def test_no_other_choice_has_a_larger_sum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    every = [s for size in (1, 2, 3) for s in combinations(range(7), size)]
    drawn = rng.permutation(len(every))[:11].tolist()
    scores = {every[number]: float(rng.uniform(0, 3) * len(every[number])) for number in drawn}
    chosen = cover(scores)
    assert len({piece for members in chosen for piece in members}) == sum(map(len, chosen))
    choices = chain.from_iterable(combinations(scores, size) for size in range(8))
    best = max(
        sum(scores[members] for members in choice)
        for choice in choices
        if len({piece for members in choice for piece in members}) == sum(map(len, choice))
    )
    assert sum(scores[members] for members in chosen) == pytest.approx(best)


def test_where_not_all_covers_can_be_followed_the_best_are() -> None:
    """Each piece with each of the next 12: nearly what taking the largest again and again does."""
    rng = np.random.default_rng(1)
    pairs = ((one, one + step) for one in range(100) for step in range(1, 13))
    scores: dict[Members, float] = {pair: float(rng.uniform(0, 3)) for pair in pairs}
    greedy: dict[Members, float] = {}
    for members in sorted(scores, key=lambda each: -scores[each]):
        if all(set(members).isdisjoint(other) for other in greedy):
            greedy[members] = scores[members]
    assert sum(scores[members] for members in cover(scores)) > 0.95 * sum(greedy.values())
