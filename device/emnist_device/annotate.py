"""A picture with what was read drawn onto it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.page import Character, Page

# Pictures are enlarged until their characters are this high, so that labels can be read.
_LABEL_HEIGHT, _MAX_SIDE = 40, 3000
_FONT = cv2.FONT_HERSHEY_SIMPLEX
# Cells of boxes, combs and tables are drawn lightly, BGR.
_CELL = (220, 170, 90)
# What OpenCV has no glyph for.
_SPELLED = {"€": "EUR"}


def annotate(picture: NDArray[np.uint8], page: Page) -> NDArray[np.uint8]:
    """Return a copy of ``picture`` with the box, the text and the confidence of each character.

    Args:
        picture: (H, W) or (H, W, 3) BGR uint8, the one that ``page`` was read from.
        page: boxes in pixels of ``picture``.

    Returns:
        (H', W', 3) BGR uint8, larger than ``picture`` by a whole factor where characters are small.
        Boxes run from green (sure) over yellow to red (unsure); cells of printed boxes, combs and
        tables are thin and blue.
    """
    heights = [character.box.height for character in page.characters] or [_LABEL_HEIGHT]
    wanted = int(np.ceil(_LABEL_HEIGHT / np.median(heights)))
    factor = max(1, min(wanted, _MAX_SIDE // max(picture.shape[:2])))
    colour = picture if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    canvas = cv2.resize(colour, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    for cell in (cell for frame in page.boxes for cell in frame.cells):
        corners = np.rint(factor * np.array(cell.corners)).astype(np.int32)
        cv2.polylines(canvas, [corners], isClosed=True, color=_CELL, lineType=cv2.LINE_AA)
    for character in page.characters:
        _draw(canvas, character, factor)
    return canvas


def _draw(canvas: NDArray[np.uint8], character: Character, factor: int) -> None:
    x, y, right, bottom = (
        factor * v
        for v in (
            character.box.x, character.box.y, character.box.right, character.box.bottom,
        )
    )  # fmt: skip
    confidence = character.likeliest.confidence
    colour = confidence_colour(confidence)
    thickness = max(1, round(max(canvas.shape) / 800))
    cv2.rectangle(canvas, (x, y), (right, bottom), colour, thickness)
    label = f"{_SPELLED.get(character.char, character.char)} {100 * confidence:.0f}"
    # Labels of neighbours should not run into each other: a label is hardly wider than its box.
    room = 1.1 * max(right - x, 0.35 * (bottom - y))
    (unit, _), _ = cv2.getTextSize(label, _FONT, 1.0, thickness)
    scale = max(0.35, min(0.011 * (bottom - y), room / unit))
    (width, height), _ = cv2.getTextSize(label, _FONT, scale, thickness)
    left = min(max(x, 0), max(canvas.shape[1] - width, 0))
    top = y - height - 2 * thickness - 2
    base = y - thickness - 2 if top >= 0 else min(bottom + height + thickness + 2, canvas.shape[0])
    # A light rim keeps the label legible on any background.
    cv2.putText(canvas, label, (left, base), _FONT, scale, (255, 255, 255), 3 * thickness)
    cv2.putText(canvas, label, (left, base), _FONT, scale, colour, thickness, cv2.LINE_AA)


def confidence_colour(confidence: float) -> tuple[int, int, int]:
    """Return the BGR colour for a confidence of 0..1: red at 0.4 and below, green at 1."""
    sure = float(np.clip((confidence - 0.4) / 0.6, 0, 1))
    return (0, int(160 * min(1.0, 2 * sure)), int(210 * min(1.0, 2 * (1 - sure))))
