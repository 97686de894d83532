"""What a pen leaves of strokes: a ballpoint, pencil, felt pen, marker, chalk or stylus.

Width and load (how much ink a place gets) go along a stroke with the speed of the hand, swing a
little, and change at its ends. Where the load is less than the tooth of the paper asks for, ink
stays away. Ink that hides the paper in part is darker where strokes cross.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge.drawing.pens import Tip

# Bits after the binary point of the coordinates that OpenCV draws at.
_SHIFT = 4
# Strokes are drawn in pieces of about these lengths, in cap heights; between two points in at most
# so many.
_PIECE, _LEAST_PIECE, _MOST_PARTS = 0.05, 0.035, 8
# What is drawn is so many pixels high to a cap height at least, then averaged down.
_FINE_HEIGHT, _MOST_FINE = 100, 4
# Width changes by at most this factor with the speed of the hand.
_MOST_CHANGE = 1.5
# How far the load of a stroke fades at its edges: of the tooth, in widths of the pen.
_ROUNDNESS = 0.35
# Sides of the sample of paper, in grains.
_TILE = 512
# The corners of a chisel's edge, for an edge that is one pixel long.
_NIB_ANGLE = np.deg2rad(40)


@dataclass(frozen=True)
class Ink:
    """What a pen left.

    amount: (H, W) uint8, 255 where the paper is hidden by as much ink as the pen gives, 0 on paper.
    left, top: of its corner, in pixels from the origin of the strokes.
    """

    amount: NDArray[np.uint8]
    left: int
    top: int


def lay_ink(
    strokes: Sequence[NDArray[np.floating]],
    height: float,
    tip: Tip,
    rng: np.random.Generator,
    *,
    width: float,
    opacity: float = 1.0,
    timed: bool = False,
) -> Ink:
    """Return what a pen of the kind ``tip`` leaves of a character.

    Args:
        strokes: each (n, 2) with n > 0, x to the right and y down, in cap heights.
        height: of a capital, in pixels.
        tip: the kind of pen.
        rng: of what varies.
        width: of the pen, in cap heights.
        opacity: fraction of the paper's colour that one stroke hides at full load.
        timed: points are equally spaced in time, as tablets' are, and tell the speed of the hand;
            else it is slow in curves, as hands are.
    """
    fine = min(max(ceil(_FINE_HEIGHT / height), 1), _MOST_FINE)
    unit = fine * height
    points = np.concatenate([np.asarray(stroke, np.float64) for stroke in strokes])
    margin = (0.75 * width + tip.taper * width) * height + 1
    left, top = (int(v) for v in np.floor(points.min(axis=0) * height - margin))
    right, bottom = (int(v) for v in np.ceil(points.max(axis=0) * height + margin))
    shape = ((bottom - top) * fine, (right - left) * fine)
    bare = np.ones(shape, np.float32)  # fraction of the paper that still shows
    for stroke in strokes:
        path, widths, loads = way(stroke, tip, rng, timed=timed)
        path = path * unit - (left * fine, top * fine)
        canvas = np.zeros(shape, np.uint8)
        levels = np.rint(np.minimum(255 * tip.load * loads, 255)).astype(int)
        draw_stroke(canvas, path, np.maximum(width * unit * widths, 1), levels, tip.nib)
        x, y, wide, high = cv2.boundingRect(canvas)
        if not wide:  # so light that nothing is left of it
            continue
        window = np.s_[y : y + high, x : x + wide]
        bare[window] *= 1 - np.float32(opacity) * soak(canvas[window], tip, unit, width, rng)
    amount = cv2.resize(1 - bare, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return Ink(np.rint(255 * amount).astype(np.uint8), left, top)


def way(
    stroke: NDArray[np.floating], tip: Tip, rng: np.random.Generator, *, timed: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the way of the pen along ``stroke`` (n, 2), smoothly, in short pieces.

    Returns:
        Points (m, 2), m > 1, and for each what width and load are multiplied by, (m,) and (m,).
    """
    points = np.asarray(stroke, np.float64)
    pieces = _lengths(points)
    if not pieces.any():
        return np.repeat(points[:1], 2, axis=0), np.ones(2), np.ones(2)
    parts = min(max(ceil(float(pieces.max()) / _PIECE), 1), _MOST_PARTS)
    path, changes = _spline(points, parts), np.ones(1)
    if tip.slow:
        speeds = _speeds(pieces) if timed else _speeds_by_curvature(points, pieces)
        changes = np.minimum(np.maximum(speeds**-tip.slow, 1 / _MOST_CHANGE), _MOST_CHANGE)
        changes = np.interp(np.arange(len(path)), np.arange(len(points)) * parts, changes)
    along = np.concatenate([[0], _lengths(path).cumsum()])
    if along[-1] < _LEAST_PIECE * (len(path) - 1):  # more points than anyone sees
        steps = np.linspace(0, along[-1], ceil(along[-1] / _LEAST_PIECE) + 1)
        kept = np.minimum(np.searchsorted(along, steps), len(path) - 1)
        path, along = path[kept], along[kept]
        changes = changes[kept] if tip.slow else changes
    load = np.ones(len(path))
    if tip.swing:
        phase, turns = rng.uniform((0, 0.6), (2 * np.pi, 1.6)).tolist()
        load += tip.swing * np.sin(phase + 2 * np.pi * turns / tip.swing_length * along)
    width = (1 + load) / 2 * changes
    for at_end, distance in zip(tip.ends, (along, along[-1] - along), strict=True):
        if at_end != 1:
            end = 1 + (at_end - 1) * np.maximum(1 - distance / tip.taper, 0)
            width *= end
            load *= np.minimum(end, 1)
    return path, width, load


