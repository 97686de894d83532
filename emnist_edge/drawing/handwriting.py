"""People's handwriting for drawn pages: shapes from EMNIST's images, as a pen would have left them.

The images decide the shapes alone; size, place on the baseline and pen are the page's.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.alphabet import fold
from emnist_edge.drawing.character import OVERSAMPLING, Shape
from emnist_edge.drawing.strokes import FORMS, sample_path
from emnist_edge.errors import DataError
from emnist_edge.glyph import crop_to_ink, stroke_width

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_edge.dataset.emnist import Samples
    from emnist_edge.drawing.character import Pen
    from emnist_edge.drawing.strokes import Hand

# What counts as ink in EMNIST's blurred images, so that thin strokes do not break.
_INK = 100
# How much larger outlines are traced, and the blur that takes the pixels off them, in pixels.
_ENLARGEMENT, _SMOOTHING = 8, 0.6
# No character is wider than this, in cap heights: it would not fit a printed box.
_WIDEST = 1.05


class EmnistGlyphs:
    """A source of shapes (see ``drawing.character.Glyphs``) that picks EMNIST images.

    Lower-case letters that EMNIST files under their capitals are picked from there: an i or j with
    a dot, an l without a foot.

    Args:
        samples: what is picked from; best images that no model was trained on.
    """

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._picks: dict[str, NDArray[np.intp]] = {}

    def __call__(
        self, char: str, height: float, rng: np.random.Generator, hand: Hand, pen: Pen
    ) -> Shape:
        """Return one of ``char``'s images as a shape.

        Raises:
            ValueError: ``char`` is no digit and no letter A-Z or a-z.
            DataError: the samples hold no such character.
        """
        if char not in FORMS:
            raise ValueError(f"no images of {char!r}; only of digits and the letters A-Z and a-z")
        image = self._samples.images[rng.choice(self._of(char))]
        bottom, top = _extent(char)
        size = height * (1 + 0.05 * hand.wobble * rng.uniform(-1, 1))
        mask = _to_pen_ink(image, (top - bottom) * size, pen.width * size, _WIDEST * size)
        # The lower edge of the ink lies half a pen below the lowest point that the pen went to.
        lower = (0.5 * pen.width - bottom) * size
        rows, columns = mask.shape
        above = int(np.ceil(rows / OVERSAMPLING - lower))
        gap = round((above + lower) * OVERSAMPLING) - rows
        start = max(gap, 0)
        border = ((start, -(start + rows) % OVERSAMPLING), (0, -columns % OVERSAMPLING))
        return Shape(char, np.pad(mask, border), 0, -above)

    def _of(self, char: str) -> NDArray[np.intp]:
        """Return the indices of the images that may stand for ``char``."""
        if char not in self._picks:
            name = char if char in self._samples.alphabet else fold(char).upper()
            label = self._samples.alphabet.find(name)
            indices = np.flatnonzero(self._samples.labels == label)
            indices = indices[~_flat(self._samples.images[indices])]
            if not len(indices):
                raise DataError(f"the data set has no images of {char!r}; take another split")
            if char in _TESTS:
                images = self._samples.images[indices]
                fitting = np.array([_TESTS[char](image) for image in images])
                indices = indices[fitting] if fitting.any() else indices
            self._picks[char] = indices
        return self._picks[char]


def _flat(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Say which of ``images`` (N, 28, 28) are a dash: a character that was cut out wrongly."""
    ink = images >= _INK
    tall, wide = (ink.any(axis=axis).sum(axis=1) for axis in (2, 1))
    return np.asarray(wide > 2 * tall)


def _dotted(image: NDArray[np.uint8]) -> bool:
    """Say whether ``image`` is a stem below a dot, and nothing else."""
    binary = (image >= _INK).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
    if count != 3:
        return False
    dot, stem = sorted(stats[1:], key=lambda row: row[cv2.CC_STAT_AREA])
    below = stem[cv2.CC_STAT_TOP] >= dot[cv2.CC_STAT_TOP] + dot[cv2.CC_STAT_HEIGHT]
    return bool(below and dot[cv2.CC_STAT_HEIGHT] <= 0.5 * stem[cv2.CC_STAT_HEIGHT])


