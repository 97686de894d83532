"""The lines that a form has printed around its cells, taken out of what is dark there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: Left, top, right and bottom in mm.
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Lines:
    """Thresholds of printed lines. Lengths in mm, contrasts of 255.

    width: they are at most so wide. reach: and at most so far off where they should be.
    part: their course is looked at in parts of so much.
    bent: those that are longer may be bent.
    stiff: weight, beside one part, that holds a line level and straight.
    stray: a part that is off the others by so much counts half.
    no_line: what has less contrast than this along a line is none.
    dark: a line with more contrast than this is as dark as ink; what is written over it is told by
        what is on both sides.
    beside: two lines that are so near, with a gap between cells, are taken out as one.
    edge: a line is as wide as it has so much of its contrast.
    over, faint: what is over a paler line has so many times its contrast, and so much more.
    """

    width: float = 0.6
    reach: float = 0.45
    part: float = 2.0
    bent: float = 25.0
    stiff: float = 0.3
    stray: float = 0.08
    no_line: float = 8.0
    dark: float = 110.0
    beside: float = 0.8
    edge: float = 0.2
    over: float = 1.25
    faint: float = 22.0


LINES = Lines()


def without_lines(
    contrast: NDArray[np.uint8],
    area: Rectangle,
    outlines: Sequence[Rectangle],
    resolution: float,
    *,
    lines: Lines = LINES,
) -> NDArray[np.uint8]:
    """Return ``contrast`` without the sides of ``outlines``, but with what is written over them.

    Args:
        contrast: (H, W) uint8, how much darker than paper it is.
        area: what of the page it shows.
        outlines: rectangles whose sides are printed there.
        resolution: pixels to a mm.
        lines: thresholds.
    """
    bare = contrast.copy()
    for upright in (False, True):
        sides: dict[float, list[tuple[float, float]]] = {}
        for left, top, right, bottom in outlines:
            ends = (left, right, top, bottom) if upright else (top, bottom, left, right)
            for at in ends[:2]:
                sides.setdefault(round(at, 2), []).append((ends[2], ends[3]))
        view, seen = (each.T if upright else each for each in (bare, contrast))
        across, along = (area[0], area[1]) if upright else (area[1], area[0])
        for first, last, spans in _beside(sides, lines):
            for start, end in _joined(spans):
                place = _Place(first - across, last - across, start - along, end - along)
                _take_line(view, seen, place, resolution, lines)
    return bare


@dataclass(frozen=True)
class _Place:
    """Where a level line should be, or two beside each other, in mm from top and left."""

    first: float
    last: float
    start: float
    end: float

    @property
    def middle(self) -> float:
        return (self.first + self.last) / 2

    @property
    def apart(self) -> float:
        return self.last - self.first


def _beside(
    sides: dict[float, list[tuple[float, float]]], lines: Lines
) -> Iterator[tuple[float, float, list[tuple[float, float]]]]:
    """Yield where sides are, those of two cells with a narrow gap together, and their spans."""
    left = sorted(sides)
    while left:
        first, *left = left
        last, spans = first, sides[first]
        if left and left[0] - first <= lines.beside:
            last, *left = left
            spans = spans + sides[last]
        yield first, last, spans


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return ``spans`` with those joined that touch."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + 0.1:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _take_line(
    bare: NDArray[np.uint8],
    contrast: NDArray[np.uint8],
    place: _Place,
    resolution: float,
    lines: Lines,
) -> None:
    """Take a level line out of ``bare``.

    It may be a little off its ``place``, tilted or bent: where ``contrast`` shows it.
    """
    half = lines.width / 2
    left = max(round((place.start - half) * resolution), 0)
    right = min(round((place.end + half) * resolution) + 1, contrast.shape[1])
    if right - left < 3:
        return
    contrast, bare = contrast[:, left:right], bare[:, left:right]
    columns = np.arange(right - left)
    course = _course(contrast, place, resolution, lines)
    if course is None:
        return
    # The line is straight in a band around its course.
    far = round((half + place.apart / 2) * resolution) + 1
    steps = np.arange(-far, far + 1)
    rows = np.rint(course).astype(int) + steps[:, None]
    inside = (rows >= 0) & (rows < len(contrast))
    rows = rows.clip(0, len(contrast) - 1)
    band = contrast[rows, columns]
    usual, wide = _ranked(band[:, ::2], 0.5, 0.75)
    level = float(usual.max())
    if level < lines.no_line:
        return
    own_rows = wide > max(lines.edge * level, lines.no_line)
    own_rows |= abs(steps) <= place.apart / 2 * resolution
    run = _run(own_rows, far if place.apart else _peak(usual, steps, half * resolution))
    first, last = max(run.start - 1, 0), min(run.stop + 1, len(band))
    if level > lines.dark:
        kept = np.broadcast_to(np.minimum(band[first], band[last - 1]), band[first:last].shape)
    else:
        most = lines.over * level + lines.faint
        kept = np.where(band[first:last] > most, band[first:last], 0)
    own = inside[first:last]
    pixels = (rows[first:last][own], np.broadcast_to(columns, kept.shape)[own])
    bare[pixels] = np.minimum(bare[pixels], kept[own])


def _ranked(values: NDArray[np.uint8], *shares: float) -> list[NDArray[np.float64]]:
    """Return what such shares of the last axis of ``values`` are less than, at most."""
    places = [int(share * (values.shape[-1] - 1)) for share in shares]
    ranked = np.partition(values, places, axis=-1)
    return [ranked[..., place].astype(np.float64) for place in places]


def _median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median along the first axis, as ``np.median``, which looks for NaN as well."""
    half = len(values) // 2
    if len(values) % 2:
        return np.asarray(np.partition(values, half, axis=0)[half])
    ranked = np.partition(values, (half - 1, half), axis=0)
    return np.asarray((ranked[half - 1] + ranked[half]) / 2)


