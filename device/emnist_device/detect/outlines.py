"""What the page network saw -> outlines of printed cells, which are closed, and no characters.

A cell is a four-sided hole in the ink. It is looked for in small, and whole where what is written
in it touches its sides; so it is found where its rules are too short, or too close to others, to be
told one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.grouping import GROUPING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.look import Look
    from emnist_device.frames import Frame

    #: Corners of a convex outline, (N, 1, 2) int32.
    Hull = NDArray[np.int32]


@dataclass(frozen=True)
class Outlines:
    """Thresholds of outlines of cells; lengths in pixels of what the page network sees.

    window, darker: ink has so much more contrast (of 255) than is usual in a window around it.
    least: shortest side of a cell.
    four_sided, full: the outline is four-sided where lines may stray from it by the first fraction
        of its length, and it fills the second fraction of what these enclose.
    free: fraction of that which no ink takes that hangs on the sides.
    lean: degrees that it may be turned by.
    room: its sides are so many times as long as the writing is high.
    alike, tolerance: or so many cells, with it, have the same sides: to this fraction, and a
        pixel. Holes in a row of equal letters differ by more.
    widest, thick: its rules are at most so wide, and this fraction of its shorter side: strokes of
        a printed letter are wider.
    ink: coverage from which a pixel counts as ink (of 255), as in grouping.
    own: a character has less than this fraction of its ink on rules: of 2,131 in cells of drawn
        sheets, all but 2.
    side, on_side: rules of cells that were told by their rules are within so many pixels of the
        line between two corners; there, a character has less than this fraction.
    """

    window: int = 65
    darker: int = 10
    least: int = 10
    four_sided: float = 0.04
    full: float = 0.93
    free: float = 0.6
    lean: float = 12.0
    room: float = 1.15
    alike: int = 4
    tolerance: float = 0.04
    widest: int = 9
    thick: float = 0.16
    ink: int = GROUPING.ink
    own: float = 0.9
    side: int = 2
    on_side: float = 0.7


OUTLINES = Outlines()
# A rule goes on where half of what is so far from the cell is ink, and there is as much of that as
# a quarter of what is next to it: at other sides, other cells begin before.
_HALF, _QUARTER = 0.5, 0.25


def without_outlines(look: Look, frames: Sequence[Frame], *, outlines: Outlines = OUTLINES) -> Look:
    """Return ``look`` without characters, and ink of nobody, that are sides of printed cells.

    ``frames`` are cells that were found by their rules, in pixels of the look.
    """
    high, wide = look.labels.shape  # of an odd row or column, the network says nothing
    ink = _find_ink(look.seen, outlines)[:high, :wide]
    hulls = _find_hulls(ink, look.view.writing.height * look.zoom, outlines)
    masks = [(_find_rules(ink, hulls, outlines), outlines.own)] if hulls else []
    if frames:
        masks.append((_draw_sides(frames, look.labels.shape, outlines), outlines.on_side))
    for mask, share in masks:
        look = _without(look, mask, share, outlines)
    return look


def _find_ink(seen: NDArray[np.uint8], outlines: Outlines) -> NDArray[np.uint8]:
    """Return where ``seen`` (H, W) uint8 has ink, 1, and gaps of a pixel in it."""
    usual = cv2.blur(seen, (outlines.window, outlines.window))
    stands = cv2.compare(cv2.subtract(seen, usual), outlines.darker, cv2.CMP_GT)
    return cv2.morphologyEx(stands, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) & 1


def _find_hulls(ink: NDArray[np.uint8], writing: float, outlines: Outlines) -> list[Hull]:
    """Return the convex outlines of the cells in ``ink`` (H, W), 0 or 1.

    ``writing`` is how high it is.
    """
    contours, tree = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    if tree is None:
        return []
    found: list[Hull] = []
    sides = []
    for number in np.flatnonzero(tree[0, :, 3] >= 0).tolist():
        cell = _four_sided(contours[number], outlines)
        if cell is not None:
            found.append(cell[0])
            sides.append(cell[1])
    if not found:
        return []
    size = np.array(sides)
    slack = outlines.tolerance * np.minimum(size[:, None], size) + 1
    alike = (np.abs(size[:, None] - size) <= slack).all(axis=2).sum(axis=1)
    kept = (size.min(axis=1) >= outlines.room * writing) | (alike >= outlines.alike)
    return [found[number] for number in np.flatnonzero(kept).tolist()]


def _four_sided(
    hole: NDArray[np.int32], outlines: Outlines
) -> tuple[Hull, tuple[float, float]] | None:
    """Return the convex outline of ``hole``, and its width and height; None if it is no cell."""
    _, _, wide, high = cv2.boundingRect(hole)
    if min(wide, high) < outlines.least:
        return None
    hull = np.asarray(cv2.convexHull(hole), np.int32)
    length = cv2.arcLength(hull, closed=True)
    corners = cv2.approxPolyDP(hull, outlines.four_sided * length, closed=True)[:, 0]
    inside = cv2.contourArea(corners)
    full, free = cv2.contourArea(hull), cv2.contourArea(hole)
    if len(corners) != 4 or full < outlines.full * inside or free < outlines.free * inside:
        return None
    along = np.roll(corners, -1, axis=0) - corners
    if abs(along[0, 0]) < abs(along[0, 1]):
        along = np.roll(along, 1, axis=0)
    size = np.linalg.norm(along, axis=1)
    slope = np.abs(along[[0, 1, 2, 3], [1, 0, 1, 0]])
    if size.min() < outlines.least or (slope > np.tan(np.radians(outlines.lean)) * size).any():
        return None
    return hull, (float(size[::2].mean()), float(size[1::2].mean()))


def _find_rules(
    ink: NDArray[np.uint8], hulls: Sequence[Hull], outlines: Outlines
) -> NDArray[np.bool_]:
    """Return where the rules around the cells with ``hulls`` are, (H, W)."""
    elsewhere = np.ones(ink.shape, np.uint8)
    edge = np.zeros(ink.shape, np.uint8)
    for hull in hulls:
        cv2.fillConvexPoly(elsewhere, hull, 0)
        cv2.polylines(edge, [hull], isClosed=True, color=1, thickness=3)
    away, cell = cv2.distanceTransformWithLabels(
        elsewhere, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_CCOMP
    )
    near = (away > 0) & (away <= outlines.widest)
    rows = outlines.widest + 2
    ring = cell[near] * rows + np.ceil(away[near]).astype(np.int64)
    count = (int(cell.max()) + 1) * rows
    around = np.bincount(ring, minlength=count).reshape(-1, rows)[:, 1:]
    inked = np.bincount(ring, ink[near], minlength=count).reshape(-1, rows)[:, 1:]
    ends = (inked < _HALF * around) | (around < _QUARTER * around[:, :1])
    widths = ends.argmax(axis=1)
    for hull in hulls:
        (x, y), shorter = hull[0, 0].tolist(), min(cv2.minAreaRect(hull)[1])
        if widths[cell[y, x]] > outlines.thick * shorter:
            widths[cell[y, x]] = -1
            cv2.polylines(edge, [hull], isClosed=True, color=0, thickness=3)
    return np.asarray(((away > 0) & (away <= widths[cell] + 1)) | (edge > 0))


def _draw_sides(
    frames: Sequence[Frame], shape: tuple[int, ...], outlines: Outlines
) -> NDArray[np.bool_]:
    """Return where the sides of the cells of ``frames`` are in an array of ``shape``."""
    sides = np.zeros(shape, np.uint8)
    for frame in frames:
        corners = [np.rint(np.array(cell.corners)).astype(np.int32) for cell in frame.cells]
        cv2.polylines(sides, corners, isClosed=True, color=1, thickness=2 * outlines.side + 1)
    return sides > 0


def _without(look: Look, rules: NDArray[np.bool_], share: float, outlines: Outlines) -> Look:
    """Return ``look`` without what has so much of its ink on ``rules`` (H, W)."""
    coverage, labels = look.maps.coverage, look.labels
    ink = coverage >= outlines.ink
    count = int(labels.max(initial=0)) + 1
    inked = np.bincount(labels[ink], minlength=count)
    on_rules = np.bincount(labels[ink & rules], minlength=count)
    printed = on_rules >= share * inked
    printed[0] = False
    left = np.where(printed[labels], np.int32(0), labels)
    out = (printed[labels] | rules) & (left == 0)
    return replace(
        look,
        maps=replace(look.maps, coverage=np.where(out, np.uint8(0), coverage)),
        labels=left,
        blobs=[blob for blob in look.blobs if not printed[blob.label]],
    )
