"""Picture -> page of text: the whole way, with one interpreter for the reader's life."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.decode import decode
from emnist_device.engine import Engine
from emnist_device.ink import find_ink
from emnist_device.page import Box, Character, Page
from emnist_device.segment import components, segment
from emnist_edge.alphabet import fold
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# A cell's paper is looked for at this long side, with a closing over about half of it; its ink is
# cut out at this many times that size. Less contrast than this (of 255) is no writing.
_CELL_SIDE, _CELL_ENLARGEMENT, _CELL_CONTRAST = 96, 4, 25
_CELL_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (45, 45))
# Parts of a character have at least this share of the area of its largest; dust has less.
_PART = 0.1


class Reader:
    """Reads hand-printed characters from pictures. Not thread-safe: one reader a thread.

    Args:
        model: name of an installed model, or the path of a model file with its sidecar beside it.
        threads: threads of the TFLite runtime.
        top_k: alternatives to report for each character.

    Raises:
        ModelError: the model is missing or damaged.
        RuntimeMissingError: no TFLite runtime is installed.
    """

    def __init__(
        self, model: str | Path = DEFAULT_MODEL, *, threads: int = 1, top_k: int = 3
    ) -> None:
        self._engine = Engine(model, threads)
        self._top_k = top_k

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._engine.artifact.name

    def read(self, image: NDArray[np.uint8]) -> Page:
        """Read ``image``, (H, W) grey or (H, W, 3) BGR uint8, dark ink on light or light on dark.

        Boxes of the page are in pixels of ``image``. Raises ValueError for any other array.
        """
        _check(image)
        start = time.perf_counter()
        layout = segment(find_ink(image))
        glyphs = [make_glyph(layout.crop(blob)) for line in layout.lines for blob in line]
        segmented = time.perf_counter()
        probabilities = self._engine.probabilities(
            np.stack(glyphs) if glyphs else np.zeros((0, 28, 28), np.uint8)
        )
        classified = time.perf_counter()
        boxes = [
            [_to_picture(blob.box, layout.scale, image.shape) for blob in line]
            for line in layout.lines
        ]
        lines = decode(probabilities, boxes, self._engine.artifact.alphabet, self._top_k)
        decoded = time.perf_counter()
        timing = {
            "segment": segmented - start,
            "classify": classified - segmented,
            "decode": decoded - classified,
        }
        return Page(lines, self.model, {name: 1000 * value for name, value in timing.items()})

    def read_character(
        self, image: NDArray[np.uint8], charset: str | None = None
    ) -> Character | None:
        """Read a cell that holds one character and nothing else, such as a box of a form.

        Args:
            image: (H, W) grey or (H, W, 3) BGR uint8, the character about in the middle; dark on
                light or light on dark.
            charset: the characters that it may be, where that is known; small letters that the
                model files under their capitals stand for these.

        Returns:
            The character with its box in pixels of ``image``, or None where nothing is written.

        Raises:
            ValueError: another array, or no class of the model is in ``charset``.
        """
        _check(image)
        alphabet = self._engine.artifact.alphabet
        known = alphabet if charset is None else charset + fold(charset)
        allowed = np.array([char in known for char in alphabet])
        if not allowed.any():
            raise ValueError(f"charset {charset!r} has no character of {alphabet}")
        ink = _cell_ink(image)
        x, y, width, height = cv2.boundingRect(ink)
        if not width:
            return None
        glyph = make_glyph(ink)
        probabilities = np.where(allowed, self._engine.probabilities(glyph[None]), np.float32(0))
        total = probabilities.sum(axis=1, keepdims=True)
        shares = probabilities / total if total > 0 else allowed[None] / np.float32(allowed.sum())
        scale = ink.shape[1] / image.shape[1]
        box = _to_picture(Box(x, y, width, height), scale, image.shape)
        (line,) = decode(shares.astype(np.float32), [[box]], alphabet, self._top_k)
        return line.characters[0]


def _check(image: NDArray[np.uint8]) -> None:
    """Raise ValueError unless ``image`` is (H, W) or (H, W, 3) uint8 and not empty."""
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or image.size == 0:
        raise ValueError(
            f"image must be (H, W) or (H, W, 3) uint8, not {image.shape} {image.dtype}"
        )
    if image.ndim == 3 and image.shape[2] != 3:
        raise ValueError(f"image must have 3 channels (BGR), not {image.shape[2]}")


def _cell_ink(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink (H', W') uint8 0 or 255 of a cell with one character, at working size.

    A character fills its cell, so what a page's paper is estimated from is missing: here the paper
    is what a closing leaves of the cell, and the threshold is Otsu's (1979) over all of it.
    """
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    factor = _CELL_SIDE / max(grey.shape)
    size = tuple(max(1, round(side * factor)) for side in grey.shape[::-1])
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)
    small = cv2.GaussianBlur(small, (0, 0), 0.8)
    middle, _ = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    if np.median(rim) <= middle:  # paper is what the rim mostly shows
        small = cv2.bitwise_not(small)
    paper = cv2.max(cv2.morphologyEx(small, cv2.MORPH_CLOSE, _CELL_DISC), 1)
    contrast = cv2.divide(cv2.subtract(paper, small), paper, scale=255)
    large = cv2.resize(
        contrast,
        None,
        fx=_CELL_ENLARGEMENT,
        fy=_CELL_ENLARGEMENT,
        interpolation=cv2.INTER_CUBIC,
    )
    if int(contrast.max()) < _CELL_CONTRAST:
        return np.zeros_like(large)
    _, mask = cv2.threshold(large, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    labels, blobs = components(mask)
    largest = max(blobs, key=lambda blob: blob.area)
    # What else hangs on the rim is the edge of the cell's box, or a neighbour.
    rim_labels = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    others = [b.labels[0] for b in blobs if b.area >= _PART * largest.area]
    parts = [*largest.labels, *np.setdiff1d(others, rim_labels)]
    return np.where(np.isin(labels, parts), np.uint8(255), np.uint8(0))


def _to_picture(box: Box, scale: float, shape: tuple[int, ...]) -> Box:
    """Return ``box``, in pixels at working size, in pixels of a picture of ``shape``."""
    height, width = shape[:2]
    x, y = min(int(box.x / scale), width - 1), min(int(box.y / scale), height - 1)
    right = min(max(round(box.right / scale), x + 1), width)
    bottom = min(max(round(box.bottom / scale), y + 1), height)
    return Box(x, y, right - x, bottom - y)
