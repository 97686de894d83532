"""What pages have beside characters: punctuation, underlining, tables, stains, folds, markers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Kind = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]

# Share of pages with each kind of litter, and bits after the binary point of coordinates.
_SHARE, _SHIFT = 0.12, 4


def litter(
    picture: NDArray[np.uint8],
    coverage: NDArray[np.uint8],
    rng: np.random.Generator,
    *,
    punctuation: bool = True,
) -> NDArray[np.uint8]:
    """Return ``picture`` (H, W, 3) BGR uint8, maybe with litter on it.

    ``coverage`` (H, W) uint8 is 255 where characters are; punctuation keeps off them, and there is
    none where that counts as characters.
    """
    kinds = [kind for kind in _KINDS if punctuation or kind is not _punctuation]
    layers = [draw(coverage, rng) for draw in kinds if rng.random() < _SHARE]
    if not layers:
        return picture
    scene = picture.astype(np.float32)
    light_ink = bool(picture.mean() < 100) and rng.random() < 0.8
    for layer in layers:
        strength = rng.uniform(0.3, 1.0)
        ink = rng.uniform(0, 110, 3) if not light_ink else rng.uniform(180, 255, 3)
        share = cv2.GaussianBlur(layer, (0, 0), rng.uniform(0.5, 1.2)).astype(np.float32)
        share = (share * (strength / 255))[..., None]
        scene += (ink.astype(np.float32) - scene) * share
    return np.clip(scene + 0.5, 0, 255).astype(np.uint8)


def _height(coverage: NDArray[np.uint8]) -> float:
    """Return about how high the characters are, in pixels."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((coverage >= 128).astype(np.uint8))
    return float(np.percentile(stats[1:, cv2.CC_STAT_HEIGHT], 70)) if len(stats) > 1 else 40.0


def _line(
    canvas: NDArray[np.uint8], start: NDArray[np.float64], end: NDArray[np.float64], width: int
) -> None:
    one, other = (np.rint(point * 2**_SHIFT).astype(int).tolist() for point in (start, end))
    cv2.line(canvas, one, other, 255, width, cv2.LINE_AA, _SHIFT)


