from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_device.forms.reading.acceptance import expected_wrong, find_threshold
from emnist_device.forms.reading.candidates import Candidates, keep_to
from emnist_device.forms.reading.strings import best_strings
from emnist_device.text.automaton import Automaton


def test_equal_texts_are_one() -> None:
    found = Candidates.of([("a", 0.2), ("b", 0.5), ("a", 0.29), ("c", 1e-9)])
    assert [text for text, _ in found.texts] == ["b", "a"]
    assert found.texts[1][1] == pytest.approx(0.49)
    assert (found.text, found.probability) == ("b", 0.5)
    assert Candidates.of([]).texts == (("", 0.0),)


def test_the_first_reason_of_doubt_stays() -> None:
    assert Candidates((("", 1.0),)).doubted("one").doubted("two").reason == "one"


def test_a_check_decides_between_what_is_alike() -> None:
    found = keep_to(Candidates.of([("17", 0.55), ("11", 0.45)]), lambda text: text == "11")
    assert found.text == "11"
    assert found.probability == pytest.approx(0.45 * 0.98 / (0.45 * 0.98 + 0.55 * 0.02))


def test_a_check_does_not_overrule_what_is_sure() -> None:
    found = keep_to(Candidates.of([("17", 0.999), ("11", 0.001)]), lambda text: text == "11")
    assert found.text == "17"
    assert found.probability < 0.97


def test_what_keeps_to_its_check_is_no_less_sure() -> None:
    found = keep_to(Candidates.of([("17", 0.9), ("11", 0.05)]), lambda text: text == "17")
    assert found.probability > 0.99


def test_strings_come_in_order() -> None:
    emissions = np.array([[0.7, 0.3, 0], [0.6, 0, 0.4]])
    assert [(s, round(w, 2)) for s, w in best_strings(emissions, None)] == [
        ((0, 0), 0.42), ((0, 2), 0.28), ((1, 0), 0.18), ((1, 2), 0.12),
    ]  # fmt: skip


def test_strings_are_those_of_the_automaton() -> None:
    automaton = Automaton.of_arcs([(0, 1, 1, 1.0), (1, 0, 2, 1.0), (1, 2, 2, 1.0)], [0, 0, 1])
    emissions = np.array([[0.7, 0.3, 0], [0.6, 0, 0.4]])
    found = best_strings(emissions, automaton)
    assert [string for string, _ in found] == [(1, 0), (1, 2)]
    assert sum(weight for _, weight in found) == pytest.approx(
        np.exp(automaton.evidence(emissions))
    )
    assert best_strings(emissions[:1], automaton) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 1), max_size=60),
    st.sampled_from([0.0, 0.001, 0.01, 0.1, 1.0]),
)
def test_the_threshold_takes_as_many_as_it_may(chances: list[float], accept: float) -> None:
    threshold = find_threshold(chances, accept)
    taken = [chance for chance in chances if chance >= threshold]
    assert expected_wrong(taken) <= accept * len(taken) + 1e-9
    for lower in {chance for chance in chances if 0.5 < chance < threshold}:
        more = [chance for chance in chances if chance >= lower]
        assert expected_wrong(more) > accept * len(more) - 1e-9


def test_nothing_is_accepted_where_nothing_is_sure() -> None:
    assert find_threshold([0.4, 0.5], 0.01) > 0.5
    assert find_threshold([1.0] * 200 + [0.44], 0.005) == 1.0
    assert find_threshold([1.0, 1.0, 0.2], 0.0) == 1.0


def test_fields_that_are_as_probable_are_accepted_together_or_not_at_all() -> None:
    assert find_threshold([1.0, 0.9, 0.9], 0.05) == 1.0
    assert find_threshold([1.0, 0.9, 0.9], 0.07) == 0.9
