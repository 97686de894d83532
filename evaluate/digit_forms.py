"""In which form a digit is written, told by the geometry of its strokes.

Americans, whose hands EMNIST has, write most 1 as a single line, 7 without a bar, 4 open and 0
without a slash. People elsewhere do not: a 1 with a long upstroke looks like a 7, a crossed 7 like
an F, a closed 4 like a 9, a slashed 0 like an 8 or an O with a mark.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Strokes = Sequence[NDArray[np.floating]]

#: All forms that are told apart; other digits are their own form.
FORMS = (
    "0 plain", "0 slashed", "1 plain", "1 with upstroke", "1 with foot", "4 closed", "4 open",
    "7 plain", "7 crossed",
)  # fmt: skip
#: Those that EMNIST's writers hardly use.
ELSEWHERE = ("0 slashed", "1 with upstroke", "1 with foot", "4 open", "7 crossed")

# Limits were set by looking at sheets of the digits of the writers to train with. Lengths are in
# heights of the digit.
# An upstroke goes so far up, and so far to the right; a foot is so wide.
_UP, _ACROSS, _FOOT = 0.12, 0.06, 0.3
# A bar across a 7 is at least so wide, at most so high, and its middle between these heights from
# the top.
_BAR_WIDTH, _BAR_HEIGHT, _BAR_PLACE = 0.15, 0.4, (0.25, 0.85)
# Holes are looked for in a picture of the strokes with this long side, drawn so wide; smaller ones,
# as a fraction of the box, are where a pen strayed.
_SIDE, _PEN, _LEAST_HOLE = 100, 5, 0.01
# A slash parts a 0 in two, the smaller of which is at least this fraction of the larger: where a
# ring overlaps itself, less is enclosed.
_LEAST_HALF = 0.1
# Where the ring is open, a slash is a stroke of its own: so long, its way so much longer, and its
# mean so far from the middle, in boxes of the digit.
_LONG_SLASH, _STRAIGHT, _MIDDLE = 0.5, 1.2, 0.2


def digit_form(label: str, strokes: Strokes) -> str:
    """Return the form of a digit: one of :data:`FORMS`, or its ``label``.

    ``strokes``: each (n, 2) with n > 0, x to the right and y down, in the order they were written.
    """
    if label == "0":
        return "0 slashed" if _is_slashed(strokes) else "0 plain"
    if label == "1":
        return "1 with foot" if _has_foot(strokes) else _upstroke(strokes)
    if label == "4":
        return "4 closed" if _holes(strokes) else "4 open"
    if label == "7":
        return "7 crossed" if _is_crossed(strokes) else "7 plain"
    return label


def _box(strokes: Strokes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corner of the box around ``strokes``, and its width and height, at least 1."""
    points = np.concatenate(strokes).astype(np.float64)
    low = points.min(axis=0)
    return low, np.maximum(points.max(axis=0) - low, 1)


def _upstroke(strokes: Strokes) -> str:
    low, (_, height) = _box(strokes)
    first = min(strokes, key=lambda stroke: float(stroke[:, 1].min()))
    top = int(first[:, 1].argmin())
    # What the pen did before the top, or, where it went upwards in the end, after it.
    for flag in (first[: top + 1], first[top:][::-1]):
        up, across = flag[:, 1].max() - low[1], first[top, 0] - flag[:, 0].min()
        whole = up > 0.9 * height
        if not whole and up >= _UP * height and across >= _ACROSS * height:
            return "1 with upstroke"
    return "1 plain"


def _has_foot(strokes: Strokes) -> bool:
    low, (_, height) = _box(strokes)
    points = np.concatenate(strokes)
    near = points[points[:, 1] >= low[1] + 0.85 * np.ptp(points[:, 1])]
    return bool(np.ptp(near[:, 0]) >= _FOOT * height)


def _is_crossed(strokes: Strokes) -> bool:
    low, (_, height) = _box(strokes)
    for stroke in strokes:
        wide, high = np.ptp(stroke, axis=0) / height
        middle = (stroke[:, 1].mean() - low[1]) / height
        low_bar, high_bar = _BAR_PLACE
        if wide >= _BAR_WIDTH and high <= _BAR_HEIGHT and low_bar <= middle <= high_bar:
            return True
    return False


def _is_slashed(strokes: Strokes) -> bool:
    holes = _holes(strokes)
    if len(holes) > 1 and holes[1] >= _LEAST_HALF * holes[0]:
        return True
    low, size = _box(strokes)
    return len(strokes) > 1 and any(_is_slash((stroke - low) / size) for stroke in strokes)


def _is_slash(stroke: NDArray[np.float64]) -> bool:
    """Say whether ``stroke`` (n, 2), in a box of 1, is straight, long, and in the middle."""
    chord = np.hypot(*(stroke[-1] - stroke[0]))
    way = np.hypot(*np.diff(stroke, axis=0).T).sum()
    central = np.abs(stroke.mean(axis=0) - 0.5).max() <= _MIDDLE
    return bool(chord >= _LONG_SLASH and way <= _STRAIGHT * chord and central)


def _holes(strokes: Strokes) -> list[int]:
    """Return the pixels of each part of the paper that ``strokes`` enclose, the largest first."""
    low, size = _box(strokes)
    scale, margin = _SIDE / size.max(), _PEN
    canvas = np.zeros(np.rint(size[::-1] * scale).astype(int) + 2 * margin + 1, np.uint8)
    for stroke in strokes:
        path = np.rint((stroke - low) * scale).astype(int) + margin
        for start, end in pairwise(path.tolist() if len(path) > 1 else path.tolist() * 2):
            cv2.line(canvas, start, end, 255, _PEN)
    paper = cv2.copyMakeBorder(cv2.bitwise_not(canvas), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255)
    _, _, stats, _ = cv2.connectedComponentsWithStats(paper, connectivity=4)
    # The first is ink; of the others, the one that starts at the corner is around the digit.
    inside = [row for row in stats[1:].tolist() if row[0] or row[1]]
    return sorted((row[4] for row in inside if row[4] >= _LEAST_HOLE * canvas.size), reverse=True)
