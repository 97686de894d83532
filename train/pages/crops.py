"""Crops of drawn pages, with what each pixel is: what the page network learns from.

Pages are composed at all levels of difficulty, varied further, and littered with what pages of
people have beside characters. The contrast to the paper is found by the code that ships; the
drawing says which character each pixel of ink belongs to.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.contrast import find_contrast
from emnist_device.detect.maps import STRIDE, WRITING_HEIGHT
from emnist_edge.drawing.character import stroke_shape
from emnist_edge.drawing.compose import compose_blank, compose_page
from emnist_edge.drawing.levels import LEVELS
from train.pages.litter import litter
from train.pages.tails import Tailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge.drawing.character import DrawnCharacter, Glyphs
    from emnist_edge.drawing.levels import Level
    from emnist_edge.drawing.pages import DrawnPage
    from train.pages.texts import TextPages

#: Side of a crop, in pixels at the network's scale.
SIDE = 256
#: Crops with more characters than this are left out.
MOST_CHARACTERS = 160

# From each page, this many crops are taken; this share of pages is blank, in people's hands, with
# tails, and with characters far apart.
_PER_PAGE, _BLANK, _HANDWRITTEN, _TAILED, _SPACED = 3, 0.1, 0.7, 0.3, 0.25
# Characters of a single upright stroke, or nearly: touching others they are the hardest to find, so
# this share of pages is full of them, as many as of all others together, and most pairs touch.
_UPRIGHT, _UPRIGHTS = 0.3, "1Iijlft"
# Pages whose writing has less contrast (of 255) teach nothing.
_LEAST_CONTRAST = 12
# The writing is this much higher or lower than the network is meant to see it: standard deviation
# and limits of the factor's logarithm.
_SCALE_SPREAD, _SCALE_LIMIT = 0.35, 0.8


@dataclass(frozen=True)
class Crops:
    """Crops of pages and their truth.

    contrast: (N, SIDE, SIDE) uint8, what the network sees. coverage: the same shape, uint8, 255
        where a pen covers the pixel. owner: (N, SIDE / STRIDE, SIDE / STRIDE) uint8, number of the
        character that the ink nearby belongs to, from 0. boxes: (N, MOST_CHARACTERS, 4) float32,
        x, y, width and height of the characters in pixels of the crop, width 0 where there are
        fewer; they may reach beyond the crop.
    """

    contrast: NDArray[np.uint8]
    coverage: NDArray[np.uint8]
    owner: NDArray[np.uint8]
    boxes: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.contrast)

    @staticmethod
    def join(parts: Sequence[Crops]) -> Crops:
        """Return the crops of all ``parts``."""
        names = ("contrast", "coverage", "owner", "boxes")
        return Crops(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def draw_text_crops(seed: int, pages: range, texts: TextPages) -> Crops:
    """Draw ``pages`` of ``texts``, whose punctuation counts as characters."""
    found = [Crops(*_empty())]
    for number in pages:
        rng = np.random.default_rng([seed, number])
        picture, coverage, characters = texts(rng)
        picture = litter(picture, coverage, rng, punctuation=False)
        found.append(cut(_degrade(picture, rng), characters, rng))
    return Crops.join(found)


def draw_crops(seed: int, pages: range, handwriting: Glyphs, *, punctuation: bool = True) -> Crops:
    """Draw ``pages``, partly in ``handwriting``, partly in the strokes of the project.

    ``punctuation``: some have marks beside the characters, which count as litter.
    """
    found = []
    for number in pages:
        rng = np.random.default_rng([seed, number])
        glyphs = handwriting if rng.random() < _HANDWRITTEN else stroke_shape
        if rng.random() < _TAILED:
            glyphs = Tailed(glyphs, rng.uniform(0.2, 0.9), float(np.exp(rng.uniform(-0.1, 0.4))))
        try:
            picture, characters = draw_varied(rng, glyphs, punctuation=punctuation)
        except ValueError:  # wide characters on a small page: they do not fit
            continue
        found.append(cut(picture, characters, rng))
    return Crops.join(found)


def draw_varied(
    rng: np.random.Generator, glyphs: Glyphs, *, punctuation: bool = True
) -> tuple[NDArray[np.uint8], list[DrawnCharacter]]:
    """Return a page (H, W, 3) BGR uint8 and the characters on it."""
    level = LEVELS[int(rng.choice(list(LEVELS), p=(0.05, 0.1, 0.15, 0.35, 0.35)))]
    if rng.random() < 0.6:
        level = _vary(level, rng)
    characters = None
    every = string.ascii_letters + string.digits
    if rng.random() < _UPRIGHT:
        characters = every + _UPRIGHTS * (len(every) // len(_UPRIGHTS))
        level = replace(level, touching=float(rng.uniform(0.5, 0.9)))
    elif rng.random() < 0.25:  # a practice sheet: few different characters, maybe all of them low
        characters = "".join(rng.choice(list(every), int(rng.integers(1, 5))))
    seed = int(rng.integers(2**32))
    if rng.random() < _BLANK:
        drawn = compose_blank(level, seed)
    else:
        drawn = compose_page(level, seed, glyphs, characters)
    picture = litter(drawn.picture, drawn.coverage, rng, punctuation=punctuation)
    if rng.random() < 0.3:
        picture, drawn = _stretch(picture, drawn, float(np.exp(rng.uniform(-0.3, 0.3))))
    return _degrade(picture, rng), [c for line in drawn.lines for c in line.characters]


def _stretch(
    picture: NDArray[np.uint8], drawn: DrawnPage, stretch: float
) -> tuple[NDArray[np.uint8], DrawnPage]:
    """Return ``picture`` and ``drawn`` wider or narrower by the factor ``stretch``."""
    width = round(stretch * picture.shape[1])
    exact = width / picture.shape[1]
    wide = cv2.resize(picture, (width, picture.shape[0]), interpolation=cv2.INTER_AREA)

    def stretched(character: DrawnCharacter) -> DrawnCharacter:
        x, y, w, h = character.box
        left, right = round(x * exact), max(round((x + w) * exact), round(x * exact) + 1)
        ink = cv2.resize(character.coverage, (right - left, h), interpolation=cv2.INTER_AREA)
        return replace(character, box=(left, y, right - left, h), coverage=ink)

    lines = tuple(
        replace(line, characters=tuple(stretched(c) for c in line.characters))
        for line in drawn.lines
    )
    return wide, replace(drawn, lines=lines)


def _vary(level: Level, rng: np.random.Generator) -> Level:
    """Return ``level`` with other sizes and pens; half the time a page of a few characters."""
    pens = (0.03, 0.24) if rng.random() < 0.5 else level.pens
    touching = float(rng.choice((0.0, 0.4, 0.8)))
    if rng.random() < _SPACED:
        wide = float(rng.uniform(0.3, 2.0))
        level = replace(level, letter_gap=(wide, 1.2 * wide))
        touching = 0.0
    if rng.random() < 0.5:
        height = float(rng.uniform(40, 180))
        width, lines = rng.uniform(1.6, 6), rng.uniform(1.7, 4)
        return replace(
            level,
            pens=pens,
            touching=touching,
            size=(int(height * width) + 40, int(height * lines) + 40),
            heights=(height, height),
            fill=(0.8, 0.85),
            margins=(0.0,),
            prints=tuple(p for p in level.prints if p != "boxed") or ("plain",),
        )
    size = float(rng.uniform(0.6, 2.2))
    low, high = level.heights
    return replace(level, pens=pens, touching=touching, heights=(size * low, size * high))


def _degrade(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Sometimes make large pixels of ``picture``, sometimes black and white, as old scans are."""
    kind = rng.random()
    if kind < 0.06:
        factor = int(rng.integers(2, 4))
        small = cv2.resize(picture, None, None, 1 / factor, 1 / factor, cv2.INTER_AREA)
        return cv2.resize(small, picture.shape[1::-1], None, 0, 0, cv2.INTER_NEAREST)
    if kind < 0.14:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        paper = cv2.GaussianBlur(grey, (0, 0), 25).astype(np.float32)
        return np.where(grey > 0.85 * paper, np.uint8(255), np.uint8(0))
    return picture


