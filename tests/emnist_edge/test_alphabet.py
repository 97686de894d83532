from __future__ import annotations

import pytest

from emnist_edge import alphabet


def test_bymerge_has_the_47_classes_of_the_paper() -> None:
    assert alphabet.BYMERGE == "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"
    assert len(alphabet.BYCLASS) == 62


@pytest.mark.parametrize(
    ("text", "folded"), [("Mouse fan", "MOUSe fan"), ("c0de 42", "C0de 42"), ("", "")]
)
def test_fold_writes_merged_letters_as_capitals(text: str, folded: str) -> None:
    assert alphabet.fold(text) == folded
    assert set(folded) <= set(alphabet.BYMERGE + " ")


def test_confusable_groups_are_disjoint() -> None:
    together = "".join(alphabet.CONFUSABLE)
    assert len(set(together)) == len(together)
    assert alphabet.confusable_group("0") == alphabet.confusable_group("O")
    assert alphabet.confusable_group("A") == "A"
