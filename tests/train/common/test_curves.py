"""Learning curves: which rows of a history each shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from matplotlib.axes import Axes

from train.common.curves import draw_comparison, draw_curves

if TYPE_CHECKING:
    from pathlib import Path

HISTORY = [
    {
        "loss": 2.0 - epoch, "accuracy": (4 + epoch) / 10, "validation_loss": 2.5 - epoch,
        "validation_accuracy": (3 + epoch) / 10, "validation_macro_recall": (2 + epoch) / 10,
    }
    for epoch in range(2)
]  # fmt: skip
#: Of before the loss of validation was recorded.
OLDER = [{key: row[key] for key in row if key != "validation_loss"} for row in HISTORY]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[int], list[float]]]:
    """The lines that are drawn: title of the axes' label, epochs, values."""
    lines: list[tuple[str, list[int], list[float]]] = []
    plot = Axes.plot

    def note(axes: Axes, epochs: list[int], values: list[float], **style: Any) -> Any:
        lines.append((str(style.get("label")), epochs, values))
        return plot(axes, epochs, values, **style)

    monkeypatch.setattr(Axes, "plot", note)
    return lines


Lines = list[tuple[str, list[int], list[float]]]


def test_loss_and_accuracy_are_drawn_of_training_and_of_validation(
    drawn: Lines, tmp_path: Path
) -> None:
    draw_curves(HISTORY, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 5000
    assert {(label, *values) for label, _, values in drawn} == {
        ("training (augmented, dropout on)", 2.0, 1.0), ("validation", 2.5, 1.5),
        ("training (augmented, dropout on)", 0.4, 0.5), ("validation", 0.3, 0.4),
        ("validation, macro recall", 0.2, 0.3),
    }  # fmt: skip
    assert all(epochs == [1, 2] for _, epochs, _ in drawn)


def test_networks_are_compared_by_both(drawn: Lines, tmp_path: Path) -> None:
    draw_comparison({"one": HISTORY, "older": OLDER}, tmp_path / "curves.png")
    assert [(label, values) for label, _, values in drawn] == [
        ("None", [2.0, 1.0]), ("one", [2.5, 1.5]), ("None", [0.4, 0.5]), ("one", [0.3, 0.4]),
        ("None", [2.0, 1.0]), ("older", []), ("None", [0.4, 0.5]), ("older", [0.3, 0.4]),
    ]  # fmt: skip