def _punctuation(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Dots, commas, hyphens and slashes between the characters."""
    canvas = np.zeros_like(coverage)
    height = _height(coverage)
    near = cv2.dilate(coverage, np.ones((5, 5), np.uint8))
    width = max(1, round(rng.uniform(0.06, 0.16) * height))
    ys, xs = np.nonzero(coverage)
    for _ in range(int(rng.integers(2, 20))):
        mark = np.zeros_like(coverage)
        if len(ys) and rng.random() < 0.8:  # about where a line of writing is
            pick = rng.integers(len(ys))
            x, y = xs[pick] + rng.normal(0, 0.7 * height), ys[pick] + rng.normal(0, 0.3 * height)
        else:
            x, y = rng.uniform(0, canvas.shape[1]), rng.uniform(0, canvas.shape[0])
        kind = rng.random()
        start = np.array([x, y])
        if kind < 0.4:
            cv2.circle(mark, (round(x), round(y)), max(1, round(0.7 * width)), 255, -1, cv2.LINE_AA)
        elif kind < 0.6:
            _line(mark, start, start + np.array([-0.08, 0.2]) * height, width)
        elif kind < 0.85:
            _line(mark, start, start + np.array([rng.uniform(0.2, 0.5) * height, 0]), width)
        else:
            for offset in (0.0, 0.35 * height):  # a colon
                cv2.circle(mark, (round(x), round(y - offset)), max(1, width // 2), 255, -1)
        if not (mark & near).any():
            canvas |= mark
    return canvas


def _underlining(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Lines by hand under words, or through the page."""
    canvas = np.zeros_like(coverage)
    height = _height(coverage)
    rows, columns = canvas.shape
    for _ in range(int(rng.integers(1, 4))):
        length = rng.uniform(1.5 * height, columns)
        start = np.array([rng.uniform(0, 0.6 * columns), rng.uniform(0, rows)])
        points = start + np.column_stack(
            [np.linspace(0, length, 9), np.cumsum(rng.normal(0, 0.03 * height, 9))]
        )
        width = max(1, round(rng.uniform(0.05, 0.12) * height))
        for one, other in pairwise(points):
            _line(canvas, one, other, width)
    return canvas


def _table(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Rules of a table, by hand or printed, at uneven distances and a little askew."""
    canvas = np.zeros_like(coverage)
    height = _height(coverage)
    rows, columns = canvas.shape
    width = max(1, round(rng.uniform(0.02, 0.1) * height))
    slope = rng.normal(0, 0.02)
    for across in (True, False):
        if rng.random() < 0.2:
            continue
        extent, reach = (rows, columns) if across else (columns, rows)
        place = rng.uniform(0, 3 * height)
        while place < extent:
            one, other = np.array([0, place]), np.array([reach, place + slope * reach])
            if not across:
                one, other = one[::-1], np.array([place - slope * reach, reach])
            _line(canvas, one, other, width)
            place += rng.uniform(1.2, 4) * height
    return canvas


def _frame(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A rectangle or ellipse drawn around something."""
    canvas = np.zeros_like(coverage)
    height = _height(coverage)
    rows, columns = canvas.shape
    width = max(1, round(rng.uniform(0.03, 0.12) * height))
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(0, columns), rng.uniform(0, rows)
        half = rng.uniform(0.8, 5) * height, rng.uniform(0.8, 2) * height
        if rng.random() < 0.6:
            corner = round(x - half[0]), round(y - half[1])
            cv2.rectangle(canvas, corner, (round(x + half[0]), round(y + half[1])), 255, width)
        else:
            axes = round(half[0]), round(half[1])
            cv2.ellipse(canvas, (round(x), round(y)), axes, rng.uniform(-5, 5), 0, 360, 255, width)
    return canvas


def _stains(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blots and dust of any size."""
    canvas = np.zeros_like(coverage)
    rows, columns = canvas.shape
    for _ in range(int(rng.integers(1, 30))):
        axes = tuple(np.ceil(np.exp(rng.normal(0.7, 0.9, 2))).astype(int).tolist())
        middle = (int(rng.integers(columns)), int(rng.integers(rows)))
        cv2.ellipse(canvas, middle, axes, rng.uniform(0, 180), 0, 360, 255, -1)
    return canvas


def _folds(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Creases and hairs: long thin curves at any angle."""
    canvas = np.zeros_like(coverage)
    rows, columns = canvas.shape
    for _ in range(int(rng.integers(1, 4))):
        angle = rng.uniform(0, np.pi) + np.cumsum(rng.normal(0, 0.15, 20))
        step = rng.uniform(0.01, 0.08) * max(rows, columns)
        steps = step * np.column_stack([np.cos(angle), np.sin(angle)])
        points = rng.uniform((0, 0), (columns, rows)) + np.cumsum(steps, axis=0)
        for one, other in pairwise(points):
            _line(canvas, one, other, 1)
    return canvas


def _markers(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Black squares for cameras to find, some with the pattern of a code inside; off characters."""
    canvas = np.zeros_like(coverage)
    rows, columns = canvas.shape
    near = cv2.dilate(coverage, np.ones((9, 9), np.uint8))
    side = int(rng.uniform(0.05, 0.25) * min(rows, columns))
    cells = int(rng.integers(4, 8))
    if side < 2 * cells:
        return canvas
    for _ in range(int(rng.integers(1, 5))):
        x, y = int(rng.integers(columns - side + 1)), int(rng.integers(rows - side + 1))
        window = np.s_[y : y + side, x : x + side]
        if near[window].any():
            continue
        code = np.full((cells, cells), 255, np.uint8)
        if rng.random() < 0.7:
            code[1:-1, 1:-1] = 255 * rng.integers(0, 2, (cells - 2, cells - 2))
        canvas[window] = cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST)
    return canvas


def _edges(coverage: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Dark bars along the picture's edges: what a scanner sees beside the sheet."""
    canvas = np.zeros_like(coverage)
    rows, columns = canvas.shape
    depth = max(2, round(rng.uniform(0.005, 0.04) * max(rows, columns)))
    for side in range(4):
        if rng.random() < 0.5:
            turned = np.rot90(canvas, side)
            slope = rng.uniform(0, 1)
            corners = [(0, 0), (turned.shape[1], 0), (turned.shape[1], round(slope * depth)),
                       (0, depth)]  # fmt: skip
            layer = np.zeros(turned.shape, np.uint8)
            cv2.fillPoly(layer, [np.array(corners)], 255)
            canvas |= np.rot90(layer, -side)
    canvas[coverage > 0] = 0
    return canvas


_KINDS: tuple[Kind, ...] = (
    _punctuation, _underlining, _table, _frame, _stains, _folds, _edges, _markers,
)  # fmt: skip
