from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.scoring.metrics import (
    balance,
    confused_pairs,
    confusion_matrix,
    score,
    wilson_interval,
)


def test_score_against_values_worked_out_by_hand() -> None:
    # Truth 0 0 0 1 O; read 0 0 O 1 0: one of three zeros right down, the O wrong.
    labels = np.array([0, 0, 0, 1, 2], np.uint8)
    read = [0, 0, 2, 1, 0]
    probabilities = np.full((5, 4), 0.1, np.float32)
    probabilities[np.arange(5), read] = 0.6
    probabilities[4, 2] = 0.2  # the O is the second choice
    scores = score(probabilities, labels, "01OA")
    assert scores.accuracy == pytest.approx(3 / 5)
    assert scores.macro_recall == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert scores.macro_precision == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert scores.weighted_recall == pytest.approx(scores.accuracy)
    assert scores.weighted_precision == pytest.approx(3 / 5 * 2 / 3 + 1 / 5)
    assert scores.weighted_f1 == pytest.approx(3 / 5 * 2 / 3 + 1 / 5)
    assert scores.merged_accuracy == 1.0
    assert scores.top2_accuracy == pytest.approx(1.0)
    assert scores.accuracy_low < scores.accuracy < scores.accuracy_high


def test_confusion_matrix_counts_truth_in_rows() -> None:
    matrix = confusion_matrix(np.array([1, 1, 0]), np.array([0, 1, 0]), 2)
    assert matrix.tolist() == [[1, 1], [0, 1]]


def test_wilson_interval_of_a_textbook_case() -> None:
    # 10 of 20: Wilson's interval is 0.2993 to 0.7007.
    assert wilson_interval(10, 20) == pytest.approx((0.2993, 0.7007), abs=1e-4)
    low, high = wilson_interval(20, 20)
    assert 0.8 < low < high <= 1.0 + 1e-12


def test_balancing_undoes_the_shares_of_the_classes() -> None:
    likelihood = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    prior = np.array([0.7, 0.25, 0.05])
    learned = likelihood * prior / (likelihood * prior).sum(axis=1, keepdims=True)
    balanced = balance(learned.astype(np.float32), prior)
    assert balanced == pytest.approx(likelihood, abs=1e-6)
    assert learned.argmax(axis=1).tolist() == [0, 0]
    assert balanced.argmax(axis=1).tolist() == [0, 2]
    never = balance(np.array([[0.6, 0.4, 0.0]], np.float32), np.array([0.5, 0.5, 0.0]))
    assert np.isfinite(never).all()


def test_pairs_count_mistakes_either_way() -> None:
    confusion = np.array([[9, 2, 0], [3, 9, 1], [0, 0, 9]])
    assert confused_pairs(confusion, "0O1", 5) == [("0", "O", 5), ("O", "1", 1)]
    assert confused_pairs(confusion, "0O1", 1) == [("0", "O", 5)]
