"""Learning curves as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from train.common.checkpoints import History


def draw_curves(history: History, path: Path) -> None:
    """Plot losses and accuracies, of training and of validation, over epochs to a PNG."""
    from matplotlib.figure import Figure  # without pyplot: no window, no global state

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    for axes, key, label in (
        (losses, "loss", "training (augmented, dropout on)"),
        (losses, "validation_loss", "validation"),
        (accuracies, "accuracy", "training (augmented, dropout on)"),
        (accuracies, "validation_accuracy", "validation"),
        (accuracies, "validation_macro_recall", "validation, macro recall"),
    ):
        _plot(axes, history, key, label=label)
    losses.set(title="Loss", xlabel="epoch", ylabel="cross-entropy")
    accuracies.set(title="Accuracy", xlabel="epoch")
    _save(figure, path)


def draw_comparison(histories: Mapping[str, History], path: Path) -> None:
    """Plot losses and accuracies of several networks, by name, to one PNG: training is dashed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.2), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    for number, (name, history) in enumerate(histories.items()):
        for axes, key in ((losses, "loss"), (accuracies, "accuracy")):
            colour = f"C{number % 10}"
            _plot(axes, history, key, linestyle="--", color=colour, linewidth=0.8)
            _plot(axes, history, f"validation_{key}", color=colour, label=name)
    losses.set(title="Loss (dashed: training)", xlabel="epoch", ylabel="cross-entropy")
    accuracies.set(title="Accuracy (dashed: training)", xlabel="epoch")
    _save(figure, path)


def _plot(axes: Axes, history: History, key: str, **style: Any) -> None:
    """Plot ``key`` of each epoch; epochs of before it was recorded have none, and show none."""
    shown = [(epoch, row[key]) for epoch, row in enumerate(history, start=1) if key in row]
    axes.plot([epoch for epoch, _ in shown], [value for _, value in shown], **style)


def _save(figure: Figure, path: Path) -> None:
    """Write ``figure`` with a legend, of its last axes, below what is drawn."""
    from matplotlib.ticker import MaxNLocator

    for axes in figure.axes:
        axes.grid(alpha=0.3)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no half epoch
    figure.legend(*figure.axes[-1].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=110)
