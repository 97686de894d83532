"""Picture of a page -> contrast: how much darker than its paper each pixel is, in any light.

Bring the picture to a working size, make ink the darker side, divide the paper's brightness out,
and leave out what lies beside the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from emnist_device.detect.paper import (
    PAPER,
    Paper,
    contrast_to_paper,
    paper_brightness,
    to_paper_size,
    wide_light,
)
from emnist_device.detect.pieces import find_pieces
from emnist_device.detect.sizes import SIZES, Sizes, scaled, to_grey, to_working_size

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Contrasts:
    """Thresholds of the contrast of a page.

    sign_side: whether ink is darker or lighter than its paper is decided at this long side, in
        pixels.
    sign_window: brightness is compared with that around, in so many parts of the long side.
    sheet, small_sheet: a sheet is as bright as the first quantile of the picture; a small one, such
        as a note on a table or a sign on a wall, as the second. Of 576 drawn with 1 to 7
        characters, on 4 % to 64 % of the picture, 458 are read right, 335 without the second; 0.99
        takes narrow paper for table.
    dark: a table is darker than this fraction of the sheet.
    sharp: at the sheet's edge, it is so many times as bright as the table; a shadow or a dim corner
        fades in.
    table: a table is larger than this fraction of the picture.
    table_edge: the edge of a table is this many pixels wide at the size at which paper is looked
        for.
    sizes, paper: thresholds of the working size and of the paper.
    """

    sign_side: int = 400
    sign_window: int = 20
    sheet: float = 0.75
    small_sheet: float = 0.97
    dark: float = 0.55
    sharp: float = 1.6
    table: float = 0.01
    table_edge: int = 7
    sizes: Sizes = SIZES
    paper: Paper = PAPER


CONTRASTS = Contrasts()


class PageContrast(NamedTuple):
    """How much a picture stands off its paper.

    contrast: (H, W) uint8 at working size, 255 for black ink on white paper, 0 for paper.
    scale: pixels here to one of the picture.
    ink_is_light: whether ink is the lighter side of the picture.
    """

    contrast: NDArray[np.uint8]
    scale: float
    ink_is_light: bool


def find_contrast(
    picture: NDArray[np.uint8], *, ink_is_dark: bool = False, contrasts: Contrasts = CONTRASTS
) -> PageContrast:
    """Return how much ``picture``, (H, W) or (H, W, 3) BGR uint8, stands off its paper.

    Whether ``ink_is_dark`` is found out where that is not known.
    """
    working, scale = to_working_size(picture, sizes=contrasts.sizes)
    light = not ink_is_dark and is_ink_light(working, contrasts=contrasts)
    dark_on_light = cv2.bitwise_not(working) if light else working
    channels = [dark_on_light] if dark_on_light.ndim == 2 else cv2.split(dark_on_light)
    smalls = [to_paper_size(each, cv2.INTER_AREA, paper=contrasts.paper) for each in channels]
    papers = [paper_brightness(small, paper=contrasts.paper) for small in smalls]
    contrast = contrast_to_paper(channels, papers, paper=contrasts.paper)
    # Paper is as light as it is estimated, and at least as what is wide enough to be no stroke.
    bright = [cv2.max(own, wide_light(small)) for own, small in zip(papers, smalls, strict=True)]
    contrast[off_sheet(np.mean(bright, axis=0), contrast.shape, contrasts=contrasts) > 0] = 0
    return PageContrast(contrast, scale, light)


def is_ink_light(picture: NDArray[np.uint8], *, contrasts: Contrasts = CONTRASTS) -> bool:
    """Say whether the ink of ``picture``, (H, W) or (H, W, 3) BGR uint8, is lighter than its paper.

    Strokes are few and stand off their surroundings on one side: the third moment of the local
    deviation of brightness has their sign.
    """
    grey = to_grey(picture)
    scale = min(1.0, contrasts.sign_side / max(grey.shape))
    small = scaled(grey, scale, cv2.INTER_AREA).astype(np.float32)
    window = max(small.shape) // contrasts.sign_window | 1
    local = cv2.blur(small, (window, window))
    deviation = (small - local) / (local + 16)
    return float((deviation * deviation * deviation).mean()) > 0


def off_sheet(
    small: NDArray[np.float64], shape: tuple[int, ...], *, contrasts: Contrasts = CONTRASTS
) -> NDArray[np.uint8]:
    """Return the mask (H, W) uint8 of what lies beside the sheet: 255 on a dark table, else 0.

    ``small`` (h, w) is how bright the paper is, 0..255; ``shape`` is that of the mask.

    Most of the picture may be the table, or paper in a shadow with a hard edge: then only its edge
    is left out, which is no stroke in either.
    """
    ring = np.ones((contrasts.table_edge, contrasts.table_edge), np.uint8)
    table, edges = (
        _table(small, float(np.quantile(small, quantile)), ring, contrasts)
        for quantile in (contrasts.sheet, contrasts.small_sheet)
    )
    grown = cv2.dilate(table, ring)
    grown |= cv2.dilate(edges, np.ones((3, 3), np.uint8)) & ~cv2.erode(edges, ring)
    return cv2.resize(grown * np.uint8(255), shape[::-1], interpolation=cv2.INTER_NEAREST)


def _table(
    small: NDArray[np.float64], paper: float, ring: NDArray[np.uint8], contrasts: Contrasts
) -> NDArray[np.uint8]:
    """Return the mask (H, W), 0 or 1, of the table in ``small`` (H, W), brightness of the paper.

    A table is much darker than ``paper``, reaches the picture's edge, and the paper ends there at
    once, within ``ring``; a shadow or a dim corner fades in.
    """
    dark = (small < contrasts.dark * paper).astype(np.uint8)
    pieces = find_pieces(dark)
    table = np.zeros_like(dark)
    for label, (x, y, width, height, area) in enumerate(pieces.stats[1:], start=1):
        at_edge = x == 0 or y == 0 or x + width == dark.shape[1] or y + height == dark.shape[0]
        if not at_edge or area <= contrasts.table * dark.size:
            continue
        region = (pieces.labels == label).astype(np.uint8)
        outside = small[(cv2.dilate(region, ring) > 0) & (dark == 0)]
        inside = small[(region > 0) & (cv2.erode(region, ring) == 0)]
        if outside.size and np.median(outside) > contrasts.sharp * np.median(inside):
            table |= region
    return table