def cut(
    picture: NDArray[np.uint8], characters: Sequence[DrawnCharacter], rng: np.random.Generator
) -> Crops:
    """Return crops of ``picture`` around some of its ``characters``, and one from anywhere."""
    contrast, working, _ = find_contrast(picture)
    heights = [character.box[3] for character in characters]
    height = float(np.percentile(heights, 75)) if heights else float(rng.uniform(20, 80))
    factor = np.exp(np.clip(rng.normal(0, _SCALE_SPREAD), -_SCALE_LIMIT, _SCALE_LIMIT))
    scale = float(WRITING_HEIGHT * factor / height)
    shape = tuple(max(8, round(side * scale)) for side in picture.shape[:2])
    contrast = _resize(contrast, shape, scale / working)
    coverage, owner = own_pixels(picture.shape[:2], characters)
    owner = cv2.resize(owner, shape[::-1], interpolation=cv2.INTER_NEAREST)
    coverage = _resize(coverage, shape, scale)
    boxes = np.array([character.box for character in characters], np.float32).reshape(-1, 4)
    boxes *= np.tile([shape[1] / picture.shape[1], shape[0] / picture.shape[0]], 2)
    seen = contrast[coverage >= 128]
    if len(seen) and np.median(seen) < _LEAST_CONTRAST:
        return Crops(*_empty())
    found = []
    free = np.maximum(np.array(shape) - SIDE, 0)
    for number in range(_PER_PAGE if free.any() else 1):
        corner = rng.integers(0, free + 1)
        if number and len(boxes):
            x, y, width, tall = boxes[rng.integers(len(boxes))]
            middle = np.array([y + tall / 2, x + width / 2])
            corner = np.clip(middle - rng.uniform(0.2, 0.8, 2) * SIDE, 0, free).astype(int)
        crop = _crop(contrast, coverage, owner, boxes, corner.tolist())
        if crop is not None:
            found.append(crop)
    return Crops.join(found) if found else Crops(*_empty())


