from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.alphabet import BYMERGE
from emnist_edge.scoring.metrics import recalls
from emnist_edge.scoring.sources import NOTHING, SYMBOLS, UNIPEN, score_written

ALPHABET = BYMERGE + "./∅"
DOT, SLASH, NONE = 47, 48, 49


def test_each_source_is_scored() -> None:
    labels = np.array([1, 2, DOT, SLASH, NONE, NONE], np.uint8)
    sources = np.array([UNIPEN, UNIPEN, SYMBOLS, SYMBOLS, NOTHING, NOTHING], np.uint8)
    answers = np.full((6, 50), 0.001, np.float32)
    answers[range(6), [1, SLASH, DOT, DOT, NONE, DOT]] = 0.9
    answers[1, 2] = 0.5  # the most probable of ByMerge's
    found = score_written(answers, labels, sources, ALPHABET)
    assert found["unipen_accuracy"] == found["unipen_kind_known"] == 1
    assert found["symbols_macro_recall"] == 0.5
    assert found["all_classes_macro_recall"] == pytest.approx((1 + 0 + 1 + 0 + 0.5) / 5)
    assert found["nothing_refused"] == 0.5


def test_without_further_classes_there_are_letters_and_digits_alone() -> None:
    labels, sources = np.array([3], np.uint8), np.array([UNIPEN], np.uint8)
    found = score_written(np.eye(47, dtype=np.float32)[[3]], labels, sources, BYMERGE)
    assert set(found) == {"unipen_accuracy", "unipen_kind_known"}


def test_recalls_are_of_the_characters_that_occur() -> None:
    found = recalls(np.array([0, 1, 1, 1]), np.array([0, 0, 0, 1]), "AB.")
    assert found == {"A": 0.333333, "B": 1}
