"""Pictures of the study. No image of EMNIST is shown in any: the one character is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure  # without pyplot: no window, no global state

from emnist_device.benchmark.report import plots
from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS, corrupt
from emnist_edge.drawing.pages import draw_character
from emnist_edge.glyph import make_glyph
from train.study.noise import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_DPI = 80
_MAPS = 12  # shown of each layer


def drawn_glyph(char: str, seed: int = 1) -> NDArray[np.uint8]:
    """Return the glyph (28, 28) of ``char`` as the table of strokes draws it."""
    return make_glyph(draw_character(char, 100, np.random.default_rng(seed)).coverage)


def draw_confusion(title: str, confusion: NDArray[np.int64], alphabet: str, path: Path) -> None:
    """Draw the shares of each true class (rows) that were read as each class (columns)."""
    plots.draw_confusion(title, alphabet, confusion).savefig(path, dpi=_DPI)


def draw_class_accuracy(confusion: NDArray[np.int64], alphabet: str, path: Path) -> None:
    """Draw the accuracy of each class that occurs, worst first."""
    total = confusion.sum(axis=1)
    occurs = np.flatnonzero(total)
    accuracy = np.diag(confusion)[occurs] / total[occurs]
    order = np.argsort(accuracy, kind="stable")
    figure = Figure(figsize=(10, 3), layout="constrained")
    axes = figure.subplots()
    axes.bar([alphabet[occurs[index]] for index in order], accuracy[order], color="tab:blue")
    axes.set(ylabel="accuracy", ylim=(0, 1), xlim=(-0.7, len(order) - 0.3))
    axes.grid(axis="y", alpha=0.3)
    figure.savefig(path, dpi=_DPI)


def draw_pairs(pairs: Sequence[tuple[str, str, int]], path: Path) -> None:
    """Draw how often each of ``pairs`` (character, character, images) is mistaken, either way."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.barh([f"{one} / {other}" for one, other, _ in pairs], [count for *_, count in pairs])
    axes.invert_yaxis()
    axes.set(xlabel="test images mistaken, either way")
    axes.grid(axis="x", alpha=0.3)
    figure.savefig(path, dpi=_DPI)


def draw_noise(results: Mapping[str, dict[str, Any]], path: Path) -> None:
    """Draw accuracy over strength for each kind of alteration, a line for each model.

    A network without regularization is dashed, in the colour of the one with it.
    """
    figure = Figure(figsize=(11, 6.4), layout="constrained")
    colours: dict[str, str] = {}
    for axes, kind in zip(figure.subplots(2, 3, sharey=True).flat, KINDS, strict=True):
        for name, result in results.items():
            colour = colours.setdefault(name.removesuffix("-plain"), f"C{len(colours)}")
            style = "--" if name.endswith("-plain") else "-"
            values = [result["clean"], *result["accuracy"][kind]]
            axes.plot(range(len(values)), values, style, color=colour, label=name)
        labels = ["none", *(f"{amount:g}" for amount in CORRUPTIONS[kind].amounts)]
        axes.set_xticks(range(len(labels)), labels)
        axes.set(title=kind, xlabel=CORRUPTIONS[kind].unit, ylim=(0, 1))
        axes.grid(alpha=0.3)
    handles, names = axes.get_legend_handles_labels()
    figure.supylabel("accuracy")
    figure.legend(handles, names, loc="outside lower center", ncols=6, fontsize=8)
    figure.savefig(path, dpi=_DPI)


def draw_corruptions(glyph: NDArray[np.uint8], path: Path) -> None:
    """Draw ``glyph`` (28, 28) altered in every way and strength."""
    figure = Figure(figsize=(6.4, 6.4), layout="constrained")
    cells = figure.subplots(len(KINDS), len(STRENGTHS) + 1)
    for row, kind in zip(cells, KINDS, strict=True):
        for strength, axes in enumerate(row):
            image = corrupt(glyph[None], kind, strength, 3)[0] if strength else glyph
            _show(axes, image, "gray")
        row[0].set_ylabel(kind, fontsize=8)
    figure.savefig(path, dpi=_DPI)


def draw_activations(
    maps: Sequence[NDArray[np.float32]], glyph: NDArray[np.uint8], path: Path
) -> None:
    """Draw what each layer makes of ``glyph`` (28, 28): ``maps``, (H, W, C) of each.

    Of each layer the maps that vary most are shown, each on its own scale, next to the glyph.
    """
    figure = Figure(figsize=(10, 0.3 + 0.85 * len(maps)), layout="constrained")
    for number, (row, one) in enumerate(
        zip(figure.subplots(len(maps), _MAPS + 1, squeeze=False), maps, strict=True), start=1
    ):
        busiest = np.argsort(-one.std(axis=(0, 1)), kind="stable")[:_MAPS]
        _show(row[0], glyph, "gray")
        row[0].set_ylabel(f"layer {number}\n{one.shape[0]}x{one.shape[1]}", fontsize=8)
        for axes, channel in zip(row[1:], np.sort(busiest), strict=True):
            _show(axes, one[..., channel], "viridis", None)
    figure.savefig(path, dpi=_DPI)


def _show(axes: Any, image: NDArray[Any], colours: str, brightest: float | None = 255) -> None:
    axes.imshow(image, cmap=colours, vmin=0, vmax=brightest)
    axes.set_xticks([])
    axes.set_yticks([])
