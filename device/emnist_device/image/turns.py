"""Pictures turned by quarters: which way up is it, and where boxes lie in the picture as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_device.frames import Frame
    from emnist_device.page import Line, Word


@dataclass(frozen=True)
class Legibility:
    """Thresholds of how well a picture can be read.

    doubt: a character read with less probability than this speaks against the way that the picture
        is held.
    """

    doubt: float = 0.6


LEGIBILITY = Legibility()


def turn(picture: NDArray[np.uint8], quarters: int) -> NDArray[np.uint8]:
    """Return ``picture`` (H, W) or (H, W, 3) turned clockwise by ``quarters`` of a full turn."""
    return np.ascontiguousarray(np.rot90(picture, -quarters)) if quarters else picture


def legibility(
    probabilities: NDArray[np.float32], lines: int, *, thresholds: Legibility = LEGIBILITY
) -> float:
    """Return how well a picture can be read this way up, from its characters' (N, C).

    ``probabilities`` of what there cannot be are 0. Many characters read surely make it high. Those
    that lie on their side are doubtful, and they stand in many short ``lines``.
    """
    if not len(probabilities):
        return 0.0
    return float((probabilities.max(axis=1) - thresholds.doubt).sum()) / lines**0.5


def turn_back(lines: tuple[Line, ...], quarters: int, shape: tuple[int, ...]) -> tuple[Line, ...]:
    """Return ``lines`` of a picture that was turned, with boxes where they were before.

    ``shape`` is that of the picture before it was turned.
    """
    if not quarters:
        return lines
    height, width = shape[:2]
    upright = (width, height) if quarters % 2 else (height, width)
    return change_boxes(lines, lambda box: turn_box(box, -quarters, upright))


def move(lines: tuple[Line, ...], x: int, y: int) -> tuple[Line, ...]:
    """Return ``lines`` of a part of a picture, which begins at ``x`` and ``y``, in the whole."""
    return change_boxes(lines, lambda box: move_box(box, x, y))


def move_box(box: Box, x: int, y: int) -> Box:
    """Return ``box``, so much farther to the right and down."""
    return Box(box.x + x, box.y + y, box.width, box.height)


def change_boxes(lines: tuple[Line, ...], change: Callable[[Box], Box]) -> tuple[Line, ...]:
    """Return ``lines`` with each box as ``change`` has it."""

    def changed(word: Word) -> Word:
        characters = (replace(each, box=change(each.box)) for each in word.characters)
        gap = None if word.gap is None else change(word.gap)
        return replace(word, characters=tuple(characters), gap=gap)

    return tuple(replace(line, words=tuple(map(changed, line.words))) for line in lines)


def turn_frames(
    frames: tuple[Frame, ...], quarters: int, shape: tuple[int, ...]
) -> tuple[Frame, ...]:
    """Return ``frames`` of a picture that was turned, with corners where they were before.

    Corners still begin at the upper left of what is read. ``shape`` is that of the picture before
    it was turned.
    """
    height, width = shape[:2]

    def back(x: float, y: float) -> tuple[float, float]:
        match quarters % 4:
            case 1:
                return y, height - x
            case 2:
                return width - x, height - y
            case 3:
                return width - y, x
        return x, y

    return tuple(
        replace(
            frame,
            cells=tuple(
                replace(cell, corners=tuple(back(x, y) for x, y in cell.corners))
                for cell in frame.cells
            ),
        )
        for frame in frames
    )


def turn_box(box: Box, quarters: int, shape: tuple[int, ...]) -> Box:
    """Return where ``box`` lies once its picture, of ``shape``, is turned clockwise."""
    height, width = shape[:2]
    match quarters % 4:
        case 1:
            return Box(height - box.bottom, box.x, box.height, box.width)
        case 2:
            return Box(width - box.right, height - box.bottom, box.width, box.height)
        case 3:
            return Box(box.y, width - box.right, box.height, box.width)
    return box
