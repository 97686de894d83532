"""Characters -> lines in reading order, column after column."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.grouping import Blob

    Line = list[Blob]

# Fraction of the lower of two characters by which they must be level to be neighbours in a line.
_LEVEL = 0.4
# Two lines are one where at least this fraction of the characters of the shorter one are level with
# their neighbours in the other, and at most this fraction of them stand above or below one of its.
_SAME_LINE, _STACKED = 0.6, 0.35
# A line is compared with so many that follow it from top to bottom.
_COMPARED = 3
# Columns are at least so many lines high, with so many characters a line on average, and what parts
# them is this wide, in heights of a character: rows of a table or a practice sheet are no columns.
_LEAST_LINES, _LEAST_CHARACTERS, _GUTTER = 3, 4.0, 3.0
# Gutters are looked for at places this far apart, in widths of a gutter, but at so many at most.
# Where many runs of lines may be columns, so many characters are looked at again, about a second
# of time, and then no others.
_STEP, _MOST_PLACES, _LOOKS = 0.125, 500, 10_000
# Lines of a run and those of its columns differ a little: columns are looked for from this fraction
# of the characters on.
_NEARLY = 0.7


def arrange(blobs: Sequence[Blob]) -> tuple[tuple[Blob, ...], ...]:
    """Return ``blobs`` as lines in reading order, each from left to right."""
    if not blobs:
        return ()
    gutter = _GUTTER * float(np.median([blob.box.height for blob in blobs]))
    return tuple(tuple(line) for line in _by_column(find_lines(blobs), gutter))


def arrange_one(blobs: Sequence[Blob]) -> tuple[tuple[Blob, ...], ...]:
    """Return those of ``blobs`` that are of the main line of a picture of one, from left to right.

    That is the line with most ink, and what fits in the gaps between its characters; what stands
    above or below is of other lines.
    """
    lines = find_lines(blobs)
    if not lines:
        return ()
    main = max(lines, key=lambda line: sum(blob.area for blob in line))
    for line in lines:
        if line is not main:
            edges = _edges(main)
            _, top, _, bottom = np.median(edges, axis=1)
            main = main + [
                blob
                for blob in line
                if min(blob.box.bottom, bottom) > max(blob.box.y, top)
                and not _are_stacked(_edges([blob]), edges).any()
            ]
    return (tuple(sorted(main, key=lambda b: b.box.x + b.box.width / 2)),)


def find_lines(blobs: Sequence[Blob]) -> list[Line]:
    """Return the lines that ``blobs`` stand in, from top to bottom, each from left to right."""
    return _join_lines(_order(_follow_lines(blobs)))


def _follow_lines(blobs: Sequence[Blob]) -> list[Line]:
    """Group blobs into lines: each joins the line whose last blob so far it is level with."""
    lines: list[Line] = []
    ends = np.empty((2, len(blobs)))  # top and bottom of the last blob of each line
    for blob in sorted(blobs, key=lambda blob: blob.box.x + blob.box.width / 2):
        top, bottom = ends[:, : len(lines)]
        share = (np.minimum(bottom, blob.box.bottom) - np.maximum(top, blob.box.y)) / np.minimum(
            bottom - top, blob.box.height
        )
        best = int(share.argmax()) if lines else -1
        if best >= 0 and share[best] > _LEVEL:
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


def _join_lines(lines: Sequence[Line]) -> list[Line]:
    """Return ``lines``, from top to bottom, with those joined that are parts of one line.

    A tall or low character, such as T or a split f, may draw those that follow it into a line of
    their own, which then runs through the gaps of the other.
    """
    left = list(lines)
    joined: list[Line] = []
    while left:
        line = left.pop(0)
        for other in left[:_COMPARED]:
            if _is_same_line(line, other):
                left.remove(other)
                line = sorted([*line, *other], key=lambda b: b.box.x + b.box.width / 2)
        joined.append(line)
    return _order(joined)


def _is_same_line(line: Line, other: Line) -> bool:
    """Say whether two lines run through each other's gaps on one level."""
    few, many = map(_edges, sorted((line, other), key=len))
    (x, y, right, bottom), count = few, few.shape[1]
    if min(bottom.max(), many[3].max()) <= max(y.min(), many[1].min()):
        return False  # none is level with any
    after = np.searchsorted((many[0] + many[2]) / 2, (x + right) / 2)
    level, stacked = np.zeros((2, count), bool)
    for near in (after - 1, after):
        neighbours = many[:, near.clip(0, many.shape[1] - 1)]
        shared = np.minimum(neighbours[3], bottom) - np.maximum(neighbours[1], y)
        level |= shared > _LEVEL * np.minimum(neighbours[3] - neighbours[1], bottom - y)
        stacked |= _are_stacked(few, neighbours)
    return bool(level.sum() >= _SAME_LINE * count and stacked.sum() <= _STACKED * count)