def own_pixels(
    shape: tuple[int, ...], characters: Sequence[DrawnCharacter]
) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Return the coverage (H, W) of ``characters``, and which of them is nearest to each pixel."""
    coverage = np.zeros(shape, np.uint8)
    own = np.zeros(shape, np.uint16)
    for number, character in enumerate(characters):
        x, y, width, tall = character.box
        place = (slice(y, y + tall), slice(x, x + width))
        more = character.coverage > coverage[place]
        own[place][more] = number
        np.maximum(coverage[place], character.coverage, out=coverage[place])
    paper = np.where(coverage >= 64, np.uint8(0), np.uint8(1))
    if paper.all():
        return coverage, own
    _, nearest = cv2.distanceTransformWithLabels(
        paper, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    number_of = np.zeros(int(nearest.max()) + 1, np.uint16)
    ink = paper == 0
    number_of[nearest[ink]] = own[ink]
    return coverage, number_of[nearest]


def _resize(image: NDArray[np.uint8], shape: tuple[int, ...], scale: float) -> NDArray[np.uint8]:
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(image, shape[::-1], interpolation=interpolation)


def _crop(
    contrast: NDArray[np.uint8],
    coverage: NDArray[np.uint8],
    owner: NDArray[np.uint16],
    boxes: NDArray[np.float32],
    corner: list[int],
) -> Crops | None:
    """Return the crop at ``corner`` (row, column), or None where it has too many characters."""
    top, left = corner
    window = (slice(top, top + SIDE), slice(left, left + SIDE))
    here, numbers = np.unique(owner[window], return_inverse=True)
    if len(here) > MOST_CHARACTERS:
        return None
    small = numbers.reshape(owner[window].shape)[STRIDE // 2 :: STRIDE, STRIDE // 2 :: STRIDE]
    side = SIDE // STRIDE
    own_boxes = np.zeros((MOST_CHARACTERS, 4), np.float32)
    if len(boxes):
        own_boxes[: len(here)] = boxes[here] - np.array([left, top, 0, 0], np.float32)
    return Crops(
        _padded(contrast[window], SIDE)[None],
        _padded(coverage[window], SIDE)[None],
        _padded(small.astype(np.uint8), side)[None],
        own_boxes[None],
    )


def _padded(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    rows, columns = image.shape
    return np.pad(image, ((0, side - rows), (0, side - columns)))


def _empty() -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]:
    small = SIDE // STRIDE
    return (
        np.zeros((0, SIDE, SIDE), np.uint8),
        np.zeros((0, SIDE, SIDE), np.uint8),
        np.zeros((0, small, small), np.uint8),
        np.zeros((0, MOST_CHARACTERS, 4), np.float32),
    )
