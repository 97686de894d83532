"""Paper: its colour, what is printed on it, and the light that falls on it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Paper:
    """What is written on, and how it is lit. Colours are BGR, 0..255.

    ruled: a rule under each line of writing, and on over the page.
    squared: squares of half the lines' pitch.
    boxed: a printed box around each character and each space, as in forms.
    print_colour, print_strength: of the rules, squares or boxes; the strength is the share of the
        paper's colour that they hide.
    texture: standard deviation of the paper's own unevenness, as a share of its brightness.
    vignette: share of the light that is missing in the corners.
    gradient: share of the light that is missing at one side, at a random angle.
    shadow: share of the light that is missing behind an edge across the page.
    shadow_edge: how hard that edge is; 8 fades over a quarter of the page, 200 within pixels.
    """

    colour: tuple[int, int, int] = (240, 244, 245)
    ruled: bool = False
    squared: bool = False
    boxed: bool = False
    print_colour: tuple[int, int, int] = (200, 150, 110)
    print_strength: float = 0.5
    texture: float = 0.0
    vignette: float = 0.0
    gradient: float = 0.0
    shadow: float = 0.0
    shadow_edge: float = 8.0


#: What is used where nothing else is asked for: white paper, evenly lit.
PAPER = Paper()


@dataclass(frozen=True)
class Grid:
    """Where the writing lies, for what is printed to fit. Lengths are in pixels of the sheet.

    left, baseline: where the first line starts. height: of a capital. pitch: between baselines.
    rows, columns: number of boxes. deep: there is room for descenders in them.
    """

    left: float
    baseline: float
    height: float
    pitch: float
    rows: int
    columns: int
    deep: bool

    def boxes(self) -> list[list[tuple[int, int, int, int]]]:
        """Return the printed boxes row by row: left, top, right, bottom in pixels."""
        cell = cell_width(self.height)
        edges = [round(self.left + column * cell) for column in range(self.columns + 1)]
        boxes = []
        for row in range(self.rows):
            baseline = self.baseline + row * self.pitch
            top = round(baseline - 1.25 * self.height)
            bottom = round(baseline + (0.5 if self.deep else 0.25) * self.height)
            boxes.append([(left, top, right, bottom) for left, right in pairwise(edges)])
        return boxes


def cell_width(height: float) -> float:
    """Return the width of a printed box for capitals of ``height``: room for a W, and some air."""
    return 1.25 * height


def paint_sheet(
    paper: Paper, size: tuple[int, int], grid: Grid, bleed: int = 0
) -> NDArray[np.float32]:
    """Return the blank sheet, (H, W, 3) BGR 0..255, larger than ``size`` by ``bleed`` all round."""
    width, height = size
    printed = np.zeros((height + 2 * bleed, width + 2 * bleed), np.uint8)
    thickness = max(1, round(max(size) / 500))
    if paper.ruled:
        # Rules lie a little below the baselines.
        for y in _series(grid.baseline + 0.14 * grid.height, grid.pitch, height, bleed):
            printed[y : y + thickness] = 1
    if paper.squared:
        for y in _series(grid.baseline + 0.14 * grid.height, grid.pitch / 2, height, bleed):
            printed[y : y + thickness] = 1
        for x in _series(grid.left, grid.pitch / 2, width, bleed):
            printed[:, x : x + thickness] = 1
    if paper.boxed:
        for box in chain.from_iterable(grid.boxes()):
            left, top, right, bottom = (side + bleed for side in box)
            cv2.rectangle(printed, (left, top), (right, bottom), 1, thickness)
    page = np.full((*printed.shape, 3), paper.colour, np.float32)
    ink = np.array(paper.print_colour) * paper.print_strength
    page[printed > 0] = page[printed > 0] * (1 - paper.print_strength) + ink
    return page


def _series(start: float, step: float, length: int, bleed: int) -> list[int]:
    """Return the lines at ``start`` and every ``step`` from it, over ``-bleed..length + bleed``.

    Counted from the edge of the bleed.
    """
    first = start % step
    first -= step * (bleed // step)
    return [round(at) + bleed for at in np.arange(first, length + bleed, step)]


def light(shape: tuple[int, ...], paper: Paper, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the share of the light that reaches each pixel of a picture of ``shape``, (H, W)."""
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)
    corners = 1 - paper.vignette * (x**2 + y**2) / 2
    # The shadow's edge runs through the page at a random angle, near the middle.
    angle, offset = rng.uniform((0, -0.4), (2 * np.pi, 0.4)).tolist()
    # In float64, which NumPy 1 would not choose by itself: what is far from the edge overflows.
    x, y = x.astype(np.float64), y.astype(np.float64)
    depth = x * np.cos(angle) + y * np.sin(angle) - offset
    shade = 1 - paper.shadow / (1 + np.exp(-paper.shadow_edge * depth))
    share = np.asarray(corners * shade, np.float32)
    if paper.gradient > 0:
        angle = rng.uniform(0, 2 * np.pi)
        along = (x * np.cos(angle) + y * np.sin(angle)) / (abs(np.cos(angle)) + abs(np.sin(angle)))
        share *= 1 - paper.gradient * (1 + along) / 2
    if paper.texture > 0:
        share *= 1 + paper.texture * _unevenness(share.shape, rng)
    return share


def _unevenness(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return noise (H, W) of mean 0 and deviation 1 that is coarse and fine at once."""
    noise = rng.standard_normal(shape, np.float32)
    layers = [cv2.GaussianBlur(noise, (0, 0), sigma) for sigma in (1.0, 8.0)]
    return np.asarray(sum(layer / layer.std() for layer in layers) / np.sqrt(2), np.float32)
