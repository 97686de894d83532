from __future__ import annotations

from emnist_edge import Decoding, Reader
from emnist_edge.drawing.character import stroke_shape
from evaluate.case import CaseScore, score_pages


def test_merged_letters_that_were_read_count_and_no_others() -> None:
    score = CaseScore()
    score.add("Cosmo A1b", "cosmO X1b")
    assert (score.merged, score.right, score.characters) == (5, 3, 8)
    assert "60.00 %" in str(score)


def test_case_is_restored_on_drawn_pages_and_not_without_context() -> None:
    score = score_pages(Reader(), stroke_shape, 4, 7)
    assert score.merged > 80
    assert score.right >= 0.95 * score.merged
    bare = score_pages(Reader(decoding=Decoding(context="none")), stroke_shape, 2, 7)
    assert bare.right < 0.8 * bare.merged
