"""Learning curves as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

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
    accuracies.set(title="Accuracy", xlabel="epoch", ylim=(0.7, 1.0))
    accuracies.legend(loc="lower right")
    for axes in (losses, accuracies):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)


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
    accuracies.legend(loc="lower right")
    for axes in (losses, accuracies):
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
