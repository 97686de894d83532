"""Ink -> lines of characters: components, cleaned of what is no writing, joined and ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.page import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.ink import Ink


# Against what most of the page's ink has: contrast of a stroke at least, its width at most, and the
# share of its box that a stroke of more than that width may fill.
_LEAST_CONTRAST, _MOST_WIDTH, _FILLED = 0.3, 2.0, 0.6
# How far from a rule, in pixels, the bar of a box may end.
_REACH = 5


@dataclass(frozen=True)
class Blob:
    """One or more connected components that make one character.

    box: in pixels of the ink mask. labels: the components' labels. area: ink pixels.
    """

    box: Box
    labels: tuple[int, ...]
    area: int

    def join(self, other: Blob) -> Blob:
        """Return the blob that both make together."""
        return Blob(self.box.union(other.box), self.labels + other.labels, self.area + other.area)


@dataclass(frozen=True)
class Layout:
    """The characters of a picture in reading order, at working size.

    lines: each a tuple of blobs from left to right. labels: (H, W) int32 component labels that
    ``Blob.labels`` refers to. scale: working size over picture size.
    """

    lines: tuple[tuple[Blob, ...], ...]
    labels: NDArray[np.int32]
    scale: float

    def crop(self, blob: Blob) -> NDArray[np.uint8]:
        """Return the ink of ``blob`` alone: (H, W) uint8, 255 on 0; neighbours left out."""
        x, y, width, height = blob.box
        window = self.labels[y : y + height, x : x + width]
        first, *others = blob.labels
        own = window == first
        for label in others:
            own |= window == label
        return own.astype(np.uint8) * np.uint8(255)


def segment(ink: Ink) -> Layout:
    """Find the characters in ``ink`` and put them in lines, in reading order."""
    writing = remove_rules(ink.mask)
    labels, blobs = components(writing)
    blobs = drop_specks(drop_box_sides(blobs, cv2.subtract(ink.mask, writing)))
    blobs = drop_enclosing(drop_frame(blobs, labels))
    height = usual_height(blobs)
    blobs = drop_foreign(blobs, labels, ink)
    blobs = join_parts(blobs, height)
    blobs = drop_misshapen(blobs, height)
    lines = order_lines(group_lines(blobs))
    lines = [line for line in (drop_small_in_line(line) for line in lines) if line]
    return Layout(tuple(tuple(line) for line in lines), labels, ink.scale)


def components(mask: NDArray[np.uint8]) -> tuple[NDArray[np.int32], list[Blob]]:
    """Return the label image of ``mask`` and a blob for each 8-connected component."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    blobs = [
        Blob(Box(*(int(v) for v in row[:4])), (label,), int(row[cv2.CC_STAT_AREA]))
        for label, row in enumerate(stats)
        if label
    ]
    return np.asarray(labels, np.int32), blobs


