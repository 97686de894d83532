from __future__ import annotations

import itertools

import numpy as np
import pytest

from emnist_device.text.automaton import Automaton

# Strings over three characters: 0, then any number of 1s, then a 2; or a 1 and a 0 or a 2.
ARCS = [(0, 0, 1, 0.5), (1, 1, 1, 0.4), (1, 2, 2, 0.6)]
ARCS += [(0, 1, 3, 0.5), (3, 0, 2, 0.7), (3, 2, 2, 0.3)]
ENDS = [0.0, 0.0, 1.0, 0.0]


@pytest.fixture
def automaton() -> Automaton:
    return Automaton.of_arcs(ARCS, ENDS)


def weight(string: tuple[int, ...]) -> float:
    """Follow ``string`` through the arcs by hand."""
    state, total = 0, 1.0
    for char in string:
        step = next(((t, w) for s, c, t, w in ARCS if (s, c) == (state, char)), None)
        if step is None:
            return 0.0
        state, total = step[0], total * step[1]
    return total * ENDS[state]


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_reading_agrees_with_all_strings_one_by_one(automaton: Automaton, length: int) -> None:
    emissions = np.random.default_rng(length).random((length, 3))
    strings = list(itertools.product(range(3), repeat=length))
    scores = np.array(
        [weight(s) * np.prod([emissions[n, c] for n, c in enumerate(s)]) for s in strings]
    )
    reading = automaton.read(emissions)
    assert automaton.lengths(4, np.ones(3, bool)) == {2, 3, 4}
    if length == 1:
        assert reading.evidence == -np.inf
        assert reading.best == ()
        return
    assert reading.evidence == pytest.approx(np.log(scores.sum()))
    assert reading.best == strings[int(scores.argmax())]
    for place, char in itertools.product(range(length), range(3)):
        share = sum(score for s, score in zip(strings, scores, strict=True) if s[place] == char)
        assert reading.marginals[place, char] == pytest.approx(share / scores.sum())


def test_characters_that_may_not_occur_leave_shorter_lengths(automaton: Automaton) -> None:
    assert automaton.lengths(5, np.array([True, False, True])) == {2}
    assert automaton.lengths(5, np.array([False, False, True])) == frozenset()


def test_long_strings_do_not_underflow(automaton: Automaton) -> None:
    emissions = np.full((180, 3), 1e-4)
    reading = automaton.read(emissions)
    assert np.isfinite(reading.evidence)
    assert reading.marginals.sum(axis=1) == pytest.approx(1.0)
    assert reading.best == (0, *[1] * 178, 2)
