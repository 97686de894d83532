from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluate.scoring.box_causes import BOX_CAUSES, BoxError, Placed, find_box_errors

A, B, C = ("A", (0, 0, 10, 20)), ("0", (12, 0, 10, 20)), ("c", (40, 0, 10, 20))
DOT = (".", (60, 16, 4, 4))
TRUTH: list[Placed] = [A, B, C, DOT]


def read(*chars: str) -> list[Placed]:
    """Return the true boxes of :data:`TRUTH` with what was read there."""
    return [(char, box) for char, (_, box) in zip(chars, TRUTH, strict=False)]


@pytest.mark.parametrize(
    ("found", "errors"),
    [
        (TRUTH, []),
        (read("A", "0", "C", "."), [("case", 2, 2)]),
        (read("A", "O", "c", "."), [("alike", 1, 1)]),
        (read("A", "9", "c", "."), [("misread", 1, 1)]),
        (read("A", "0", "c", "J"), [("mark", 3, 3)]),
        (read("A", "0", "."), [("misread", 2, 2), ("mark lost", 3, None)]),
        (read("A", "0"), [("lost", 2, None), ("mark lost", 3, None)]),
        ([*TRUTH, ("1", (80, 0, 3, 20))], [("added", None, 4)]),
        ([("W", (0, 0, 22, 20)), C, DOT], [("merged", 0, 0), ("merged", 1, 0)]),
        ([A, B, ("l", (40, 0, 4, 20)), ("1", (46, 0, 4, 20)), DOT], [("split", 2, None)]),
        # Its larger part has the box, and would be right.
        ([A, B, ("c", (40, 0, 7, 20)), ("1", (47, 0, 3, 20)), DOT], [("split", 2, 2)]),
        # One box around two: it has the first one's box.
        ([("H", (0, 0, 18, 20)), C, DOT], [("merged", 1, 0), ("merged", 0, 0)]),
        # Found in part, and read right or not.
        ([A, B, ("c", (40, 0, 10, 8)), DOT], []),
        ([A, B, ("n", (40, 0, 10, 8)), DOT], [("misread", 2, 2)]),
    ],
)  # fmt: skip
def test_each_error_has_its_cause(
    found: list[Placed], errors: list[tuple[str, int | None, int | None]]
) -> None:
    assert sorted(map(str, find_box_errors(TRUTH, found))) == sorted(
        str(BoxError(*error)) for error in errors
    )


def test_a_character_below_the_bar_of_another_is_no_part_of_it() -> None:
    truth: list[Placed] = [("T", (0, 0, 40, 40)), ("o", (26, 25, 12, 15))]
    assert find_box_errors(truth, truth) == []
    assert [error.cause for error in find_box_errors(truth, truth[:1])] == ["merged"]


def test_nothing_on_either_side() -> None:
    assert find_box_errors([], []) == []
    assert find_box_errors([], [A]) == [BoxError("added", None, 0)]
    assert find_box_errors([A], []) == [BoxError("lost", 0, None)]


CHARACTERS = st.lists(
    st.tuples(
        st.sampled_from("Aa0O.,"),
        st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 20)] * 2),
    ),
    max_size=8,
)


@given(CHARACTERS, CHARACTERS)
def test_each_character_has_one_cause_at_most(truth: list[Placed], found: list[Placed]) -> None:
    errors = find_box_errors(truth, found)
    assert {error.cause for error in errors} <= set(BOX_CAUSES)
    true = [error.true for error in errors if error.true is not None]
    assert len(set(true)) == len(true)
    added = [error.found for error in errors if error.true is None]
    assert len(set(added)) == len(added)
