"""Characters -> lines in reading order, column after column."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.lines import LINES, Lines, edges_of, find_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from emnist_device.detect.grouping import Blob
    from emnist_device.detect.lines import Line


@dataclass(frozen=True)
class Columns:
    """Thresholds of what is a column.

    least_lines, least_characters, gutter: columns are at least so many lines high, with so many
        characters a line on average, and what parts them is this wide, in heights of a character:
        rows of a table or a practice sheet are no columns.
    step, most_places: gutters are looked for at places this far apart, in widths of a gutter, but
        at so many at most.
    looks: where many runs of lines may be columns, so many characters are looked at again, about a
        second of time, and then no others.
    nearly: lines of a run and those of its columns differ a little: columns are looked for from
        this fraction of the characters on.
    lines: thresholds of lines.
    """

    least_lines: int = 3
    least_characters: float = 4.0
    gutter: float = 3.0
    step: float = 0.125
    most_places: int = 500
    looks: int = 10_000
    nearly: float = 0.7
    lines: Lines = LINES


COLUMNS = Columns()


def arrange(blobs: Sequence[Blob], *, settings: Columns = COLUMNS) -> tuple[tuple[Blob, ...], ...]:
    """Return ``blobs`` as lines in reading order, each from left to right."""
    if not blobs:
        return ()
    gutter = settings.gutter * float(np.median([blob.box.height for blob in blobs]))
    lines = find_lines(blobs, settings=settings.lines)
    return tuple(tuple(line) for line in _by_column(lines, gutter, settings))


def _by_column(lines: list[Line], gutter: float, settings: Columns) -> list[Line]:
    """Reorder ``lines``, from top to bottom, where several columns stand side by side.

    ``gutter`` is how wide the space between columns is at least, in pixels. The longest run of
    lines that stand in columns is taken first, then what is above and below it.
    """
    ordered: list[Line] = []
    waiting = [(lines, False)]
    while waiting:
        part, in_order = waiting.pop()
        runs = iter(()) if in_order else _open_runs(part, gutter, settings)
        for start, end in runs:
            inside = [blob for line in part[start:end] for blob in line]
            columns = split_columns(inside, gutter, settings=settings)
            if len(columns) > 1:
                ordered_lines = [line for column in columns for line in column]
                waiting += [(part[end:], False), (ordered_lines, True), (part[:start], False)]
                break
        else:
            ordered += part
    return ordered


def _open_runs(
    lines: Sequence[Line], gutter: float, settings: Columns
) -> Iterator[tuple[int, int]]:
    """Yield runs of ``lines``, start and end, that may stand in columns; the longest first.

    Those are the longest that leave a gutter free, and all shorter ones within them, until so many
    characters were looked at that a page made for it would take seconds.
    """
    if len(lines) < settings.least_lines:
        return
    gutters = _Gutters(lines, gutter, settings)
    queue = [(start - end, start, end, place) for start, end, place in gutters.longest_runs()]
    queue.sort()
    seen = {run[1:] for run in queue}
    sizes = np.cumsum([0, *(len(line) for line in lines)])
    looks, left = set(), settings.looks + int(sizes[-1])
    while queue and left > 0:
        _, start, end, place = heappop(queue)
        left -= 1
        if (start, end) not in looks and gutters.parts(start, end, place):
            looks.add((start, end))
            left -= int(sizes[end] - sizes[start])
            yield start, end
        for run in ((start + 1, end, place), (start, end - 1, place)):
            if run[1] - run[0] >= settings.least_lines and run not in seen:
                seen.add(run)
                heappush(queue, (run[0] - run[1], *run))


class _Gutters:
    """Places between columns of ``lines``, where no character touches a gutter of this width."""

    def __init__(self, lines: Sequence[Line], gutter: float, settings: Columns) -> None:
        self._settings = settings
        edges = [edges_of(line) for line in lines]
        origin = min(int(x.min()) for x, *_ in edges)
        width = max(int(right.max()) for _, _, right, _ in edges) - origin
        step = max(settings.step * gutter, width / settings.most_places)
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
        least = self._settings.nearly * self._settings.least_characters
        return (
            min(left_lines, right_lines) >= self._settings.least_lines
            and left >= least * left_lines
            and right >= least * right_lines
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
            if sides >= self._settings.least_lines and (start, end) not in seen:
                seen.add((start, end))
                yield start, end, place


def split_columns(
    blobs: Sequence[Blob], gutter: float, *, settings: Columns = COLUMNS
) -> list[list[Line]]:
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
    parted = [find_lines(column, settings=settings.lines) for column in columns]
    return parted if all(_is_column(column, settings) for column in parted) else [[]]


def _is_column(lines: Sequence[Line], settings: Columns) -> bool:
    """Say whether ``lines`` are several, of words rather than of single characters."""
    characters = sum(len(line) for line in lines)
    enough = characters >= settings.least_characters * len(lines)
    return len(lines) >= settings.least_lines and enough
