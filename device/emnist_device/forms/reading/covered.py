"""Fields of a sheet that something covers: their print is not seen there, or their paper is not.

A note or a card on a field leaves nothing to read in it, and so it looks blank. The lines around
its cells are looked for all along: where they are missing although the rest of the sheet shows its
own, something lies on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.forms.model import MarkField
from emnist_device.forms.reading.sheet_ink import rectangle_of
from emnist_device.forms.registration.contrast import to_darkest
from emnist_device.forms.registration.mapping import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.forms.model import FormPage
    from emnist_device.forms.reading.finding import Sheet
    from emnist_device.forms.reading.lines import Rectangle

#: Why a field that is covered is in doubt.
REASON = "something covers it"


@dataclass(frozen=True)
class Covering:
    """Thresholds of what is covered. Lengths in mm, depths in parts of the paper's brightness.

    stretch: boxes are looked at in stretches of about so much.
    reach: a printed line is at most so far off where it should be.
    beside: on both sides of it is paper, from so much to so much off.
    seen: lines that are less deep are not seen on the sheet: it is of two colours, and lost them.
    black: those that are so many times as deep as printed are black: it is of two colours too, and
        may have lost others.
    missing: a stretch has none where they have less of the depth that is usual on the sheet. Of
        sheets in shadows, bent and blurred, all have 0.64.
    filled: an option of which so much is ink may have no lines left.
    around: so far around a field its paper is looked at.
    dark: paper is so bright at least, beside that of other fields. Shadows take half of the light.
    tinted: and no channel is so much less bright, beside another one.
    """

    stretch: float = 8.0
    reach: float = 0.6
    beside: tuple[float, float] = (0.3, 0.8)
    seen: float = 0.03
    black: float = 2.0
    missing: float = 0.4
    filled: float = 0.3
    around: float = 2.0
    dark: float = 0.4
    tinted: float = 0.3


COVERING = Covering()
# Points along a line, and from one to the next across it, in mm.
_POINTS, _STEP = 24, 0.1
# How deep the pale lines are that ``emnist-edge form print`` draws.
_PALE = 0.37
# Pixels to a mm at which the colour of paper is looked at.
_COARSE = 2.0


@dataclass(frozen=True)
class _Stretch:
    """A part of a printed box. lines: (L, _POINTS, 2, 2), points, and what is across there."""

    field: str
    lines: NDArray[np.float64]


def find_covered(
    picture: NDArray[np.uint8],
    sheet: Sheet,
    shares: dict[str, list[float]],
    *,
    covering: Covering = COVERING,
) -> frozenset[str]:
    """Return the names of the fields of ``sheet`` that something covers, in whole or in part.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        sheet: where the form is on it.
        shares: of each marked field, how much of each option is ink.
        covering: thresholds.
    """
    landmarks = sheet.candidate.landmarks
    page, mapping = sheet.candidate.page, sheet.registered.mapping
    stretches = list(_stretches(page, landmarks.unit, shares, covering))
    seen = _depths(to_darkest(picture), mapping, stretches, covering)
    paper = _paper(picture, mapping, page, landmarks.unit, covering)
    wanted = [np.full_like(depths, _PALE) for depths in seen]
    if landmarks.reference is not None:
        empty = landmarks.reference
        scale = np.array(empty.shape[1::-1]) / landmarks.size
        own = Mapping(landmarks.size, np.diag([*scale, 1.0]))
        wanted = _depths(to_darkest(empty), own, stretches, covering)
        paper = _beside(paper, _paper(empty, own, page, landmarks.unit, covering))
    bare = _without_print(stretches, seen, wanted, covering)
    names = [leaf.name for leaf in page.leaves()]
    return frozenset(bare | {names[n] for n in np.flatnonzero(_unlike(paper, covering))})


def _without_print(
    stretches: Sequence[_Stretch],
    seen: Sequence[NDArray[np.float64]],
    wanted: Sequence[NDArray[np.float64]],
    covering: Covering,
) -> set[str]:
    """Return the fields that lack print which others show.

    ``seen`` are the depths of the lines of each stretch, ``wanted`` those of the empty form.
    """
    names, parts, depths = [], [], []
    for stretch, own, empty in zip(stretches, seen, wanted, strict=True):
        there = empty >= covering.seen
        if there.any():
            names.append(stretch.field)
            parts.append(float(own[there].sum() / empty[there].sum()))
            depths.append(float(own[there].mean()))
    if not names or np.median(depths) < covering.seen:
        return set()
    usual = float(np.median(parts))
    if usual >= covering.black:
        return set()
    least = covering.missing * usual
    return {name for name, part in zip(names, parts, strict=True) if part < least}


def _stretches(
    page: FormPage, unit: float, shares: dict[str, list[float]], covering: Covering
) -> Iterator[_Stretch]:
    """Yield the parts of the boxes of ``page``, without those of filled options."""
    for leaf in page.leaves():
        if not isinstance(leaf, MarkField):
            for area in leaf.cells or (leaf.area,):
                for lines in _of_box(rectangle_of(area, unit), covering.stretch):
                    yield _Stretch(leaf.name, lines)
            continue
        for option, share in zip(leaf.options, shares[leaf.name], strict=True):
            if share < covering.filled:
                area_ = rectangle_of(option.area, unit)
                bubble = leaf.shape == "bubble"
                for lines in [_of_bubble(area_)] if bubble else _of_box(area_, covering.stretch):
                    yield _Stretch(leaf.name, lines)


def _of_box(box: Rectangle, length: float) -> Iterator[NDArray[np.float64]]:
    """Yield the lines of each stretch of a box: above and below, and at both ends of the box."""
    left, top, right, bottom = box
    x = np.linspace(left, right, max(round((right - left) / length), 1) + 1).tolist()
    for number, (start, end) in enumerate(pairwise(x)):
        lines = [_level(start, end, top), _level(start, end, bottom)]
        if number == 0:
            lines.append(_level(top, bottom, left)[..., ::-1])
        if number == len(x) - 2:
            lines.append(_level(top, bottom, right)[..., ::-1])
        yield np.array(lines)


def _level(start: float, end: float, y: float) -> NDArray[np.float64]:
    """Return a level line, (_POINTS, 2, 2)."""
    line = np.empty((_POINTS, 2, 2))
    line[:, 0, 0] = start + (end - start) * (np.arange(_POINTS) + 0.5) / _POINTS
    line[:, 0, 1] = y
    line[:, 1] = 0.0, 1.0
    return line


def _of_bubble(box: Rectangle) -> NDArray[np.float64]:
    """Return the quarters of the ellipse in ``box``, (4, _POINTS, 2, 2)."""
    left, top, right, bottom = box
    angle = 2 * np.pi * (np.arange(4 * _POINTS) + 0.5) / (4 * _POINTS)
    radii = np.array([right - left, bottom - top]) / 2
    turned = np.column_stack([np.cos(angle), np.sin(angle)])
    across = turned / radii
    across /= np.hypot(*across.T)[:, None]
    points = np.array([left, top]) + radii * (1 + turned)
    return np.stack([points, across], 1).reshape(4, _POINTS, 2, 2)


def _depths(
    grey: NDArray[np.uint8], mapping: Mapping, stretches: Sequence[_Stretch], covering: Covering
) -> list[NDArray[np.float64]]:
    """Return how much darker than the paper on both sides each line is on ``grey``, (L,) each."""
    if not stretches:
        return []
    far, near = (round(at / _STEP) for at in (covering.beside[1], covering.beside[0]))
    reach = round(covering.reach / _STEP)
    lines = np.concatenate([stretch.lines for stretch in stretches])
    points, across = lines[:, :, 0].reshape(-1, 2), lines[:, :, 1].reshape(-1, 2)
    at = mapping.place(points)
    step = (mapping.place(points + across) - at) * _STEP
    offsets = np.arange(-reach - far, reach + far + 1)
    places = (at[:, None] + step[:, None] * offsets[:, None] - 0.5).astype(np.float32)
    # OpenCV's pictures have sides of less than 32768.
    shown = np.concatenate(
        [
            cv2.remap(grey, part, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for part in np.array_split(places, len(places) // 16384 + 1)
        ]
    )
    usual = np.median(shown.reshape(len(lines), _POINTS, -1), axis=1)
    count = 2 * reach + 1
    middle = usual[:, far : far + count]
    paper = [
        np.max([usual[:, far + side * k :][:, :count] for k in range(near, far + 1)], axis=0)
        for side in (-1, 1)
    ]
    deep = (np.minimum(*paper) - middle) / np.maximum(np.maximum(*paper), 1)
    ends = np.cumsum([len(stretch.lines) for stretch in stretches])[:-1]
    return np.split(deep.max(axis=1).clip(0), ends)


def _paper(
    picture: NDArray[np.uint8], mapping: Mapping, page: FormPage, unit: float, covering: Covering
) -> NDArray[np.float64]:
    """Return how bright each field of ``page`` is, beside most others, (F, 1) or (F, 3)."""
    levels = []
    for leaf in page.leaves():
        left, top, right, bottom = rectangle_of(leaf.area, unit)
        rim = covering.around
        area = (left - rim, top - rim, right + rim, bottom + rim)
        cut = mapping.cut(picture, area, _COARSE)
        levels.append(np.median(cut.reshape(cut.shape[0] * cut.shape[1], -1), axis=0))
    return _beside(np.array(levels), np.median(levels, axis=0))


def _beside(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return parts of brightnesses; what is black is 1 of 255."""
    return np.asarray(one / np.maximum(other, 1 / 255))


def _unlike(paper: NDArray[np.float64], covering: Covering) -> NDArray[np.bool_]:
    """Return of which fields the ``paper`` is much darker than of others, or of another colour."""
    least, most = paper.min(axis=1), paper.max(axis=1)
    return np.asarray((most < covering.dark) | (least < (1 - covering.tinted) * most))