def draw_stroke(
    canvas: NDArray[np.uint8],
    points: NDArray[np.float64],
    widths: NDArray[np.float64],
    levels: NDArray[np.int_] | None = None,
    nib: float = 1.0,
) -> None:
    """Draw a stroke with round ends on ``canvas``.

    ``points`` (N, 2) and ``widths`` (N,) are in its pixels. ``levels`` (N,) are what it is set to,
    with smooth edges; by default 255, and nothing between that and 0. For ``nib`` see
    :class:`emnist_edge.drawing.pens.Tip`.
    """
    line = cv2.LINE_8 if levels is None else cv2.LINE_AA
    fixed = np.rint(points * 2**_SHIFT).astype(int)
    ends = fixed.tolist()
    # OpenCV's smooth edges lie about half a pixel further out.
    grown = 0 if levels is None else 1
    whole = np.maximum(np.rint(widths * nib - grown), 1).astype(int).tolist()
    colours = [255] * len(ends) if levels is None else levels.tolist()
    steps = zip(ends[:-1], ends[1:], whole[1:], colours[1:], strict=True)
    if nib == 1:
        for start, end, width, colour in steps:
            cv2.line(canvas, start, end, colour, width, line, _SHIFT)
        return
    edge = np.array([np.cos(_NIB_ANGLE), -np.sin(_NIB_ANGLE)]) * 2**_SHIFT / 2 * (1 - nib)
    reach = np.rint(np.outer(widths, edge)).astype(int)
    ones, others = fixed - reach, fixed + reach
    quads = np.stack([ones[:-1], others[:-1], others[1:], ones[1:]], axis=1).astype(np.int32)
    for number, (_, _, width, colour) in enumerate(steps):
        quad = quads[number]
        cv2.fillConvexPoly(canvas, quad, colour, line, _SHIFT)
        cv2.polylines(canvas, [quad], True, colour, width, line, _SHIFT)


