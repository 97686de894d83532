from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.scoring.calibration import calibrate, reliability, risk_coverage

CONFIDENCE = np.array([0.9, 0.8, 0.95, 0.3, 0.6])
RIGHT = np.array([True, True, True, False, True])


def test_risk_falls_as_the_doubtful_go() -> None:
    coverage, risk = risk_coverage(CONFIDENCE, RIGHT)
    assert coverage == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert risk == pytest.approx([0, 0, 0, 0, 0.2])


def test_equal_confidences_tell_nothing_whatever_their_order() -> None:
    for order in ([True, False], [False, True]):
        _, risk = risk_coverage(np.array([0.5, 0.5]), np.array(order))
        assert risk == pytest.approx([0.5, 0.5])


def test_bins_hold_all_answers() -> None:
    middle, share, confidence, right = reliability(CONFIDENCE, RIGHT, 10)
    assert share.sum() == pytest.approx(1)
    assert middle == pytest.approx([0.35, 0.65, 0.85, 0.95])
    assert confidence == pytest.approx([0.3, 0.6, 0.8, 0.925])
    assert right == pytest.approx([0, 1, 1, 1])


def test_probabilities_are_judged_by_the_true_class() -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (20_000, 5))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (honest.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1).astype(np.uint8)
    judged = calibrate(honest, labels)
    assert judged.calibration_error < 0.015
    assert judged.log_loss == pytest.approx(-(honest * np.log(honest)).sum(axis=1).mean(), abs=0.02)
    errors = float((honest.argmax(axis=1) != labels).mean())
    assert judged.aurc < judged.risk_90 < judged.risk_95 < errors

    boastful = honest**2 / (honest**2).sum(axis=1, keepdims=True)
    worse = calibrate(boastful, labels)
    assert worse.calibration_error > 0.05
    assert worse.log_loss > judged.log_loss
    assert worse.risk_95 == pytest.approx(judged.risk_95, abs=0.01)


def test_a_class_that_was_ruled_out_costs_a_finite_loss() -> None:
    judged = calibrate(np.array([[1.0, 0.0]]), np.array([1], np.uint8))
    assert judged.log_loss == pytest.approx(np.log(1e30))
    assert judged.aurc == judged.risk_90 == 1
