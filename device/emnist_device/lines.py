"""Characters -> lines in reading order, column after column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.grouping import Blob

    Line = list[Blob]

# Share of the lower of two characters by which they must be level to be neighbours in a line.
_LEVEL = 0.4
# Columns are at least so many lines high, with so many characters a line on average, and what parts
# them is this wide, in heights of a character: rows of a table or a practice sheet are no columns.
_LEAST_LINES, _LEAST_CHARACTERS, _GUTTER = 3, 4.0, 3.0


def arrange(blobs: Sequence[Blob]) -> tuple[tuple[Blob, ...], ...]:
    """Return ``blobs`` as lines in reading order, each from left to right."""
    return tuple(tuple(line) for line in _by_column(order_lines(group_lines(blobs))))


def group_lines(blobs: Sequence[Blob]) -> list[Line]:
    """Group blobs into lines: each joins the line whose last blob so far it is level with."""
    lines: list[Line] = []
    for blob in sorted(blobs, key=lambda blob: blob.box.x + blob.box.width / 2):
        best, best_share = None, _LEVEL
        for line in lines:
            last = line[-1].box
            share = last.overlap_y(blob.box) / min(last.height, blob.box.height)
            if share > best_share:
                best, best_share = line, share
        if best is None:
            lines.append([blob])
        else:
            best.append(blob)
    return lines


def order_lines(lines: Sequence[Line]) -> list[Line]:
    """Sort lines from top to bottom by the mean middle of their characters."""
    return sorted(
        lines, key=lambda line: float(np.mean([b.box.y + b.box.height / 2 for b in line]))
    )


def _by_column(lines: list[Line]) -> list[Line]:
    """Reorder ``lines``, from top to bottom, where several columns stand side by side."""
    runs = (
        (start, end)
        for length in range(len(lines), _LEAST_LINES - 1, -1)
        for start in range(len(lines) - length + 1)
        for end in (start + length,)
    )
    for start, end in runs:
        columns = split_columns([blob for line in lines[start:end] for blob in line])
        if len(columns) > 1:
            inside = [line for column in columns for line in column]
            return [*_by_column(lines[:start]), *inside, *_by_column(lines[end:])]
    return lines


def split_columns(blobs: Sequence[Blob]) -> list[list[Line]]:
    """Return the lines of each column that ``blobs`` stand in, or of one if there are not several.

    Columns are what gutters part that no character reaches into.
    """
    gutter = _GUTTER * float(np.median([blob.box.height for blob in blobs]))
    columns: list[list[Blob]] = []
    right = -np.inf
    for blob in sorted(blobs, key=lambda blob: blob.box.x):
        if blob.box.x - right > gutter:
            columns.append([])
        columns[-1].append(blob)
        right = max(right, blob.box.right)
    parted = [order_lines(group_lines(column)) for column in columns]
    if all(_is_column(column) for column in parted):
        return parted
    return [order_lines(group_lines(blobs))]


def _is_column(lines: Sequence[Line]) -> bool:
    """Say whether ``lines`` are several, of words rather than of single characters."""
    return len(lines) >= _LEAST_LINES and sum(
        len(line) for line in lines
    ) >= _LEAST_CHARACTERS * len(lines)
