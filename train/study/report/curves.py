"""Pictures of curves: a forest over depth and trees, a network over the noise of its training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure  # without pyplot: no window, no global state

from train.study import noise
from train.study.report.forests import by_depth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DPI = 80
#: Scores of a forest, and how their lines look.
_LINES = {"validation": "-", "out_of_bag": "--"}


def draw_forests(forests: dict[str, Any], path: Path) -> None:
    """Draw accuracy over the depth that trees may have, and over how many trees there are."""
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    axes_of_depth, axes_of_trees = figure.subplots(1, 2, sharey=True)
    for axes, of, rows in (
        (axes_of_depth, "depth", by_depth(forests)),
        (axes_of_trees, "trees", forests["trees"]),
    ):
        for number, criterion in enumerate(dict.fromkeys(row["criterion"] for row in rows)):
            own = sorted(
                (row for row in rows if row["criterion"] == criterion), key=lambda r: r[of]
            )
            for score, style in _LINES.items():
                values = [row[score]["accuracy"] for row in own]
                label = f"{criterion}, {score.replace('_', ' ')}"
                axes.plot(
                    [row[of] for row in own], values, f"{style}o", color=f"C{number}",
                    markersize=3, label=label,
                )  # fmt: skip
        axes.set(xlabel=of)
        axes.grid(alpha=0.3)
    axes_of_trees.set_xscale("log")
    axes_of_depth.set(ylabel="accuracy")
    figure.legend(*axes_of_trees.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    figure.savefig(path, dpi=_DPI)


def draw_sweep(swept: Mapping[float, tuple[float, dict[str, Any]]], path: Path) -> None:
    """Draw accuracy on images as they are and on altered ones over the noise of the training.

    ``swept`` has, by the standard deviation of the noise, the accuracy on the test images and what
    was measured on altered ones.
    """
    figure = Figure(figsize=(6, 3.8), layout="constrained")
    axes = figure.subplots()
    lines: dict[str, list[float]] = {"as they are": [clean for clean, _ in swept.values()]}
    for kind in noise.KINDS:
        lines[kind] = [float(np.mean(one["accuracy"][kind])) for _, one in swept.values()]
    for label, values in lines.items():
        axes.plot(list(swept), values, "-o", markersize=3, label=label)
    axes.set(xlabel="noise in training (standard deviation)", ylabel="accuracy")
    axes.grid(alpha=0.3)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    figure.savefig(path, dpi=_DPI)
