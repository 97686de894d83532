"""What the page network saw -> what is printed around cells, and is no character.

What is a cell, :mod:`.cell_shapes` knows; here, what of the ink is its sides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.cell_shapes import find_cells, find_ink
from emnist_device.detect.grouping import GROUPING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.cell_shapes import Polygon
    from emnist_device.detect.look import Look
    from emnist_device.frames import Frame


@dataclass(frozen=True)
class Outlines:
    """Thresholds of outlines of cells; lengths in pixels of what the page network sees.

    widest, thick: its rules are at most so wide, and this fraction of its shorter side: strokes of
        a printed letter are wider.
    ink: coverage from which a pixel counts as ink (of 255), as in grouping.
    own: a character has less than this fraction of its ink on rules: of 2,131 in cells of drawn
        sheets, all but 2.
    side, on_side: rules of cells that were told by their rules are within so many pixels of the
        line between two corners; there, a character has less than this fraction.
    """

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
    ink = find_ink(look.seen)[:high, :wide]
    hulls = [cell.hull for cell in find_cells(ink, look.view.writing.height * look.zoom)]
    masks = [(_find_rules(ink, hulls, outlines), outlines.own)] if hulls else []
    if frames:
        masks.append((_draw_sides(frames, look.labels.shape, outlines), outlines.on_side))
    for mask, share in masks:
        look = _without(look, mask, share, outlines)
    return look


def _find_rules(
    ink: NDArray[np.uint8], hulls: Sequence[Polygon], outlines: Outlines
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