def _are_stacked(some: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which characters stand above or below others: edges (4, N) of both, or (4, 1)."""
    over = np.minimum(some[2], others[2]) - np.maximum(some[0], others[0])
    return np.asarray(2 * over > np.minimum(some[2] - some[0], others[2] - others[0]))


def _edges(line: Line) -> NDArray[np.int64]:
    """Return left, upper, right and lower edges of the boxes of ``line``: (4, N)."""
    return np.array([(b.box.x, b.box.y, b.box.right, b.box.bottom) for b in line], np.int64).T


def _by_column(lines: list[Line], gutter: float) -> list[Line]:
    """Reorder ``lines``, from top to bottom, where several columns stand side by side.

    ``gutter`` is how wide the space between columns is at least, in pixels. The longest run of
    lines that stand in columns is taken first, then what is above and below it.
    """
    ordered: list[Line] = []
    waiting = [(lines, False)]
    while waiting:
        part, in_order = waiting.pop()
        runs = iter(()) if in_order else _open_runs(part, gutter)
        for start, end in runs:
            columns = split_columns([blob for line in part[start:end] for blob in line], gutter)
            if len(columns) > 1:
                inside = [line for column in columns for line in column]
                waiting += [(part[end:], False), (inside, True), (part[:start], False)]
                break
        else:
            ordered += part
    return ordered


def _open_runs(lines: Sequence[Line], gutter: float) -> Iterator[tuple[int, int]]:
    """Yield runs of ``lines``, start and end, that may stand in columns; the longest first.

    Those are the longest that leave a gutter free, and all shorter ones within them, until so many
    characters were looked at that a page made for it would take seconds.
    """
    if len(lines) < _LEAST_LINES:
        return
    gutters = _Gutters(lines, gutter)
    queue = [(start - end, start, end, place) for start, end, place in gutters.longest_runs()]
    queue.sort()
    seen = {run[1:] for run in queue}
    sizes = np.cumsum([0, *(len(line) for line in lines)])
    looks, left = set(), _LOOKS + int(sizes[-1])
    while queue and left > 0:
        _, start, end, place = heappop(queue)
        left -= 1
        if (start, end) not in looks and gutters.parts(start, end, place):
            looks.add((start, end))
            left -= int(sizes[end] - sizes[start])
            yield start, end
        for run in ((start + 1, end, place), (start, end - 1, place)):
            if run[1] - run[0] >= _LEAST_LINES and run not in seen:
                seen.add(run)
                heappush(queue, (run[0] - run[1], *run))


class _Gutters:
    """Places between columns of ``lines``, where no character touches a gutter of this width."""

    def __init__(self, lines: Sequence[Line], gutter: float) -> None:
        edges = [_edges(line) for line in lines]
        origin = min(int(x.min()) for x, *_ in edges)
        width = max(int(right.max()) for _, _, right, _ in edges) - origin
        step = max(_STEP * gutter, width / _MOST_PLACES)
        reach = max(gutter - step, 0) / 2  # what is as wide as a gutter has a place to itself
        begun, ended = np.zeros((2, len(lines), int(width / step) + 1), np.int32)
        for number, (x, _, right, _) in enumerate(edges):
            first = np.ceil((x - origin - reach) / step).clip(0).astype(int)
            last = np.floor((right - origin + reach) / step).astype(int) + 1
            np.add.at(begun[number], first[first < begun.shape[1]], 1)
            np.add.at(ended[number], last[last < ended.shape[1]], 1)
        begun, ended = begun.cumsum(axis=1), ended.cumsum(axis=1)
        sizes = np.array([len(line) for line in lines])[:, None]
        self._closed = begun > ended
        # Characters, and lines that have any, left and right of each place; summed over the lines.
        counts = np.stack([ended, ended > 0, sizes - begun, sizes > begun])
        self._sums = np.pad(counts.cumsum(axis=1), ((0, 0), (1, 0), (0, 0)))

    def parts(self, start: int, end: int, place: int) -> bool:
        """Say whether ``place`` parts what may be columns in a run of lines."""
        left, left_lines, right, right_lines = (
            self._sums[:, end, place] - self._sums[:, start, place]
        ).tolist()
        return (
            min(left_lines, right_lines) >= _LEAST_LINES
            and left >= _NEARLY * _LEAST_CHARACTERS * left_lines
            and right >= _NEARLY * _LEAST_CHARACTERS * right_lines
        )

    def longest_runs(self) -> Iterator[tuple[int, int, int]]:
        """Yield the longest runs of lines, start and end, that leave a place free, and the place.

        Each run once, and only those with lines on both sides.
        """
        shut = np.ones((1, self._closed.shape[1]), np.int8)
        change = np.diff(np.concatenate([shut, self._closed.astype(np.int8), shut]), axis=0).T
        seen = set()
        for (place, start), (_, end) in zip(
            np.argwhere(change < 0).tolist(), np.argwhere(change > 0).tolist(), strict=True
        ):
            sides = (self._sums[1::2, end, place] - self._sums[1::2, start, place]).min()
            if sides >= _LEAST_LINES and (start, end) not in seen:
                seen.add((start, end))
                yield start, end, place


def split_columns(blobs: Sequence[Blob], gutter: float) -> list[list[Line]]:
    """Return the lines of each column that ``blobs`` stand in, or of one if there are not several.

    Columns are what gutters part that no character reaches into.
    """
    columns: list[list[Blob]] = []
    right = -np.inf
    for blob in sorted(blobs, key=lambda blob: blob.box.x):
        if blob.box.x - right > gutter:
            columns.append([])
        columns[-1].append(blob)
        right = max(right, blob.box.right)
    if len(columns) == 1:
        return [[]]
    parted = [find_lines(column) for column in columns]
    return parted if all(_is_column(column) for column in parted) else [[]]


def _is_column(lines: Sequence[Line]) -> bool:
    """Say whether ``lines`` are several, of words rather than of single characters."""
    return len(lines) >= _LEAST_LINES and sum(
        len(line) for line in lines
    ) >= _LEAST_CHARACTERS * len(lines)