def remove_rules(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Erase long straight horizontal and vertical lines: ruled paper, printed boxes, sheet edges.

    Where a stroke crosses a line, it is kept. One or two long strokes that are most of the ink are
    no rules but a large character, such as a 1, 7 or T that fills the picture.
    """
    across, down = (_straight_runs(mask, horizontal=horizontal) for horizontal in (True, False))
    rest = cv2.subtract(mask, cv2.max(across, down))
    number = sum(cv2.connectedComponents(lines, connectivity=8)[0] - 1 for lines in (across, down))
    if number <= 2 and cv2.countNonZero(rest) < 0.5 * cv2.countNonZero(mask):
        return mask
    return rest


def _straight_runs(mask: NDArray[np.uint8], *, horizontal: bool) -> NDArray[np.uint8]:
    """Return the pixels of ``mask`` on thin straight lines over a quarter of the picture."""
    length = max(mask.shape) // 4
    thick = max(mask.shape) // 100  # no rule is drawn thicker
    across = (1, thick + 1) if horizontal else (thick + 1, 1)
    along = (length, 1) if horizontal else (1, length)
    # Closing across the line first lets the run follow a slope of a few pixels.
    tolerant = cv2.morphologyEx(
        mask, cv2.MORPH_CLOSE, np.ones((3, 1) if horizontal else (1, 3), np.uint8)
    )
    runs = cv2.morphologyEx(tolerant, cv2.MORPH_OPEN, np.ones(along[::-1], np.uint8))
    if not cv2.countNonZero(runs):
        return runs
    grown = cv2.dilate(runs, np.ones((3, 3), np.uint8))
    strokes = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(across[::-1], np.uint8))
    return cv2.bitwise_and(cv2.bitwise_and(grown, mask), cv2.bitwise_not(strokes))


def drop_box_sides(blobs: Sequence[Blob], rules: NDArray[np.uint8]) -> list[Blob]:
    """Drop bars that stand between two of the ``rules`` (H, W) uint8: what is left of box rows.

    A single such bar may be a 1 or an I; three or more of about one height are sides of boxes.
    """

    def stands_between(box: Box) -> bool:
        columns = slice(max(box.x - _REACH, 0), box.right + _REACH)
        ends = (
            rules[max(box.y - _REACH, 0) : box.y + 1, columns],
            rules[box.bottom - 1 : box.bottom + _REACH, columns],
        )
        return box.width < 0.3 * box.height and all(end.any() for end in ends)

    bars = [blob for blob in blobs if stands_between(blob.box)]
    heights = np.array([bar.box.height for bar in bars], float)
    sides = {
        bar
        for bar in bars
        if (np.abs(heights - bar.box.height) <= 0.15 * bar.box.height).sum() >= 3
    }
    return [blob for blob in blobs if blob not in sides]


def drop_specks(blobs: Sequence[Blob]) -> list[Blob]:
    """Drop what is tiny beside the largest strokes: grain, dust, show-through."""
    if not blobs:
        return []
    largest = max(blob.box.side for blob in blobs)
    smallest = max(4, 0.02 * largest)
    return [blob for blob in blobs if blob.box.side >= smallest and blob.area >= smallest]


def drop_frame(blobs: Sequence[Blob], labels: NDArray[np.int32]) -> list[Blob]:
    """Drop what hangs on the picture's edge and is no character: table, sheet edge, shadow.

    Characters that touch the edge stay: they are about as high as the others and do not lie along
    the edge.
    """
    inside = [blob for blob in blobs if not _touches(blob.box, labels.shape)]
    # Where hardly anything lies inside, the characters themselves touch the edge.
    mostly_inside = sum(b.area for b in inside) > 0.3 * sum(b.area for b in blobs)
    usual = usual_height(inside if mostly_inside else blobs)
    return [
        blob
        for blob in blobs
        if not _touches(blob.box, labels.shape)
        or (
            0.5 * usual <= blob.box.height <= 2 * usual
            and blob.box.width <= 2.5 * usual
            and not _lies_along_edge(blob, labels)
        )
    ]


def drop_enclosing(blobs: Sequence[Blob]) -> list[Blob]:
    """Drop what several characters lie inside of: printed boxes, tables, frames drawn around."""
    boxes = np.array([blob.box for blob in blobs], float).reshape(-1, 4)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    kept = []
    for blob in blobs:
        x, y, width, height = blob.box
        inside = ((centres > (x, y)) & (centres < (x + width, y + height))).all(axis=1)
        high = (boxes[:, 3] >= 0.3 * height) & (boxes[:, 3] < 0.95 * height)
        if (inside & high).sum() < 2 or blob.area > 0.35 * width * height:
            kept.append(blob)
    return kept


def _touches(box: Box, shape: tuple[int, ...]) -> bool:
    """Say whether ``box`` reaches the edge of a picture of ``shape`` (within a pixel)."""
    return box.x <= 1 or box.y <= 1 or box.right >= shape[1] - 1 or box.bottom >= shape[0] - 1


def _lies_along_edge(blob: Blob, labels: NDArray[np.int32]) -> bool:
    """Say whether over half of a side of ``blob`` is in contact with the picture's edge."""
    edges = (
        (labels[0], labels[-1], blob.box.width),
        (labels[:, 0], labels[:, -1], blob.box.height),
    )
    return any(
        np.isin(edge, blob.labels).sum() > 0.8 * side for *pair, side in edges for edge in pair
    )


def drop_foreign(blobs: Sequence[Blob], labels: NDArray[np.int32], ink: Ink) -> list[Blob]:
    """Drop what the page's pen did not draw: far thicker and filled, or far fainter.

    Blots, folds, cast shadows and fingers are thick; creases, fibres and show-through are faint.
    """
    widths = pen_widths(ink.mask, labels)
    pixels = np.flatnonzero(labels > 0)
    of_pixel = labels.ravel()[pixels]
    counts = np.maximum(np.bincount(of_pixel), 1)
    contrasts = np.bincount(of_pixel, ink.contrast.ravel()[pixels]) / counts
    areas = np.array([blob.area for blob in blobs], float)
    own = [blob.labels[0] for blob in blobs]
    usual_width = _weighted_median(widths[own], areas)
    usual_contrast = _weighted_median(contrasts[own], areas)
    return [
        blob
        for blob, label in zip(blobs, own, strict=True)
        if contrasts[label] >= _LEAST_CONTRAST * usual_contrast
        and (
            widths[label] <= _MOST_WIDTH * usual_width
            or blob.area < _FILLED * blob.box.width * blob.box.height
        )
    ]


def pen_widths(mask: NDArray[np.uint8], labels: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the mean stroke width of each component of ``mask``, by label, in pixels.

    As :func:`emnist_edge.glyph.stroke_width`, for all of them at once.
    """
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    highest = cv2.dilate(distance, np.ones((3, 3), np.uint8))
    ink = np.flatnonzero(labels > 0)
    ridge = ink[distance.ravel()[ink] >= highest.ravel()[ink]]
    of_ridge = labels.ravel()[ridge]
    sums = np.bincount(of_ridge, distance.ravel()[ridge], minlength=int(labels.max()) + 1)
    counts = np.bincount(of_ridge, minlength=len(sums))
    return np.asarray(2 * sums / np.maximum(counts, 1) - 1)


def usual_height(blobs: Sequence[Blob]) -> float:
    """Return the height that most ink belongs to, in pixels; 0 for no blobs."""
    heights = np.array([blob.box.height for blob in blobs], float)
    return _weighted_median(heights, np.array([blob.area for blob in blobs], float))


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the value at which half of the weight is reached; 0 for no values."""
    if not len(values):
        return 0.0
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, cumulated[-1] / 2)])


