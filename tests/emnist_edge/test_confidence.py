from __future__ import annotations

import numpy as np
import pytest

from emnist_edge.confidence import BINS, calibrate, reliability, risk_coverage

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


def test_bins_hold_all() -> None:
    middle, share, confidence, right = reliability(CONFIDENCE, RIGHT, 10)
    assert share.sum() == pytest.approx(1)
    assert middle == pytest.approx([0.35, 0.65, 0.85, 0.95])
    assert confidence == pytest.approx([0.3, 0.6, 0.8, 0.925])
    assert right == pytest.approx([0, 1, 1, 1])


def test_a_classifier_is_calibrated_by_hand() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]], np.float32)
    found = calibrate(probabilities, np.array([0, 1, 1, 1], np.uint8))
    assert found.risk == 0.25
    assert found.risk_90 == 0.25  # of four, 90 % is all
    assert found.nll == pytest.approx(-np.log([0.9, 0.4, 0.7, 0.8]).mean())
    # One in each of the bins: distances of 0.1, 0.6, 0.3 and 0.2.
    assert BINS == 15
    assert found.calibration_error == pytest.approx(np.mean([0.1, 0.6, 0.3, 0.2]))
    assert found.aurc == pytest.approx(np.mean([0, 0, 0, 1 / 4]))


def test_a_class_without_probability_costs_much_but_not_all() -> None:
    probabilities = np.array([[1, 0], [1, 0]], np.float32)
    assert 10 < calibrate(probabilities, np.array([0, 1], np.uint8)).nll < 20
