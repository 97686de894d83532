"""Results -> pictures: the one module that needs matplotlib, an extra."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure  # without pyplot: no window, no global state
from matplotlib.transforms import Bbox

from emnist_device.benchmark.report import words
from emnist_edge.artifact import family_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.text import Annotation
    from numpy.typing import NDArray

_DPI = 110
_STRENGTHS = range(6)
# Of the squares of a matrix, light enough below this share of the scale for dark figures.
_DARK = 0.55
# Where the name of a point may stand, in the order in which it is tried: points to the right and up
# from it, and which of its own sides is there.
_SIDES = [
    (across * far, up * far, ha, va)
    for far in (6, 14)
    for across, up, ha, va in (
        (-1, 0.6, "right", "bottom"),
        (1, -0.6, "left", "top"),
        (-1, -0.6, "right", "top"),
        (1, 0.6, "left", "bottom"),
        (0, 1.2, "center", "bottom"),
        (0, -1.2, "center", "top"),
    )
]
# Shares that the scale of a confusion matrix names.
_LEVELS = (0.0, 0.01, 0.05, 0.2, 0.5, 1.0)
# Pixels around a point that its mark takes up.
_MARK = 7


def draw_all(
    results: dict[str, Any], confusion: tuple[str, str, NDArray[np.int64]] | None, folder: Path
) -> list[str]:
    """Draw to ``folder`` what ``results`` have figures for; returns the names without .png.

    ``confusion`` are a model, its alphabet and its matrix (C, C), rows the truth.
    """
    drawn: dict[str, Callable[[], Figure]] = {}
    if "accuracy" in results:
        drawn["size"] = lambda: _over(results, _sizes(results), "size of the file, kB", "size")
        if "models" in results.get("latency", {}):
            drawn["latency"] = lambda: _over(
                results, _times(results), "milliseconds a character, one thread", "latency"
            )
        if confusion is not None:
            drawn["confusion"] = lambda: draw_confusion(*confusion)
    if "noise" in results:
        drawn["severity"] = lambda: _severity(results["noise"])
        drawn["matrix"] = lambda: _matrix(results["noise"])
    if len(results.get("pages", {}).get("kinds", ())) > 1:
        drawn["pages"] = lambda: _pages(results["pages"])
    for name, draw in drawn.items():
        draw().savefig(folder / f"{name}.png", dpi=_DPI)
    return list(drawn)


def _colours(names: list[str]) -> dict[str, str]:
    """Return a colour for each model; those of one family share it."""
    families = list(dict.fromkeys(map(family_of, names)))
    return {name: f"C{families.index(family_of(name)) % 10}" for name in names}


def _sizes(results: dict[str, Any]) -> dict[str, float]:
    return {model["name"]: model["bytes"] / 1000 for model in results["models"]}


def _times(results: dict[str, Any]) -> dict[str, float]:
    return {
        row["model"]: row["p50_ms"]
        for row in results["latency"]["models"]
        if row["batch"] == 1 and row["threads"] == 1
    }


def _over(results: dict[str, Any], places: dict[str, float], label: str, what: str) -> Figure:
    """Draw accuracy over ``places``; float and int8 of a family are joined."""
    figure = Figure(figsize=(7, 4.4), layout="constrained")
    axes = figure.subplots()
    scores = {name: found["scores"] for name, found in results["accuracy"]["models"].items()}
    names = [name for name in scores if name in places]
    colours = _colours(names)
    for family in dict.fromkeys(map(family_of, names)):
        members = [name for name in names if family_of(name) == family]
        heights = [100 * scores[name]["accuracy"] for name in members]
        axes.plot([places[name] for name in members], heights, color=colours[members[0]], lw=1)
    for name in names:
        found = scores[name]
        height = 100 * found["accuracy"]
        low, high = (abs(100 * found[f"accuracy_{end}"] - height) for end in ("low", "high"))
        axes.errorbar(
            places[name], height, yerr=[[low], [high]], color=colours[name], capsize=2, ms=6,
            marker="o" if name.endswith("int8") else "s",
            mfc=colours[name] if name.endswith("int8") else "white",
        )  # fmt: skip
    title = f"Accuracy and {what} (filled: int8)"
    axes.set(xscale="log", xlabel=label, ylabel="accuracy, %", title=title)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.margins(x=0.18, y=0.12)
    axes.grid(alpha=0.3, which="both")
    axes.spines[["top", "right"]].set_visible(False)
    points = {name: (places[name], 100 * scores[name]["accuracy"]) for name in names}
    _name_points(figure, points, colours)
    return figure


def _name_points(
    figure: Figure, points: dict[str, tuple[float, float]], colours: dict[str, str]
) -> None:
    """Write the name of each of ``points`` beside it, over no other name or point."""
    (axes,) = figure.axes
    figure.draw_without_rendering()  # puts the axes where they stay
    marks = axes.transData.transform(list(points.values()))
    taken = [Bbox.from_extents(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in marks]
    for name, point in points.items():
        label = axes.annotate(
            name, point, (0, 0), textcoords="offset points", fontsize=8, color=colours[name]
        )
        best = min(range(len(_SIDES)), key=partial(_overlaps, label, taken))
        _put(label, best)
        taken.append(label.get_window_extent())


def _overlaps(label: Annotation, taken: list[Bbox], side: int) -> int:
    """Return how many of the boxes ``taken`` ``label`` covers on that side; it stays there."""
    _put(label, side)
    return int(label.get_window_extent().count_overlaps(taken))


def _put(label: Annotation, side: int) -> None:
    """Have ``label`` stand on that of :data:`_SIDES`."""
    across, up, ha, va = _SIDES[side]
    label.set(position=(across, up), ha=ha, va=va)


def _severity(suite: dict[str, Any]) -> Figure:
    """Draw accuracy over strength, a panel for each kind."""
    columns = 5
    rows = -(-len(suite["kinds"]) // columns)
    figure = Figure(figsize=(2.7 * columns, 2.3 * rows + 0.6), layout="constrained")
    curves = {
        kind: {
            name: 1 - np.array([found["clean_error"], *found["error"][kind]])
            for name, found in suite["models"].items()
        }
        for kind in suite["kinds"]
    }
    _draw_panels(figure, (rows, columns), curves, suite["kinds"], "accuracy, %", fontsize=7)
    for axes in figure.axes:
        axes.set_ylim(0, 100)
    return figure


def _draw_panels(
    figure: Figure,
    shape: tuple[int, int],
    curves: dict[str, dict[str, NDArray[np.float64]]],
    kinds: dict[str, Any],
    label: str,
    fontsize: float,
) -> None:
    """Draw a panel for each kind: shares of each model over strength; float is dashed.

    Curves may begin at strength 1: they end at the last.
    """
    panels = figure.subplots(*shape, sharey=True, squeeze=False).ravel()
    colours = _colours(list(next(iter(curves.values()), {})))
    for axes, (kind, shares) in zip(panels, curves.items(), strict=False):
        for name, values in shares.items():
            style = "--" if name.endswith("float32") else "-"
            places = _STRENGTHS[-len(values) :]
            axes.plot(places, 100 * values, style, color=colours[name], label=name, lw=1.4)
        labels = ["none", *(f"{amount:g}" for amount in kinds[kind]["amounts"])]
        axes.set_xticks(_STRENGTHS, labels, fontsize=fontsize)
        axes.set_xlabel(kinds[kind]["unit"], fontsize=fontsize)
        axes.set_title(_titled(kind, kinds[kind]), fontsize=10)
        axes.grid(alpha=0.3)
    for axes in panels[len(curves) :]:
        axes.set_axis_off()
    handles, names = panels[0].get_legend_handles_labels()
    figure.supylabel(label, fontsize=10)
    figure.legend(handles, names, loc="outside lower center", ncols=min(len(names), 6), fontsize=8)


def _titled(kind: str, facts: dict[str, Any]) -> str:
    return f"{kind}{words.NEW if facts.get('new') else ''}"


def _matrix(suite: dict[str, Any]) -> Figure:
    """Draw the mean error of every model at every kind."""
    kinds, models = list(suite["kinds"]), suite["models"]
    errors = np.array(
        [
            [100 * found["clean_error"]]
            + [100 * float(np.mean(found["error"][kind])) for kind in kinds]
            for found in models.values()
        ]
    )
    figure = Figure(
        figsize=(1.6 + 0.62 * errors.shape[1], 1.6 + 0.4 * len(errors)), layout="constrained"
    )
    axes = figure.subplots()
    axes.imshow(errors, cmap="magma_r", vmin=0, vmax=100, aspect="auto")
    for row, values in enumerate(errors):
        for column, value in enumerate(values):
            colour = "white" if value > 100 * _DARK else "black"
            axes.text(
                column, row, f"{value:.0f}", ha="center", va="center", color=colour, fontsize=8
            )
    titles = ["clean", *(_titled(kind, facts) for kind, facts in suite["kinds"].items())]
    axes.set_xticks(range(len(titles)), titles, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(len(errors)), list(models), fontsize=8)
    axes.set_title("Errors, % (mean of five strengths)", fontsize=10)
    return figure


def _pages(suite: dict[str, Any]) -> Figure:
    """Draw the character error rate over strength, a panel for each kind of photograph."""
    figure = Figure(figsize=(11, 5.6), layout="constrained")
    curves = {
        kind: {
            name: np.array([cell["value"] for cell in (*found.get("clean", []), *found[kind])])
            for name, found in suite["models"].items()
        }
        for kind in suite["kinds"]
        if kind != "clean"
    }
    _draw_panels(figure, (2, 3), curves, suite["kinds"], "character error rate, %", fontsize=8)
    figure.axes[0].set_ylim(bottom=0)
    return figure


def draw_confusion(title: str, alphabet: str, confusion: NDArray[np.int64]) -> Figure:
    """Draw the shares of each written character (rows) that were read as each one (columns).

    confusion: (C, C) counts, by the places of the characters in ``alphabet``.
    """
    figure = Figure(figsize=(9.6, 8.6), layout="constrained")
    axes = figure.subplots()
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    # The square root makes a share of one percent visible.
    drawn = axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(alphabet)), list(alphabet), fontsize=8)
    axes.set_yticks(range(len(alphabet)), list(alphabet), fontsize=8)
    axes.set(xlabel="read as", ylabel="written")
    axes.set_title(title, fontsize=10)
    bar = figure.colorbar(drawn, shrink=0.7, label="share of the written character")
    bar.set_ticks([level**0.5 for level in _LEVELS], labels=[f"{level:.0%}" for level in _LEVELS])
    return figure
