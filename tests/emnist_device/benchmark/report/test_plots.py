"""What plots show, where it stands, and that nothing covers it."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

plots = pytest.importorskip("emnist_device.benchmark.report.plots")


def results(points: dict[str, tuple[float, float]]) -> dict[str, Any]:
    """Return results with a model at each of ``points``: milliseconds and accuracy in percent."""
    return {
        "accuracy": {
            "models": {
                name: {
                    "scores": {
                        "accuracy": height / 100,
                        "accuracy_low": height / 100 - 0.002,
                        "accuracy_high": height / 100 + 0.002,
                    }
                }
                for name, (_, height) in points.items()
            }
        },
        "latency": {
            "models": [
                {"model": name, "p50_ms": time, "batch": 1, "threads": 1}
                for name, (time, _) in points.items()
            ]
        },
    }


@pytest.mark.parametrize(
    "points",
    [
        # As published at first: tiny-int8 was written over by cnn-int8.
        {
            "cnn-int8": (0.079, 89.13),
            "cnn-float32": (0.136, 89.3),
            "tiny-int8": (0.055, 89.1),
            "tiny-float32": (0.027, 89.13),
            "mlp-int8": (0.016, 84.96),
            "mlp-float32": (0.017, 85.04),
        },
        {f"model{number}-int8": (0.05 + 0.001 * number, 89.0) for number in range(6)},
    ],
)
def test_no_name_covers_another_or_a_point(points: dict[str, tuple[float, float]]) -> None:
    figure = plots._over(results(points), plots._times(results(points)), "milliseconds", "latency")
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = [label.get_window_extent() for label in axes.texts]
    assert sorted(label.get_text() for label in axes.texts) == sorted(points)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    marks = axes.transData.transform(list(points.values()))
    assert not any(box.contains(*mark) for box in boxes for mark in marks)


def test_a_confusion_matrix_has_its_scale() -> None:
    figure = plots.draw_confusion("m", "AB", np.array([[99, 1], [50, 50]]))
    figure.draw_without_rendering()
    _, scale = figure.axes
    assert scale.get_ylabel() == "share of the written character"
    levels = [label.get_text() for label in scale.get_yticklabels()]
    assert levels == ["0%", "1%", "5%", "20%", "50%", "100%"]
