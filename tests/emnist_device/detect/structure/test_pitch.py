"""Rules that part cells are told from strokes between them."""

from __future__ import annotations

import numpy as np
import pytest

from emnist_device.detect.structure.pitch import find_dividers


def test_all_are_found_in_an_even_row() -> None:
    found = find_dividers(np.arange(0.0, 160.0, 20.0))
    assert found is not None
    assert found.found.all()
    assert found.lost == ()


def test_strokes_between_are_left_out_and_a_lost_rule_is_told() -> None:
    rules = np.delete(np.arange(9) * 20.0, 5)
    places = np.sort(np.concatenate([rules, [27.0, 131.0]]))
    found = find_dividers(places)
    assert found is not None
    assert places[found.found].tolist() == rules.tolist()
    ((one, other, at),) = found.lost
    assert (places[one], places[other]) == (80, 120)
    assert at == pytest.approx(0.5)


def test_strokes_in_the_middle_of_most_cells_halve_no_pitch() -> None:
    rules = np.arange(11) * 20.0
    places = np.sort(np.concatenate([rules, rules[[0, 2, 4, 7]] + 10]))
    found = find_dividers(places)
    assert found is not None
    assert places[found.found].tolist() == rules.tolist()


def test_a_pitch_may_change_along_a_row() -> None:
    places = np.cumsum(20 * 1.01 ** np.arange(20))
    found = find_dividers(places)
    assert found is not None
    assert found.found.all()


@pytest.mark.parametrize("places", [[0, 20], [0, 13, 55, 61, 90, 131]])
def test_what_is_not_even_is_not_judged(places: list[float]) -> None:
    assert find_dividers(np.array(places, float)) is None