def _whole(image: NDArray[np.uint8]) -> bool:
    """Say whether the ink of ``image`` is in one piece."""
    return _pieces((image >= _INK).astype(np.uint8)) == 1


def _bare(image: NDArray[np.uint8]) -> bool:
    """Say whether ``image`` is one upright stroke without a foot."""
    tall, wide = crop_to_ink(image).shape
    return wide < 0.4 * tall


def _footed(image: NDArray[np.uint8]) -> bool:
    return not _bare(image)


_TESTS: dict[str, Callable[[NDArray[np.uint8]], bool]] = {
    "i": _dotted, "j": _dotted, "I": _whole, "J": _whole, "l": _bare, "L": _footed,
}  # fmt: skip


@cache
def _extent(char: str) -> tuple[float, float]:
    """Return how low and how high the pen goes for ``char``, in cap heights above the baseline."""
    points = np.concatenate(sample_path(FORMS[char].split(";")[0]))
    return float(points[:, 1].min()), float(points[:, 1].max())


def _to_pen_ink(
    image: NDArray[np.uint8], height: float, width: float, widest: float
) -> NDArray[np.uint8]:
    """Return the mask of ``image`` (28, 28) written with a pen ``width`` wide; cut to its ink.

    ``height`` is what the pen's middle goes up and down, ``widest`` as wide as the ink may get; all
    in pixels, :data:`OVERSAMPLING` points of the mask to each.
    """
    outline = _outline(image)
    tall, wide = outline.shape
    written = stroke_width(outline)
    scale = OVERSAMPLING * height / max(tall - written, 0.5 * tall)
    size = (round(min(wide * scale, OVERSAMPLING * widest)), round(tall * scale))
    resized = cv2.resize(outline, size, interpolation=cv2.INTER_LINEAR)
    change = OVERSAMPLING * width - written * scale
    mask = np.where(np.pad(resized, round(abs(change)) + 1) >= 128, np.uint8(255), np.uint8(0))
    diameter = round(abs(change)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    if change > 0:
        return crop_to_ink(np.asarray(cv2.dilate(mask, kernel), np.uint8))
    thinned = np.asarray(cv2.erode(mask, kernel), np.uint8)
    return crop_to_ink(cv2.bitwise_or(thinned, _trace(mask, OVERSAMPLING * width)))


def _trace(mask: NDArray[np.uint8], width: float) -> NDArray[np.uint8]:
    """Return what a pen ``width`` points wide leaves along the middle of the strokes of ``mask``.

    Uneven strokes do not break where they are thin, as they would by erosion.
    """
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    ridge = (distance > 0) & (distance >= cv2.dilate(distance, np.ones((3, 3), np.uint8)))
    diameter = max(1, round(width))
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter))
    trace = cv2.dilate(ridge.astype(np.uint8) * np.uint8(255), pen)
    return np.asarray(cv2.bitwise_and(trace, mask), np.uint8)


def _outline(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink of ``image`` (28, 28) much enlarged, with smooth edges: uint8, 255 on 0."""
    large = cv2.resize(
        np.pad(image, 1), None, fx=_ENLARGEMENT, fy=_ENLARGEMENT, interpolation=cv2.INTER_CUBIC
    )
    smooth = cv2.GaussianBlur(large, (0, 0), _SMOOTHING * _ENLARGEMENT)
    return crop_to_ink(np.where(smooth >= _INK, np.uint8(255), np.uint8(0)))


def _pieces(binary: NDArray[np.uint8]) -> int:
    """Return the number of connected components of ``binary``, (H, W) zero or not."""
    return int(cv2.connectedComponents(binary, connectivity=8)[0]) - 1
