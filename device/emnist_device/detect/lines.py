"""Characters -> the lines that they stand in, from top to bottom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.detect.grouping import Blob

    #: Characters from left to right.
    Line = list[Blob]


@dataclass(frozen=True)
class Lines:
    """Thresholds of what is a line.

    level: fraction of the lower of two characters by which they must be level to be neighbours in a
        line.
    same_line, stacked: two lines are one where at least the first fraction of the characters of the
        shorter one are level with their neighbours in the other, and at most the second of them
        stand above or below one of its.
    compared: a line is compared with so many that follow it from top to bottom.
    near, ends: a line goes on in another that begins up to so many heights of a character to its
        right, where most of so many characters at both ends are level.
    flat, steepest: writing that rises or falls by no more than the first for each pixel to the
        right is level, and none by more than the second.
    long: lines of so many characters say whether writing rises, each by the slopes between a
        character and so many that follow it.
    carried: where writing is taken to be level, it has risen by so many heights of a character at
        most from one character of a line to the next: names may rise in rows that do not.
    """

    level: float = 0.4
    same_line: float = 0.6
    stacked: float = 0.35
    compared: int = 3
    near: float = 2.5
    ends: int = 3
    flat: float = 0.02
    steepest: float = 0.35
    long: int = 4
    carried: float = 0.5


LINES = Lines()


def arrange_one(blobs: Sequence[Blob], *, settings: Lines = LINES) -> tuple[tuple[Blob, ...], ...]:
    """Return those of ``blobs`` that are of the main line of a picture of one, from left to right.

    That is the line with most ink, and what fits in the gaps between its characters; what stands
    above or below is of other lines.
    """
    lines = find_lines(blobs, settings=settings)
    if not lines:
        return ()
    main = max(lines, key=lambda line: sum(blob.area for blob in line))
    for line in lines:
        if line is not main:
            edges = edges_of(main)
            _, top, _, bottom = np.median(edges, axis=1)
            main = main + [
                blob
                for blob in line
                if min(blob.box.bottom, bottom) > max(blob.box.y, top)
                and not _are_stacked(edges_of([blob]), edges).any()
            ]
    return (tuple(sorted(main, key=lambda b: b.box.x + b.box.width / 2)),)


def find_lines(blobs: Sequence[Blob], *, settings: Lines = LINES) -> list[Line]:
    """Return the lines that ``blobs`` stand in, from top to bottom, each from left to right.

    Where writing rises or falls, a line of it may come apart. So they are found once more as if it
    were level, and parted again where that carries too far; where fewer lines are left, these are
    the lines.
    """
    lines = _find_level(blobs, settings)
    slope = find_slope(lines, settings=settings)
    if abs(slope) <= settings.flat:
        return lines
    levelled = [replace(blob, box=_lowered(blob.box, -slope)) for blob in blobs]
    again = _find_level(levelled, settings)
    height = float(np.median([blob.box.height for blob in blobs]))
    farthest = settings.carried * height / abs(slope)
    again = _order([part for line in again for part in _part(line, farthest)])
    if len(again) >= len(lines):
        return lines
    own = dict(zip(levelled, blobs, strict=True))
    return [[own[blob] for blob in line] for line in again]


def _part(line: Line, farthest: float) -> list[Line]:
    """Return the parts of ``line`` between gaps that are wider than ``farthest``, in pixels."""
    left, _, right, _ = edges_of(line)
    ends = [0, *(np.flatnonzero(left[1:] - right[:-1] > farthest) + 1).tolist(), len(line)]
    return [line[start:end] for start, end in pairwise(ends)]


def find_slope(lines: Sequence[Line], *, settings: Lines = LINES) -> float:
    """Return by how much the writing of ``lines`` falls for each pixel to the right; 0 if unknown.

    The median of what the lower ends of characters say that are near to each other in a line
    (Theil 1950, Sen 1968).
    """
    slopes = []
    for line in lines:
        if len(line) >= settings.long:
            left, _, right, bottom = edges_of(line)
            for apart in range(1, settings.long + 1):
                across = (left + right)[apart:] / 2 - (left + right)[:-apart] / 2
                down = bottom[apart:] - bottom[:-apart]
                slopes.append(down[across > 0] / across[across > 0])
    found = np.concatenate(slopes) if slopes else np.zeros(0)
    slope = float(np.median(found)) if len(found) else 0.0
    return slope if abs(slope) <= settings.steepest else 0.0


def _lowered(box: Box, slope: float) -> Box:
    """Return ``box`` lower by ``slope`` for each pixel that it is to the right."""
    return box._replace(y=box.y + round(slope * (box.x + box.width / 2)))


def _find_level(blobs: Sequence[Blob], settings: Lines) -> list[Line]:
    """Return the lines that ``blobs`` stand in if all of them are level, from top to bottom."""
    return _join_lines(_order(_follow_lines(blobs, settings.level)), settings)


def _follow_lines(blobs: Sequence[Blob], level: float) -> list[Line]:
    """Group blobs into lines: each joins the line whose last blob so far it is level with."""
    lines: list[Line] = []
    ends = np.empty((2, len(blobs)))  # top and bottom of the last blob of each line
    for blob in sorted(blobs, key=lambda blob: blob.box.x + blob.box.width / 2):
        top, bottom = ends[:, : len(lines)]
        shared = (np.minimum(bottom, blob.box.bottom) - np.maximum(top, blob.box.y)) / np.minimum(
            bottom - top, blob.box.height
        )
        best = int(shared.argmax()) if lines else -1
        if best >= 0 and shared[best] > level:
            lines[best].append(blob)
        else:
            best = len(lines)
            lines.append([blob])
        ends[:, best] = blob.box.y, blob.box.bottom
    return lines


def _order(lines: Sequence[Line]) -> list[Line]:
    """Sort lines from top to bottom by the mean middle of their characters."""
    return sorted(
        lines, key=lambda line: float(np.mean([b.box.y + b.box.height / 2 for b in line]))
    )


def _join_lines(lines: Sequence[Line], settings: Lines) -> list[Line]:
    """Return ``lines``, from top to bottom, with those joined that are parts of one line.

    A tall or low character, such as T or a split f, may draw those that follow it into a line of
    their own, which then runs through the gaps of the other. Or a line comes apart at a character
    that is lower than the next one, such as a y before a T.
    """
    left = [(line, edges_of(line)) for line in lines]
    joined: list[Line] = []
    while left:
        line, edges = left.pop(0)
        apart = []
        for other, own in left[: settings.compared]:
            if _is_same_line(edges, own, settings) or _goes_on(edges, own, settings):
                line = sorted([*line, *other], key=lambda b: b.box.x + b.box.width / 2)
                edges = edges_of(line)
            else:
                apart.append((other, own))
        left[: settings.compared] = apart
        joined.append(line)
    return _order(joined)


def _is_same_line(line: NDArray[np.int64], other: NDArray[np.int64], settings: Lines) -> bool:
    """Say whether two lines, edges (4, N) of each, run through each other's gaps on one level."""
    few, many = sorted((line, other), key=lambda edges: edges.shape[1])
    (x, y, right, bottom), count = few, few.shape[1]
    if min(bottom.max(), many[3].max()) <= max(y.min(), many[1].min()):
        return False  # none is level with any
    after = np.searchsorted((many[0] + many[2]) / 2, (x + right) / 2)
    level, stacked = np.zeros((2, count), bool)
    for near in (after - 1, after):
        neighbours = many[:, near.clip(0, many.shape[1] - 1)]
        shared = np.minimum(neighbours[3], bottom) - np.maximum(neighbours[1], y)
        level |= shared > settings.level * np.minimum(neighbours[3] - neighbours[1], bottom - y)
        stacked |= _are_stacked(few, neighbours)
    enough, most = settings.same_line * count, settings.stacked * count
    return bool(level.sum() >= enough and stacked.sum() <= most)