def soak(
    load: NDArray[np.uint8], tip: Tip, unit: float, width: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return the fraction of full ink, (H, W), that paper takes where a pen left ``load``, 0..255.

    unit: pixels of ``load`` to a cap height. width: of the pen, in cap heights.
    """
    if not tip.tooth:
        return np.asarray(load * np.float32(1 / 255), np.float32)
    # Less is left towards the edges of a stroke where the tip is hard: its profile is round.
    side = round(_ROUNDNESS * tip.tooth * width * unit) | 1
    rounded = load
    for _ in range(2 if side > 1 else 0):
        rounded = cv2.min(cv2.blur(rounded, (side, side)), load)
    wanted = np.float32(tip.tooth) * _paper(load.shape, max(tip.grain * unit, 0.25), rng)
    taken = rounded * np.float32(1 / (255 * tip.soft)) - wanted * np.float32(1 / tip.soft)
    return np.minimum(np.maximum(taken, 0), 1)


def _paper(shape: tuple[int, ...], grain: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return how high a paper is, (H, W): uniform from 0 to 1, in grains of ``grain`` pixels."""
    rows, columns = (ceil(side / grain) + 1 for side in shape)
    top, left = rng.integers(_TILE, size=2).tolist()
    tile = _tile()
    piece = tile[top : top + rows, left : left + columns]
    if piece.shape != (rows, columns):
        down, right = (np.arange(top, top + rows) % _TILE, np.arange(left, left + columns) % _TILE)
        piece = tile[np.ix_(down, right)]
    if grain == 1:
        return piece[: shape[0], : shape[1]]
    shrinks = grain < 1
    return np.asarray(
        cv2.resize(
            piece, shape[::-1], interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        ),
        np.float32,
    )


@cache
def _tile() -> NDArray[np.float32]:
    """Return a sample of paper, (512, 512) float32: heights uniform from 0 to 1, grains of 1."""
    noise = np.random.default_rng(0).standard_normal((_TILE, _TILE), np.float32)
    wrapped = np.pad(noise, 8, mode="wrap")
    coarse = cv2.GaussianBlur(wrapped, (0, 0), 0.7) + 0.8 * cv2.GaussianBlur(wrapped, (0, 0), 1.8)
    order = coarse[8:-8, 8:-8].ravel().argsort()
    heights = np.empty(order.size, np.float32)
    heights[order] = np.linspace(0, 1, order.size, dtype=np.float32)
    return heights.reshape(_TILE, _TILE)


def _spline(points: NDArray[np.float64], parts: int) -> NDArray[np.float64]:
    """Return the Catmull-Rom spline through ``points`` (n, 2), in ``parts`` between two of them."""
    if parts == 1:
        return points
    framed = np.concatenate([points[:1], points, points[-1:]])
    t = np.arange(parts)[:, None] / parts
    weights = np.hstack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    )
    around = np.stack([framed[i : len(points) - 1 + i] for i in range(4)], axis=1)  # (n - 1, 4, 2)
    inner = (weights / 2) @ around
    return np.concatenate([inner.reshape(-1, 2), points[-1:]])


def _lengths(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far it is from each of ``points`` (n, 2) to the next, (n - 1,)."""
    x, y = (points[1:] - points[:-1]).T
    return np.hypot(x, y)


def _speeds(pieces: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the speed at each point over the usual one, where ``pieces`` took the same time."""
    framed = np.concatenate([pieces[:1], pieces, pieces[-1:]])
    return _relative((framed[:-1] + framed[1:]) / 2)


def _speeds_by_curvature(
    points: NDArray[np.float64], pieces: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the likely speed at each of ``points`` over the usual one.

    It goes with the third root of the radius of the curve (Lacquaniti, Terzuolo, Viviani 1983).
    """
    x, y = (points[1:] - points[:-1]).T
    cross, dot = x[:-1] * y[1:] - y[:-1] * x[1:], x[:-1] * x[1:] + y[:-1] * y[1:]
    curvature = np.zeros(len(points))
    lengths = np.maximum((pieces[:-1] + pieces[1:]) / 2, 1e-6)
    curvature[1:-1] = np.abs(np.arctan2(cross, dot)) / lengths
    # Beyond a radius of one cap height, hands are as fast as they get.
    return _relative((1 + curvature) ** (-1 / 3))


def _relative(speeds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``speeds`` (n,), smoothed, over their mean."""
    framed = np.concatenate([speeds[:1], speeds, speeds[-1:]])
    smooth = (framed[:-2] + 2 * framed[1:-1] + framed[2:]) / 4
    return np.maximum(smooth / max(float(smooth.mean()), 1e-9), 1e-3)
