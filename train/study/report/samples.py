"""Sample images, as the report has in its Figures 1 to 3: all drawn, since EMNIST's are not shown.

Strokes of the table of characters, by hands that differ, go the way that EMNIST's images went.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure  # without pyplot: no window, no global state

from emnist_edge.alphabet import BYMERGE
from emnist_edge.artifact import SIDE
from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS, corrupt
from emnist_edge.drawing.character import Pen, draw_character
from emnist_edge.drawing.strokes import Hand
from emnist_edge.glyph import make_glyph
from train.common.augment import Augmentation
from train.common.loop import PIXEL_STD
from train.study.report import words
from train.study.report.cells import picture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Images = NDArray[np.uint8]

_DPI = 80
_SEED = 7
_HEIGHT = 80.0  # of a drawn capital in pixels, of which a glyph is made
#: Hands that each class is drawn by, and columns of classes.
HANDS, _COLUMNS = 4, 8
#: Characters that are varied, and how often each is.
VARIED, _VARIATIONS = "AG4k8R", 9
#: Noise of the report's networks and of ours, of scaled pixels.
_NOISES = (0.1, 0.3)
#: Characters that each kind of alteration is shown on, one after the other.
_ALTERED = "RG4kB2"


def samples(folder: str) -> list[str]:
    """Return the section with the pictures in ``folder``."""
    return [
        "## What the images look like",
        words.SAMPLES,
        picture(folder, "samples", "Four drawn characters of each class"),
        words.VARIED,
        picture(folder, "varied", "Drawn characters, varied, and with noise"),
        words.ALTERED.format(kinds=len(CORRUPTIONS)),
        picture(folder, "altered", "Each kind of alteration in five strengths"),
    ]


def draw_samples(folder: Path) -> None:
    """Draw the pictures of :func:`samples` to ``folder``."""
    _draw_classes().savefig(folder / "samples.png", dpi=_DPI)
    _draw_varied().savefig(folder / "varied.png", dpi=_DPI)
    _draw_altered().savefig(folder / "altered.png", dpi=_DPI)


def written(char: str, number: int) -> Images:
    """Return ``char`` as the hand ``number`` writes it, a glyph (28, 28)."""
    rng = np.random.default_rng((_SEED, number, ord(char)))
    habits = np.random.default_rng((_SEED, number))
    hand = Hand(
        wobble=float(habits.uniform(0.6, 1.6)), slant=float(habits.uniform(-0.15, 0.3)), form=number
    )
    pen = Pen(width=float(habits.uniform(0.08, 0.13)))
    return make_glyph(draw_character(char, _HEIGHT, rng, hand=hand, pen=pen).coverage)


def _of_class(char: str) -> list[Images]:
    """Return glyphs of a class: capital and small letter by turns where it has both."""
    small = char.lower()
    chars = (char, char) if small in BYMERGE else (char, small)
    return [written(chars[number % 2], number) for number in range(HANDS)]


def _draw_classes() -> Figure:
    rows = -(-len(BYMERGE) // _COLUMNS)
    figure = Figure(figsize=(1.5 * _COLUMNS, 0.44 * rows), layout="constrained")
    cells = figure.subplots(rows, _COLUMNS).ravel()
    for axes, char in zip(cells, BYMERGE, strict=False):
        _show(axes, [_of_class(char)])
        axes.set_ylabel(char, fontsize=10, rotation=0, ha="right", va="center")
    for axes in cells[len(BYMERGE) :]:
        axes.set_axis_off()
    return figure


def _draw_varied() -> Figure:
    vary = Augmentation()
    rows = []
    for number, char in enumerate(VARIED):
        rng = np.random.default_rng((_SEED, number))
        glyph = written(char, number)
        varied = vary(np.repeat(glyph[None], _VARIATIONS, axis=0), rng)
        grain = 255 * PIXEL_STD * rng.standard_normal((len(_NOISES), SIDE, SIDE))
        noisy = glyph + np.array(_NOISES)[:, None, None] * grain
        rows.append([glyph, *varied, *np.clip(np.rint(noisy), 0, 255).astype(np.uint8)])
    figure = Figure(figsize=(9, 4.7), layout="constrained")
    axes = figure.subplots()
    _show(axes, rows)
    titles = ["drawn", *["varied"] * _VARIATIONS, *(f"noise {noise:g}" for noise in _NOISES)]
    axes.set_xticks(_middles(len(titles)), titles, fontsize=8)
    axes.xaxis.tick_top()
    return figure


def _draw_altered() -> Figure:
    figure = Figure(figsize=(9, 6), layout="constrained")
    kinds = list(CORRUPTIONS)
    half = -(-len(kinds) // 2)
    for axes, some in zip(figure.subplots(1, 2), (kinds[:half], kinds[half:]), strict=True):
        rows = []
        for number, kind in enumerate(some):
            glyph = written(_ALTERED[number % len(_ALTERED)], number)
            rows.append([glyph, *(corrupt(glyph[None], kind, one, _SEED)[0] for one in STRENGTHS)])
        _show(axes, rows)
        axes.set_anchor("N")
        axes.set_yticks(_middles(len(some)), some, fontsize=8)
        axes.set_xticks(_middles(1 + len(STRENGTHS)), ["drawn", *STRENGTHS], fontsize=8)
        axes.xaxis.tick_top()
    return figure


def _show(axes: Any, rows: list[list[Images]]) -> None:
    """Show glyphs in rows, with a line of grey between them."""
    framed = [[np.pad(glyph, 1, constant_values=90) for glyph in row] for row in rows]
    axes.imshow(np.vstack([np.hstack(row) for row in framed]), cmap="gray", vmin=0, vmax=255)
    axes.set(xticks=[], yticks=[])
    axes.tick_params(length=0)


def _middles(count: int) -> list[float]:
    """Return where the middles of ``count`` glyphs in a row are."""
    return [(number + 0.5) * (SIDE + 2) - 0.5 for number in range(count)]