def _goes_on(line: NDArray[np.int64], other: NDArray[np.int64], settings: Lines) -> bool:
    """Say whether one of two lines, edges (4, N) of each, begins where the other ends, level."""
    left, right = sorted((line, other), key=lambda edges: int(edges[0, 0]))
    height = float(np.median(np.concatenate([left[3] - left[1], right[3] - right[1]])))
    gap = int(right[0].min() - left[2].max())
    if not 0 <= gap <= settings.near * height:
        return False
    _, upper, _, lower = left[:, -settings.ends :, None]
    _, top, _, bottom = right[:, None, : settings.ends]
    shared = np.minimum(lower, bottom) - np.maximum(upper, top)
    return bool((shared > settings.level * np.minimum(lower - upper, bottom - top)).mean() > 0.5)


def _are_stacked(some: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which characters stand above or below others: edges (4, N) of both, or (4, 1)."""
    over = np.minimum(some[2], others[2]) - np.maximum(some[0], others[0])
    return np.asarray(2 * over > np.minimum(some[2] - some[0], others[2] - others[0]))


def edges_of(line: Line) -> NDArray[np.int64]:
    """Return left, upper, right and lower edges of the boxes of ``line``: (4, N)."""
    return np.array([(b.box.x, b.box.y, b.box.right, b.box.bottom) for b in line], np.int64).T
