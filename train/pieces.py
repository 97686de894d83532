"""Pieces of ink from drawn pages, with what each is: what the shape model learns from.

Pages are composed at all levels of difficulty and then varied further, so that the model sees pens,
sizes, proportions and neighbours of every kind; the segmenter that ships cuts them into pieces, and
the pages' exact boxes say what each piece is.
"""

from __future__ import annotations

import string
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from benchmarks.compose import compose_page
from benchmarks.levels import LEVELS
from benchmarks.matching import overlaps
from emnist_device.ink import find_ink
from emnist_device.lattice import SHAPES, candidates, line_heights, picture_blobs
from emnist_device.segment import segment
from emnist_edge.character import stroke_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.levels import Level
    from emnist_edge.character import Glyphs

_CHARACTER, _PART, _SEVERAL, _NOISE = range(len(SHAPES))
_UNCLEAR = -1


def draw_pieces(
    seed: int, pages: range, handwriting: Glyphs
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw ``pages`` and return their pieces (N, 28, 28) uint8 and indices into SHAPES (N,) uint8.

    Three quarters of the pages are in ``handwriting``, the others in the strokes of the project.
    """
    images, labels = [np.zeros((0, 28, 28), np.uint8)], [np.zeros(0, np.uint8)]
    for number in pages:
        rng = np.random.default_rng([seed, number])
        glyphs = handwriting if rng.random() < 0.75 else stroke_shape
        try:
            picture, boxes = draw_varied(rng, glyphs)
        except ValueError:  # wide characters on a small page: they do not fit
            continue
        pieces, kinds = cut_to_pieces(picture, boxes)
        clear = kinds != _UNCLEAR
        images.append(pieces[clear])
        labels.append(kinds[clear].astype(np.uint8))
    return np.concatenate(images), np.concatenate(labels)


def draw_varied(
    rng: np.random.Generator, glyphs: Glyphs
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return a page (H, W, 3) BGR uint8 and its characters' boxes (N, 4): x, y, width, height."""
    level = LEVELS[int(rng.choice(list(LEVELS)))]
    if rng.random() < 0.6:
        level = _vary(level, rng)
    characters = None
    if rng.random() < 0.3:  # a practice sheet: few different characters, maybe all of them low
        choice = list(string.ascii_letters + string.digits)
        characters = "".join(rng.choice(choice, int(rng.integers(1, 5))))
    drawn = compose_page(level, int(rng.integers(2**32)), glyphs, characters)
    boxes = np.array([c.box for line in drawn.lines for c in line.characters], float)
    stretch = float(np.exp(rng.uniform(-0.4, 0.4))) if rng.random() < 0.5 else 1.0
    width = round(stretch * drawn.picture.shape[1])
    picture = cv2.resize(drawn.picture, (width, drawn.picture.shape[0]), None, 0, 0, cv2.INTER_AREA)
    boxes = boxes.reshape(-1, 4) * np.tile([width / drawn.picture.shape[1], 1], 2)
    return _degrade(picture, rng), boxes


def _vary(level: Level, rng: np.random.Generator) -> Level:
    """Return ``level`` with other sizes and pens; half the time a page of a few characters."""
    pens = (0.05, 0.24) if rng.random() < 0.5 else level.pens
    touching = 0.0 if rng.random() < 0.5 else level.touching
    if rng.random() < 0.5:
        height = float(rng.uniform(60, 180))
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
    size = float(rng.uniform(0.8, 2.2))
    low, high = level.heights
    return replace(level, pens=pens, touching=touching, heights=(size * low, size * high))


def _degrade(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Sometimes make large pixels of ``picture``, sometimes black and white, as old scans are."""
    kind = rng.random()
    if kind < 0.1:
        factor = int(rng.integers(2, 5))
        small = cv2.resize(picture, None, None, 1 / factor, 1 / factor, cv2.INTER_AREA)
        return cv2.resize(small, picture.shape[1::-1], None, 0, 0, cv2.INTER_NEAREST)
    if kind < 0.2:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        paper = cv2.GaussianBlur(grey, (0, 0), 25).astype(np.float32)
        return np.where(grey > 0.85 * paper, np.uint8(255), np.uint8(0))
    return picture


def cut_to_pieces(
    picture: NDArray[np.uint8], boxes: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return all pieces of ``picture`` that the reader might ask about, and what they are.

    (N, 28, 28) uint8 and (N,) indices into SHAPES, -1 where the truth is between two of them.
    """
    layout = segment(find_ink(picture))
    layout = replace(layout, labels=layout.labels.copy())
    heights = line_heights(layout)
    lines = [
        [c.blob for c in candidates(line, [False] * len(line), height, layout.labels)]
        for line, height in zip(layout.lines, heights, strict=True)
    ]
    pieces = picture_blobs(layout, zip(lines, heights, strict=True))
    found = np.array([blob.box for line in lines for blob in line], float).reshape(-1, 4)
    return pieces, name_pieces(boxes, found / layout.scale)


def name_pieces(truth: NDArray[np.float64], found: NDArray[np.float64]) -> NDArray[np.int64]:
    """Say what boxes ``found`` (N, 4) are, given those of the characters, ``truth`` (M, 4).

    Returns (N,) indices into SHAPES: a character (intersection over union of at least 0.7), several
    (most of two, or most of one and something of another), a part (most of it in a character),
    noise (hardly any of it in one), or -1.
    """
    if not len(truth):
        return np.full(len(found), _NOISE)
    shared, true_areas, found_areas = overlaps(truth, found)
    overlap = (shared / (true_areas[:, None] + found_areas - shared)).max(axis=0)
    holds = (shared > 0.5 * true_areas[:, None]).sum(axis=0)
    within = (shared / found_areas).max(axis=0)
    cases = (
        (holds >= 2, _SEVERAL),
        (overlap >= 0.7, _CHARACTER),
        (shared.sum(axis=0) < 0.15 * found_areas, _NOISE),
        ((within > 0.6) & (overlap < 0.6), _PART),
        ((holds == 1) & (overlap < 0.6), _SEVERAL),
    )
    conditions, kinds = zip(*cases, strict=True)
    return np.select(conditions, kinds, _UNCLEAR)
