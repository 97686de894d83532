from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.edits import Edits, count_edits, normalize


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
