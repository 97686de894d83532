"""McNemar's test and Holm's correction, against figures from the literature and by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from train.study import compare
from train.study.models import NETWORKS, SHIPPED

if TYPE_CHECKING:
    from pathlib import Path


def right(only_one: int, only_other: int, both: int) -> tuple[np.ndarray, np.ndarray]:
    """Return of two models which images they have right."""
    one = np.repeat([True, False, True], [only_one, only_other, both])
    other = np.repeat([False, True, True], [only_one, only_other, both])
    return one, other


def test_mcnemars_test_counts_what_only_one_has_right() -> None:
    found = compare.mcnemar(*right(8, 2, 90))
    assert (found["only_one"], found["only_other"]) == (8, 2)
    # Both tails of a binomial distribution of 10 with a half: 2 (1 + 10 + 45) / 1024.
    assert found["p"] == pytest.approx(112 / 1024)
    assert compare.mcnemar(*right(2, 8, 5))["p"] == pytest.approx(112 / 1024)
    assert compare.mcnemar(*right(5, 5, 5))["p"] == 1
    assert compare.mcnemar(*right(0, 0, 5))["p"] == 1
    assert compare.mcnemar(*right(1200, 900, 5))["p"] < 1e-9


def test_holms_correction_is_that_of_his_paper() -> None:
    # Smallest times 4, next times 3, and so on, never falling, never above one.
    assert compare.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert compare.holm([0.6, 0.5]) == [1, 1]
    assert compare.holm([]) == []


def test_pairs_are_of_models_that_there_are() -> None:
    assert {name for pair in compare.PAIRS for name in pair} <= {*NETWORKS, *SHIPPED}
    assert len({frozenset(pair) for pair in compare.PAIRS}) == len(compare.PAIRS)
    assert not any("seed" in name for pair in compare.PAIRS for name in pair)


def test_models_that_were_asked_are_compared(tmp_path: Path) -> None:
    labels = np.zeros(100, np.uint8)
    answers = {
        "cnn-1": np.repeat([0, 1], [90, 10]),
        "cnn-1-plain": np.repeat([1, 0], [40, 60]),
        "cnn-2": np.repeat([0, 1], [91, 9]),
    }
    found = compare.compare_all(answers, labels, tmp_path)
    assert [(row["one"], row["other"]) for row in found] == [
        ("cnn-1-plain", "cnn-1"), ("cnn-1", "cnn-2"),
    ]  # fmt: skip
    assert [(row["only_one"], row["only_other"]) for row in found] == [(10, 40), (0, 1)]
    assert found[0]["adjusted"] == pytest.approx(2 * found[0]["p"])
    assert found[1]["adjusted"] == 1
    assert json.loads((tmp_path / compare.NAME).read_text()) == found
