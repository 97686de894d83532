"""Pages of hand-printed characters: for demonstration, tests and tuning.

Every page comes with the truth: which characters it holds, where each one's ink lies and which
touch. The same arguments draw the same page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.drawing.camera import CAMERA, Camera
from emnist_edge.drawing.character import (
    HAND,
    PEN,
    DrawnCharacter,
    Glyphs,
    Pen,
    draw_character,
    stroke_shape,
)
from emnist_edge.drawing.ink import soak
from emnist_edge.drawing.layout import Line, bend, lay_line
from emnist_edge.drawing.paper import PAPER, Grid, Paper, cell_width, light, paint_sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.drawing.strokes import Hand

__all__ = [
    "Camera",
    "DrawnCharacter",
    "DrawnLine",
    "DrawnPage",
    "Paper",
    "Pen",
    "draw_blank",
    "draw_character",
    "draw_page",
]


@dataclass(frozen=True)
class DrawnLine:
    """One line: its text with single spaces, and its characters from left to right.

    touching: the numbers of the characters whose ink touches the next one's.
    """

    text: str
    characters: tuple[DrawnCharacter, ...]
    touching: tuple[int, ...] = ()


@dataclass(frozen=True)
class DrawnPage:
    """A page and the truth about it.

    picture: (H, W, 3) BGR uint8. coverage: (H, W) uint8, 255 where ink covers the pixel.
    lines: from top to bottom, without empty ones.
    """

    picture: NDArray[np.uint8]
    coverage: NDArray[np.uint8]
    lines: tuple[DrawnLine, ...]

    @property
    def text(self) -> str:
        """What the page says: lines separated by line breaks, words by single spaces."""
        return "\n".join(line.text for line in self.lines)


def draw_page(
    text: str,
    *,
    size: tuple[int, int],
    height: float,
    seed: int,
    hand: Hand = HAND,
    pen: Pen | Sequence[Pen] = PEN,
    paper: Paper = PAPER,
    camera: Camera = CAMERA,
    glyphs: Glyphs = stroke_shape,
) -> DrawnPage:
    """Draw a page of text, its lines flush left and the whole in the middle.

    Args:
        text: lines separated by line breaks, words by spaces.
        size: width and height of the picture in pixels.
        height: of a capital on the sheet, in pixels.
        seed: of all that varies.
        hand: how it is printed.
        pen: what it is written with; of several, each line takes the next.
        paper: what it is written on.
        camera: how the sheet is photographed.
        glyphs: where the characters' shapes come from.

    Raises:
        ValueError: ``text`` holds a character without strokes or none at all, or does not fit.
    """
    rng = np.random.default_rng(seed)
    pens = pen if isinstance(pen, Sequence) else [pen]
    pitch = hand.line_pitch * height
    lines: list[Line] = []
    rows = [row.split() for row in text.splitlines()]
    for number, words in enumerate(rows):
        if words:
            used, baseline = pens[len(lines) % len(pens)], round(number * pitch)
            lines.append(lay_line(words, baseline, height, hand, used, glyphs, rng, paper.boxed))
    if not lines:
        raise ValueError("there is nothing to draw: the text has no characters")
    bends = bend(lines, hand, height, rng)
    columns = max(len(line.text) for line in lines)
    grid = Grid(0, 0, height, pitch, len(rows), columns, deep=bool(set(text) & set("gjpqyQ")))
    grid = _to_middle(lines, bends, grid, paper, size)
    homography = camera.aim(size, rng)
    to_picture = homography @ np.array([[1, 0, grid.left], [0, 1, grid.baseline], [0, 0, 1]])
    drawn = tuple(
        _draw_line(line, [to_picture @ matrix for matrix in matrices])
        for line, matrices in zip(lines, bends, strict=True)
    )
    layers = [_cover(line, size) for line in drawn]
    scene = _blank_scene(paper, camera, grid, homography, size, rng)
    for number, layer in enumerate(layers):
        _write(scene, layer, pens[number % len(pens)], height, rng)
    scene *= light(scene.shape, paper, rng)[..., None]
    return DrawnPage(camera.expose(scene, rng), np.maximum.reduce(layers), drawn)


def draw_blank(
    *,
    size: tuple[int, int],
    height: float,
    seed: int,
    hand: Hand = HAND,
    paper: Paper = PAPER,
    camera: Camera = CAMERA,
) -> DrawnPage:
    """Draw paper that nothing is written on; for the arguments see :func:`draw_page`.

    ``height`` and ``hand`` decide how far what is printed lies apart.
    """
    rng = np.random.default_rng(seed)
    pitch = hand.line_pitch * height
    rows, columns = int(size[1] / pitch) - 1, int(size[0] / cell_width(height)) - 2
    left = (size[0] - columns * cell_width(height)) / 2
    grid = Grid(left, 1.5 * pitch, height, pitch, rows, columns, deep=False)
    scene = _blank_scene(paper, camera, grid, camera.aim(size, rng), size, rng)
    scene *= light(scene.shape, paper, rng)[..., None]
    return DrawnPage(camera.expose(scene, rng), np.zeros(size[::-1], np.uint8), ())


def _to_middle(
    lines: Sequence[Line],
    bends: Sequence[NDArray[np.float64]],
    grid: Grid,
    paper: Paper,
    size: tuple[int, int],
) -> Grid:
    """Return ``grid`` shifted so that text and printed boxes are in the middle of the page."""
    drawn = [
        shape.placed(matrix)
        for line, matrices in zip(lines, bends, strict=True)
        for shape, matrix in zip(line.shapes, matrices, strict=True)
    ]
    extents = [(*character.box[:2], character.right, character.bottom) for character in drawn]
    if paper.boxed:
        extents += [box for row in grid.boxes() for box in row]
    left, top = (min(extent[side] for extent in extents) for side in (0, 1))
    width = max(extent[2] for extent in extents) - left
    tall = max(extent[3] for extent in extents) - top
    if width > size[0] or tall > size[1]:
        raise ValueError(
            f"the text takes {width}x{tall} pixels and the page has {size[0]}x{size[1]}; "
            "write smaller, or on a larger page"
        )
    dx, dy = (size[0] - width) // 2 - left, (size[1] - tall) // 2 - top
    return replace(grid, left=grid.left + dx, baseline=grid.baseline + dy)


def _draw_line(line: Line, matrices: Sequence[NDArray[np.float64]]) -> DrawnLine:
    """Return ``line`` with each character where its matrix puts it, and what touches there."""
    characters = tuple(
        shape.placed(matrix) for shape, matrix in zip(line.shapes, matrices, strict=True)
    )
    touching = (n for n, (one, other) in enumerate(pairwise(characters)) if one.touches(other))
    return DrawnLine(line.text, characters, tuple(touching))


def _cover(line: DrawnLine, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the coverage of ``line`` on a picture of ``size``, (H, W) uint8."""
    coverage = np.zeros(size[::-1], np.uint8)
    for character in line.characters:
        x, y, width, tall = character.box
        if x < 0 or y < 0 or x + width > size[0] or y + tall > size[1]:
            raise ValueError(
                f"the camera leaves out part of {line.text!r}; write smaller, or tilt it less"
            )
        window = coverage[y : y + tall, x : x + width]
        np.maximum(window, character.coverage, out=window)
    return coverage


