from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.alphabet import BYMERGE, NOTHING, SYMBOLS
from emnist_edge.scoring.letters import Letters

MORE = BYMERGE + SYMBOLS + NOTHING


def test_letters_and_digits_are_picked_and_sum_to_one() -> None:
    letters = Letters.of("a.0∅Z")
    assert letters.alphabet == "a0Z"
    said = np.array([[0.1, 0.3, 0.2, 0.2, 0.2], [0, 0.6, 0, 0.4, 0]], np.float32)
    assert letters.pick(said)[0] == pytest.approx([0.2, 0.4, 0.4])
    assert letters.pick(said)[1] == pytest.approx([1 / 3] * 3)  # of what says nothing of them
    assert letters.pick(said).dtype == np.float32
    assert letters.pick(said[:0]).shape == (0, 3)
    assert letters.shares([0.1, 0.3, 0.2, 0.2, 0.2]) == pytest.approx([0.2, 0.4, 0.4])
    assert letters.shares([]) == []


def test_what_has_no_further_classes_stays_to_the_bit() -> None:
    said = np.random.default_rng(1).dirichlet(np.ones(47), 9).astype(np.float32)
    letters = Letters.of(BYMERGE)
    assert letters.pick(said) is said
    shares = [1 / 46] * 47
    assert letters.shares(shares) == shares


def test_bymerge_is_what_is_left_of_the_classes_of_models_with_symbols() -> None:
    assert len(MORE) == len(BYMERGE + SYMBOLS) + 1
    assert Letters.of(MORE).alphabet == BYMERGE
    assert Letters.of("€∅?").alphabet == ""