def _run(holds: NDArray[np.bool_], at: int) -> slice:
    """Return the run of places around ``at`` of which it ``holds``."""
    start = end = at
    while start > 0 and holds[start - 1]:
        start -= 1
    while end + 1 < len(holds) and holds[end + 1]:
        end += 1
    return slice(start, end + 1)


def _course(
    contrast: NDArray[np.uint8], place: _Place, resolution: float, lines: Lines
) -> NDArray[np.float64] | None:
    """Return the row of the middle of a line in each column, or None where there is no line.

    ``contrast`` is (H, W); the line is about at its ``place``.
    """
    at = place.middle
    reach = round((lines.reach + (lines.width + place.apart) / 2) * resolution)
    top = round(at * resolution) - reach
    first, last = max(top, 0), min(top + 2 * reach + 1, len(contrast))
    if last - first < 3:
        return None
    window = contrast[first:last]
    width = window.shape[1]
    count = max(1, round(width / (lines.part * resolution)))
    size = width // count
    parts = window[:, : count * size].reshape(len(window), count, size)
    middles = size * (np.arange(count) + 0.5)
    (usual,) = _ranked(parts[..., ::2], 0.5)
    level = float(_median(usual.max(axis=0)))
    if level < lines.no_line:
        return None
    usual = np.minimum(usual, lines.over * level)
    over = np.maximum(usual - _median(usual), 0)
    offsets = (np.arange(first, last) + 0.5 - at * resolution).astype(np.float64)
    if apart := round(place.apart / 2 * resolution):
        padded = np.pad(over, ((apart, apart), (0, 0)))
        over = (padded[: -2 * apart] + padded[2 * apart :]) / 2
    places, tops = _middles(over, offsets, resolution, lines)
    weights = tops / np.maximum(usual.max(axis=0), 1)
    degree = 2 if width > lines.bent * resolution else 1
    fitted = _fit(2 * middles / width - 1, places, weights, degree, resolution, lines)
    u = 2 * (np.arange(width) + 0.5) / width - 1
    return np.asarray(at * resolution - 0.5 + np.polynomial.polynomial.polyval(u, fitted))


def _middles(
    over: NDArray[np.float64], offsets: NDArray[np.float64], resolution: float, lines: Lines
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far off a line is in each part, in pixels, and its contrast there, (P,) each.

    ``over`` (N, P) is how much darker than what is around it each row is, at ``offsets`` (N,).
    """
    near = lines.width / 2 * resolution
    parts = np.arange(over.shape[1])
    peaks = (over / (1 + (offsets / near) ** 2)[:, None]).argmax(axis=0)
    tops = over[peaks, parts]
    # Of the rows of more than half of its contrast, those are its own that go on from its peak.
    other = over <= 0.5 * tops
    rows = np.arange(len(over))[:, None]
    first = np.where(other & (rows < peaks), rows + 1, 0).max(axis=0)
    last = np.where(other & (rows > peaks), rows, len(over)).min(axis=0)
    own = np.where((rows >= first) & (rows < last), over, 0)
    there = tops >= lines.no_line
    places = np.where(there, offsets @ own / np.maximum(own.sum(axis=0), 1e-9), 0)
    return places, np.where(there, tops, 0)


def _peak(
    usual: NDArray[np.float64], offsets: NDArray[np.floating | np.integer], near: float
) -> int:
    """Return where a line is by its contrast, and by ``offsets`` from where it should be."""
    return int((usual / (1 + (offsets / near) ** 2)).argmax())


def _fit(
    u: NDArray[np.float64],
    places: NDArray[np.float64],
    weights: NDArray[np.float64],
    degree: int,
    resolution: float,
    lines: Lines,
) -> NDArray[np.float64]:
    """Return the polynomial through ``places`` at ``u``, -1..1, as most have it."""
    terms = u[:, None] ** np.arange(degree + 1)
    stiff = np.diag(lines.stiff * np.arange(degree + 1)) + 1e-9 * np.eye(degree + 1)
    own = weights
    fitted: NDArray[np.float64] = np.zeros(degree + 1)
    for _ in range(5):
        weighed = terms.T * own
        fitted = np.linalg.solve(weighed @ terms + stiff, weighed @ places).astype(np.float64)
        off = terms @ fitted - places
        own = weights / (1 + (off / (lines.stray * resolution)) ** 2)
    return fitted