def join_parts(blobs: Sequence[Blob], height: float) -> list[Blob]:
    """Join components that make one character: dots, bars, broken strokes.

    A part joins the blob that it lies above, below or inside of; two blobs that are each as high
    as a character stay apart.
    """
    joined: list[Blob] = []
    boxes = np.zeros((len(blobs), 4))  # of ``joined``: left, top, right, bottom
    for part in sorted(blobs, key=lambda blob: -blob.area):
        host = _host(part.box, boxes[: len(joined)], height)
        if host is None:
            host = len(joined)
            joined.append(part)
        else:
            joined[host] = joined[host].join(part)
        box = joined[host].box
        boxes[host] = box.x, box.y, box.right, box.bottom
    return joined


def _host(part: Box, boxes: NDArray[np.float64], height: float) -> int | None:
    """Return the row of the box that ``part`` belongs to, if any: the nearest that fits.

    ``boxes`` (N, 4) are left, top, right and bottom.
    """
    if not len(boxes):
        return None
    starts, ends = boxes[:, :2], boxes[:, 2:]
    own_start, own_end = np.array([part.x, part.y]), np.array([part.right, part.bottom])
    own_size = own_end - own_start
    gaps = np.maximum(starts, own_start) - np.minimum(ends, own_end)  # negative where they overlap
    smaller = np.minimum(ends - starts, own_size)
    share = -gaps[:, 0] / smaller[:, 0]
    within = (share > 0.5) & (-gaps[:, 1] > 0.5 * smaller[:, 1])
    apart = np.abs(starts[:, 0] + ends[:, 0] - part.x - part.right) / 2
    above = (share > 0.5) | (apart <= 0.2 * height)  # the dot of a slanted i stands aside
    low, narrow = part.height <= 0.6 * height, part.width <= 0.6 * height
    stacked = above & low & (gaps[:, 1] <= 0.35 * height)
    beside = (gaps.max(axis=1) <= 0.12 * height) & low & narrow
    union = np.maximum(ends[:, 1], part.bottom) - np.minimum(starts[:, 1], part.y)
    fits = union <= np.maximum(1.4 * height, 1.1 * (ends[:, 1] - starts[:, 1]))
    distance = np.hypot(*np.maximum(gaps, 0).T)
    distance[~(within | (fits & (stacked | beside)))] = np.inf
    nearest = int(distance.argmin())
    return nearest if np.isfinite(distance[nearest]) else None


def drop_misshapen(blobs: Sequence[Blob], height: float) -> list[Blob]:
    """Drop what no character looks like: dots, dashes and specks, long bars, sheet edges."""
    return [
        blob
        for blob in blobs
        if 0.35 * height <= blob.box.side
        and blob.box.height <= 3 * height
        and blob.box.width <= max(2.5 * blob.box.height, 0.3 * height)
    ]


def group_lines(blobs: Sequence[Blob]) -> list[list[Blob]]:
    """Group blobs into lines: each joins the line whose last blob so far it is level with."""
    lines: list[list[Blob]] = []
    for blob in sorted(blobs, key=lambda blob: blob.box.x + blob.box.width / 2):
        best, best_share = None, 0.4
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


def drop_small_in_line(line: Sequence[Blob]) -> list[Blob]:
    """Drop what is low beside the other characters of its line: commas, hyphens, specks."""
    height = float(np.median([blob.box.height for blob in line]))
    return [blob for blob in line if blob.box.side >= 0.4 * height]


def order_lines(lines: Sequence[list[Blob]]) -> list[list[Blob]]:
    """Sort lines from top to bottom by the mean middle of their characters."""
    return sorted(
        lines, key=lambda line: float(np.mean([b.box.y + b.box.height / 2 for b in line]))
    )
