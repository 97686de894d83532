"""Learning curves as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.figure import Figure

    from train.common.checkpoints import History


def draw_curves(history: History, path: Path) -> None:
    """Plot loss, training and validation accuracy over the epochs of ``history`` to a PNG."""
    from matplotlib.figure import Figure  # without pyplot: no window, no global state

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    epochs = range(1, len(history) + 1)
    losses.plot(epochs, [row["loss"] for row in history], color="tab:red")
    losses.set(title="Training loss (augmented images)", xlabel="epoch", ylabel="cross-entropy")
    for key, label in (
        ("accuracy", "training (augmented, dropout on)"),
        ("validation_accuracy", "validation"),
        ("validation_macro_recall", "validation, macro recall"),
    ):
        accuracies.plot(epochs, [row[key] for row in history], label=label)
    accuracies.set(title="Accuracy", xlabel="epoch")
    _save(figure, path)


def draw_comparison(histories: Mapping[str, History], path: Path) -> None:
    """Plot training loss and validation accuracy of several networks, by name, to one PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    for name, history in histories.items():
        epochs = range(1, len(history) + 1)
        losses.plot(epochs, [row["loss"] for row in history], label=name)
        accuracies.plot(epochs, [row["validation_accuracy"] for row in history], label=name)
    losses.set(title="Training loss", xlabel="epoch", ylabel="cross-entropy")
    accuracies.set(title="Validation accuracy", xlabel="epoch")
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    """Write ``figure`` with a legend, of its last axes, below what is drawn."""
    from matplotlib.ticker import MaxNLocator

    for axes in figure.axes:
        axes.grid(alpha=0.3)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))  # there is no half epoch
    figure.legend(*figure.axes[-1].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=110)