def _blank_scene(
    paper: Paper,
    camera: Camera,
    grid: Grid,
    homography: NDArray[np.float64],
    size: tuple[int, int],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Return the sheet before anything is written on it, as the camera sees it, in even light."""
    bleed = camera.bleed(size)
    return camera.frame(paint_sheet(paper, size, grid, bleed), bleed, homography, size, rng)


def _write(
    scene: NDArray[np.float32],
    coverage: NDArray[np.uint8],
    pen: Pen,
    height: float,
    rng: np.random.Generator,
) -> None:
    """Lay the ink of ``pen`` on ``scene`` (H, W, 3) where ``coverage`` (H, W) says.

    ``height`` is that of a capital, in pixels.
    """
    x, y, width, tall = cv2.boundingRect(coverage)
    window = scene[y : y + tall, x : x + width]
    covered = coverage[y : y + tall, x : x + width]
    if pen.tip is None:
        share = np.asarray(covered.astype(np.float32) / 255, np.float32)[..., None]
    else:
        load = cv2.convertScaleAbs(covered, alpha=pen.tip.load)
        share = soak(load, pen.tip, height, pen.width, rng)[..., None]
    if pen.grain > 0:
        tooth = rng.random((tall, width, 1), np.float32)
        share *= 1 - pen.grain * tooth
    window += (np.array(pen.ink, np.float32) - window) * share
