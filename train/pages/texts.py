"""Pages of UNIPEN's texts, as people wrote them, with the truth about each character.

Layouts are theirs: stems and tails, slant, words run together, punctuation at its place. A page is
written with one pen by one person; every sign is a character here, whether letter, digit or mark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.dataset.unipen.characters import TEXT_HEIGHT
from emnist_edge.dataset.unipen.cleaning import find_text_faults, smooth, usable_texts
from emnist_edge.drawing.character import DrawnCharacter, project
from emnist_edge.drawing.ink import lay_ink
from emnist_edge.drawing.paper import Grid, light, paint_sheet
from emnist_edge.drawing.pens import TIPS
from emnist_edge.drawing.surroundings import USUAL_TIPS, draw_surroundings, pick_name
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Texts
    from emnist_edge.drawing.pens import Tip

# A capital is this much higher than the median of the heights of a text's letters and digits.
_CAPITAL = 1.15
# Paper around the writing, in cap heights.
_RIM = 1.0
# Pixels that a page has at most.
_MOST_PIXELS = 6_000_000


@dataclass(frozen=True)
class Writing:
    """How texts are put on pages: limits of distributions, fractions and weights.

    tips: how often each kind of pen is taken, as weights. heights: of a capital, in pixels,
    logarithm uniform. lines: how many texts of one writer a page has at most. pitch: distance of
    two lines, in their heights. cut: fraction of lines of which a part is taken, of ``parts``
    characters. spread: factor by which a line may be larger or smaller. scanned, ruled: see
    :func:`emnist_edge.drawing.surroundings.draw_surroundings`.
    """

    tips: dict[str, float] = field(default_factory=lambda: dict(USUAL_TIPS))
    heights: tuple[float, float] = (14, 64)
    lines: int = 5
    pitch: tuple[float, float] = (0.85, 1.6)
    cut: float = 0.5
    parts: tuple[int, int] = (2, 14)
    spread: float = 1.15
    scanned: float = 0.3
    ruled: float = 0.25


@dataclass(frozen=True)
class Row:
    """A line to draw: what each character is, and its strokes, (n, 2) in cap heights, y down."""

    labels: list[str]
    strokes: list[list[NDArray[np.float64]]]

    @property
    def points(self) -> NDArray[np.float64]:
        """All points of the line, (n, 2)."""
        return np.concatenate([stroke for strokes in self.strokes for stroke in strokes])

    def moved(self, factor: float, shift: NDArray[np.float64]) -> Row:
        """Return the line ``factor`` times as large, then moved by ``shift``."""
        moved = [[factor * stroke + shift for stroke in strokes] for strokes in self.strokes]
        return Row(self.labels, moved)


class TextPages:
    """Draws pages of ``texts``; those whose sizes are not certain are left out.

    Args:
        texts: as they were written.
        used: (T,) bool, whether a text is used; None for all.
        writing: how they are put on pages.
    """

    def __init__(
        self,
        texts: Texts,
        used: NDArray[np.bool_] | None = None,
        writing: Writing | None = None,
    ) -> None:
        faults = find_text_faults(texts)
        usable = usable_texts(texts, faults)
        if used is not None:
            usable = usable[used[usable]]
        sound = np.concatenate([[0], np.cumsum(faults == "")])[texts.starts]
        usable = usable[np.diff(sound)[usable] > 0]
        self._texts, self._sound = texts, faults == ""
        self._smooth = smooth(texts.characters)
        self._writing = writing or Writing()
        who = texts.characters.writers[texts.starts[usable]]
        self._by_writer = [usable[who == writer] for writer in np.unique(who)]
        if not self._by_writer:
            raise DataError("no text of UNIPEN is fit to draw pages of")

    def __call__(
        self, rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], list[DrawnCharacter]]:
        """Return a page: picture (H, W, 3) BGR uint8, coverage (H, W) uint8, its characters."""
        writing = self._writing
        tip = TIPS[pick_name(writing.tips, rng)]
        height = float(np.exp(rng.uniform(*np.log(writing.heights))))
        own = self._by_writer[int(rng.integers(len(self._by_writer)))]
        count = min(int(rng.integers(1, writing.lines + 1)), len(own))
        rows = [self._row(int(text), rng) for text in rng.choice(own, count, replace=False)]
        return _photograph(_stacked(rows, writing, rng), tip, height, writing, rng)

    def _row(self, text: int, rng: np.random.Generator) -> Row:
        """Return a text, or a part of it."""
        first, last = self._texts.starts[text : text + 2].tolist()
        numbers = [number for number in range(first, last) if self._sound[number]]
        if rng.random() < self._writing.cut:
            length = int(rng.integers(*self._writing.parts, endpoint=True))
            start = int(rng.integers(0, max(len(numbers) - length, 0) + 1))
            numbers = numbers[start : start + length]
        unit = _CAPITAL * TEXT_HEIGHT
        labels = [str(self._texts.characters.labels[number]) for number in numbers]
        strokes = [
            [stroke.astype(np.float64) / unit for stroke in self._smooth.strokes_of(number)]
            for number in numbers
        ]
        return Row(labels, strokes)


def _stacked(rows: Sequence[Row], writing: Writing, rng: np.random.Generator) -> list[Row]:
    """Return ``rows`` one below the other, with paper around, in cap heights."""
    placed, top = [], _RIM
    for row in rows:
        factor = float(np.exp(rng.uniform(-1, 1) * np.log(writing.spread)))
        points = row.points * factor
        low, high = points.min(axis=0), points.max(axis=0)
        indent = rng.uniform(0, 2) if rng.random() < 0.5 else 0.0
        placed.append(row.moved(factor, np.array([_RIM + indent, top]) - low))
        top += max(rng.uniform(*writing.pitch) * (high - low)[1], 0.9 * factor)
    return placed


def _photograph(
    rows: Sequence[Row], tip: Tip, height: float, writing: Writing, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], list[DrawnCharacter]]:
    """Return the page that ``rows`` are written on: see :meth:`TextPages.__call__`."""
    right, bottom = np.max([row.points.max(axis=0) for row in rows], axis=0)
    height *= min(1.0, float(np.sqrt(_MOST_PIXELS / ((right + _RIM) * (bottom + _RIM)))) / height)
    size = (round((right + _RIM) * height), round((bottom + _RIM) * height))
    paper, camera = draw_surroundings(
        tip, height, rng, scanned=writing.scanned, ruled=writing.ruled
    )
    aim, bleed = camera.aim(size, rng), camera.bleed(size)
    grid = Grid(0, _RIM * height, height, 1.9 * height, 1, 1, deep=False)
    scene = camera.frame(paint_sheet(paper, size, grid, bleed), bleed, aim, size, rng)
    width, colour = tip.draw_width(rng), np.array(tip.draw_ink(rng), np.float32)
    opacity = float(rng.uniform(*tip.opacity))
    coverage, drawn = np.zeros(size[::-1], np.uint8), []
    for row in rows:
        for label, strokes in zip(row.labels, row.strokes, strict=True):
            seen = [project(aim, stroke * height) / height for stroke in strokes]
            ink = lay_ink(seen, height, tip, rng, width=width, opacity=opacity, timed=True)
            character = _inside(label, ink.amount, ink.left, ink.top, size)
            if character is None:
                continue
            drawn.append(character)
            x, y, wide, tall = character.box
            place = scene[y : y + tall, x : x + wide]
            place += (colour - place) * (character.coverage.astype(np.float32) / 255)[..., None]
            own = coverage[y : y + tall, x : x + wide]
            np.maximum(own, character.coverage, out=own)
    scene *= light(scene.shape, paper, rng)[..., None]
    return camera.expose(scene, rng), coverage, [_solid(character) for character in drawn]


def _inside(
    label: str, amount: NDArray[np.uint8], left: int, top: int, size: tuple[int, int]
) -> DrawnCharacter | None:
    """Return the character of this ink, as far as the picture shows it; None where it does not."""
    x, y, wide, tall = cv2.boundingRect(amount)
    from_x, from_y = max(left + x, 0), max(top + y, 0)
    to_x, to_y = min(left + x + wide, size[0]), min(top + y + tall, size[1])
    if from_x >= to_x or from_y >= to_y:
        return None
    ink = amount[from_y - top : to_y - top, from_x - left : to_x - left]
    return DrawnCharacter(label, (from_x, from_y, to_x - from_x, to_y - from_y), ink)


def _solid(character: DrawnCharacter) -> DrawnCharacter:
    """Return ``character`` as covered in full where its pen, pale or dark, gave what it had."""
    most = max(int(character.coverage.max(initial=0)), 1)
    coverage = cv2.convertScaleAbs(character.coverage, alpha=255 / most)
    return DrawnCharacter(character.char, character.box, np.asarray(coverage, np.uint8))
