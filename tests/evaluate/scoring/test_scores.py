from __future__ import annotations

import pytest

from evaluate.scoring.scores import PageScore, score_text, summarize


def score(truth: str, read: str, kind: str = "photo", **options: dict[str, int]) -> PageScore:
    return score_text({"file": "a.png", "transcription": truth, "kind": kind}, read, 10, **options)


def test_folding_compares_case_where_the_classes_do() -> None:
    page = score("Mouse fan\\nb", "MOUSE FaN\nB")
    assert page.edits.total == 0
    assert page.folded_edits == 4  # e, f, n and b have classes of their own
    assert page.characters == 9


def test_pages_are_capped_in_the_mean_and_not_in_the_rate() -> None:
    scores = [
        score("AB", "ABXXXXXX"),
        score("ABCDEFGH", "ABCDEFGH"),
        score("A", "B", "printed-control"),
        score("A", "B", "form-printed"),
    ]
    assert [each.counts for each in scores] == [True, True, False, False]
    summary = summarize("fake", scores[:2])
    assert (summary.pages, summary.characters) == (2, 10)
    assert summary.error_rate == pytest.approx(0.6)
    assert summary.mean_error_rate == pytest.approx(0.5)
    assert (summary.substituted, summary.lost, summary.added) == (0, 0, 6)


def test_boundaries_and_causes_are_summed_up() -> None:
    scores = [
        score("AB CD", "AB CD", causes={"lost": 1}),
        score("AB CD", "ABC D", causes={"lost": 1, "split": 2}),
    ]
    summary = summarize("fake", scores)
    assert summary.causes == {"lost": 2, "split": 2}
    assert summary.boundary_precision == summary.boundary_recall == summary.boundary_f1 == 0.5


def test_characters_in_the_other_case_are_counted_apart() -> None:
    page = score("Mouse fan\\nb", "mOUSE, FXN\nB")
    assert page.other_case == 8
    assert page.edits.total == 1


def test_all_kinds_can_be_summed_up() -> None:
    assert summarize("fake", [score("A", "B", "printed-control")]).error_rate == 1
