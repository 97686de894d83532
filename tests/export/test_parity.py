from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.errors import ParityError
from export.parity import Parity, compare, require, require_same


def test_compare_against_values_worked_out_by_hand() -> None:
    reference = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7]], np.float32)
    candidate = np.array([[0.8, 0.2], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]], np.float32)
    labels = np.array([0, 0, 1, 0], np.uint8)
    parity = compare(reference, candidate, labels)
    assert parity.accuracy_drop == pytest.approx(25)
    assert parity.agreement == 0.75
    assert parity.largest_difference == pytest.approx(0.2)


def test_the_gate_opens_for_a_small_drop_and_for_a_gain_only() -> None:
    for drop in (0.2, 0.3, -5.0):
        require(Parity(100, drop, 1, 0), "model", most=0.3)
    with pytest.raises(ParityError, match=r"model loses 0\.31 points"):
        require(Parity(100, 0.31, 1, 0), "model", most=0.3)


def test_other_classes_are_let_through_where_they_are_few_and_ties() -> None:
    reference = np.full((1000, 3), [0.4, 0.4, 0.2])
    candidate = reference.astype(np.float32)
    candidate[7] = [0.39, 0.41, 0.2]
    require_same(reference, candidate, "forest", least=0.999)
    candidate[8] = [0.39, 0.41, 0.2]
    with pytest.raises(ParityError, match="another class for 2 of 1000 images, 0 of them no ties"):
        require_same(reference, candidate, "forest", least=0.999)
    candidate[7:9] = [[0.4, 0.4, 0.2], [0.3, 0.3, 0.4]]
    with pytest.raises(ParityError, match="for 1 of 1000 images, 1 of them no ties"):
        require_same(reference, candidate, "forest", least=0.999)
