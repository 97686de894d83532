"""Which pieces of ink make a character: touching ones cut apart, broken ones put together.

A small network, the *shape* model, sees a piece of ink at the scale of its line, with the ink
around it, and says whether it is a character, a part of one, several, or noise. Blobs that it takes
for characters stay as they are. The others are cut into *atoms* where several characters may touch;
a *candidate* is a run of atoms that may be one character, and the likeliest way through the line is
found by dynamic programming (over-segmentation: Casey and Lecolinet 1996, "A survey of methods and
strategies in character segmentation", section 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.cuts import find_seams
from emnist_device.page import Box
from emnist_device.segment import Blob, Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    #: Pictures (N, 28, 28) uint8 -> probabilities (N, 4) float32 of ``SHAPES``.
    Judge = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

#: What a piece of ink may be, in the order of the shape model's outputs: a character, a part of
#: one, several, noise.
SHAPES = "cpsn"
_CHARACTER, _NOISE = SHAPES.index("c"), SHAPES.index("n")

_SIDE = 28
# Side of the window around a piece of ink that the model sees, in heights of the line, and how
# bright the ink of others is in it.
_WINDOW, _OTHERS = 1.75, 96
# A blob that is a character with this probability is neither cut nor joined.
_SURE = 0.95
# Blobs narrower than this are not cut, candidates of several blobs are no wider, and there are no
# wider gaps within them; in heights of the line.
_WIDE, _WIDEST, _FARTHEST = 0.6, 1.6, 0.25
# What a cut, a join and the loss of ink as noise cost beyond what the model says, in nats: all are
# rare, and the model is surest of itself on ink that is like what it was trained on.
_CUT, _JOIN, _LOSS = 1.0, 1.0, 8.0
_FLOOR = 1e-5  # the model is never as sure as its probabilities say


@dataclass(frozen=True)
class Candidate:
    """Atoms ``start`` to ``end`` (exclusive) of a line, taken for one character.

    cuts: how many of its two ends are cuts through a blob. joins: how many blobs it has, less one.
    """

    blob: Blob
    start: int
    end: int
    cuts: int = 0
    joins: int = 0


def resolve(layout: Layout, judge: Judge) -> Layout:
    """Return ``layout`` with touching characters apart, broken ones whole, and noise left out."""
    heights = line_heights(layout)
    shapes = judge(picture_blobs(layout, zip(layout.lines, heights, strict=True)))
    sure = shapes[:, _CHARACTER] >= _SURE
    if sure.all():
        return layout
    layout = replace(layout, labels=layout.labels.copy())
    rows, first = [], 0
    for line, height in zip(layout.lines, heights, strict=True):
        rows.append(candidates(line, sure[first : first + len(line)], height, layout.labels))
        first += len(line)
    blobs = [[candidate.blob for candidate in row] for row in rows]
    shapes = judge(picture_blobs(layout, zip(blobs, heights, strict=True)))
    lines, first = [], 0
    for row in rows:
        lines.append(tuple(likeliest(row, shapes[first : first + len(row)])))
        first += len(row)
    return replace(layout, lines=tuple(line for line in lines if line))


def line_heights(layout: Layout) -> list[float]:
    """Return the height of the characters of each line, in pixels."""
    return [float(np.median([blob.box.height for blob in line])) for line in layout.lines]


def picture_blobs(
    layout: Layout, lines: Iterable[tuple[Sequence[Blob], float]]
) -> NDArray[np.uint8]:
    """Return what the shape model sees of blobs, given by line with the line's height in pixels.

    (N, 28, 28) uint8: the blob's ink is 255, that of others 96, paper 0.
    """
    ink = (layout.labels > 0).astype(np.uint8) * np.uint8(_OTHERS)
    pictures = [_picture(ink, layout, blob, height) for blobs, height in lines for blob in blobs]
    return np.stack(pictures) if pictures else np.zeros((0, _SIDE, _SIDE), np.uint8)


def _picture(
    ink: NDArray[np.uint8], layout: Layout, blob: Blob, height: float
) -> NDArray[np.uint8]:
    """Return the window around ``blob``, scaled to 28x28."""
    side = max(4, round(_WINDOW * height))
    x, y, width, box_height = blob.box
    left, top = x + width // 2 - side // 2, y + box_height // 2 - side // 2
    window = np.zeros((side, side), np.uint8)
    bottom, right = min(top + side, ink.shape[0]), min(left + side, ink.shape[1])
    from_top, from_left = max(top, 0), max(left, 0)
    window[from_top - top : bottom - top, from_left - left : right - left] = ink[
        from_top:bottom, from_left:right
    ]
    own = layout.crop(blob)
    # The blob itself may be larger than the window.
    own_top, own_left = max(top - y, 0), max(left - x, 0)
    own = own[own_top : own_top + side, own_left : own_left + side]
    place = window[
        y + own_top - top : y + own_top - top + own.shape[0],
        x + own_left - left : x + own_left - left + own.shape[1],
    ]
    np.maximum(place, own[: place.shape[0], : place.shape[1]], out=place)
    return cv2.resize(window, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)


def candidates(
    line: Sequence[Blob],
    sure: Sequence[bool] | NDArray[np.bool_],
    height: float,
    labels: NDArray[np.int32],
) -> list[Candidate]:
    """List what may be a character in ``line``, in order of the first atom.

    Among it is each atom by itself, and each blob as a whole. Blobs that are not ``sure`` are cut
    where they are wide enough, and their parts get labels of their own in ``labels``.
    """
    pieces = [
        [blob] if known else _cut(blob, labels, height)
        for blob, known in zip(line, sure, strict=True)
    ]
    atoms = [atom for parts in pieces for atom in parts]
    blob_of = [index for index, parts in enumerate(pieces) for _ in parts]
    found = []
    for start, atom in enumerate(atoms):
        blob, origin = atom, blob_of[start]
        for end in range(start + 1, len(atoms) + 1):
            last = end - 1
            joins = blob_of[last] - origin
            if last > start:
                gap = -blob.box.overlap_x(atoms[last].box)
                blob = blob.join(atoms[last])
                wide = blob.box.width > _WIDEST * height
                if joins and (sure[origin] or sure[blob_of[last]] or wide):
                    break
                if gap > _FARTHEST * height and joins:
                    break
                if wide and end - start < len(pieces[origin]):
                    continue
            edges = (start, end) if end < len(atoms) else (start,)
            cuts = sum(edge > 0 and blob_of[edge] == blob_of[edge - 1] for edge in edges)
            found.append(Candidate(blob, start, end, cuts, joins))
    return found


def _cut(blob: Blob, labels: NDArray[np.int32], height: float) -> list[Blob]:
    """Cut ``blob`` along its seams and return the parts from left to right."""
    if blob.box.width < _WIDE * height:
        return [blob]
    x, y, width, box_height = blob.box
    window = labels[y : y + box_height, x : x + width]
    inside = np.isin(window, blob.labels)
    seams = find_seams(np.where(inside, np.uint8(255), np.uint8(0)), height)
    part = np.zeros(window.shape, np.int32)
    for seam in seams:
        part += np.arange(width) >= seam[:, None]
    first = int(labels.max()) + 1
    pieces: list[Blob] = []
    for index in range(len(seams) + 1):
        rows, columns = np.nonzero(inside & (part == index))
        if not len(rows):  # two seams run together
            continue
        label = first + len(pieces)
        window[rows, columns] = label
        left, top = int(columns.min()), int(rows.min())
        box = Box(x + left, y + top, int(columns.max()) - left + 1, int(rows.max()) - top + 1)
        pieces.append(Blob(box, (label,), len(rows)))
    return pieces


def likeliest(row: Sequence[Candidate], shapes: NDArray[np.float32]) -> list[Blob]:
    """Return the characters on the likeliest way over all atoms of a line, noise left out.

    ``shapes`` (N, 4) are the probabilities of ``SHAPES`` for each candidate.
    """
    cost = -np.log(np.maximum(shapes, _FLOOR))
    # Each cut has two sides, which bear half of it each.
    extra = [_CUT / 2 * candidate.cuts + _JOIN * candidate.joins for candidate in row]
    character = cost[:, _CHARACTER] + np.array(extra, np.float32)
    noise = cost[:, _NOISE] + _LOSS
    last = max(candidate.end for candidate in row)
    best, came = [0.0] + [float("inf")] * last, [-1] * (last + 1)
    for index, candidate in enumerate(row):  # in order of the first atom
        total = best[candidate.start] + float(min(character[index], noise[index]))
        if total < best[candidate.end]:
            best[candidate.end], came[candidate.end] = total, index
    chosen = []
    while last:
        index = came[last]
        if character[index] <= noise[index]:
            chosen.append(row[index].blob)
        last = row[index].start
    return chosen[::-1]
