from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emnist_edge.scoring.edits import (
    Boundaries,
    Edits,
    align,
    count_boundaries,
    count_edits,
    normalize,
)


@pytest.mark.parametrize(
    ("truth", "read", "edits"),
    [
        ("", "", Edits(0, 0, 0)),
        ("kitten", "sitting", Edits(2, 0, 1)),
        ("abc", "", Edits(0, 3, 0)),
        ("", "ab", Edits(0, 0, 2)),
        ("12345", "1345", Edits(0, 1, 0)),
        ("hello", "he11o", Edits(2, 0, 0)),
    ],
)
def test_known_pairs(truth: str, read: str, edits: Edits) -> None:
    assert count_edits(truth, read) == edits


@given(st.text("ab1", max_size=8), st.text("ab1", max_size=8), st.text("ab1", max_size=8))
def test_the_number_of_edits_is_a_metric(a: str, b: str, c: str) -> None:
    there, back = count_edits(a, b), count_edits(b, a)
    assert there.total == back.total
    assert (there.total == 0) == (a == b)
    assert count_edits(a, c).total <= there.total + count_edits(b, c).total
    assert there.added - there.lost == len(b) - len(a)


def test_normalize_drops_what_is_not_compared() -> None:
    assert normalize("Mr. O'Neil,\n 7-b") == "mroneil7b"


@given(st.text("aB 1-", max_size=8), st.text("aB 1-", max_size=8))
def test_an_alignment_has_every_character_once_and_in_order(truth: str, read: str) -> None:
    pairs = align(truth, read)
    assert [i for i, _ in pairs if i is not None] == list(range(len(truth)))
    assert [j for _, j in pairs if j is not None] == list(range(len(read)))
    assert (None, None) not in pairs


@pytest.mark.parametrize(
    ("truth", "read", "boundaries"),
    [
        ("AB CD", "AB CD", Boundaries(1, 1, 1)),
        ("AB\nCD", "AB CD", Boundaries(1, 1, 1)),
        ("AB CD", "ABCD", Boundaries(0, 1, 0)),
        ("ABCD", "A B CD", Boundaries(0, 0, 2)),
        ("AB, CD", "XB  CD", Boundaries(1, 1, 1)),  # misread characters are aligned too
        ("A B C", "A C", Boundaries(1, 1, 1)),  # with B lost, one boundary is left to compare
        ("AB-CD", "AB CD", Boundaries(0, 0, 1)),
        ("", "AB CD", Boundaries(0, 0, 0)),
    ],
)
def test_boundaries(truth: str, read: str, boundaries: Boundaries) -> None:
    pairs = align(normalize(truth), normalize(read))
    assert count_boundaries(truth, read, pairs) == boundaries


def test_precision_and_recall_of_boundaries() -> None:
    some = Boundaries(1, 2, 4) + Boundaries(0, 0, 0)
    assert (some.precision, some.recall) == (0.25, 0.5)
    assert some.f1 == pytest.approx(1 / 3)
    none = Boundaries(0, 0, 0)
    assert none.precision == none.recall == none.f1 == 1
