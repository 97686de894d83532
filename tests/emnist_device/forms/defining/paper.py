"""A form as it exists on paper, drawn by code, and what a desk has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from emnist_device.forms.defining.draft import Draft, DraftPage
from emnist_device.forms.defining.scan import Start

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Pixels to a mm.
SCALE = 6
#: Boxes of one cell or several in a row, in mm: left, top, width and height of a cell, count, gap.
COMB, PARTED, BOX, TICKS = (
    (20, 40, 9, 9, 7, 0), (20, 60, 8, 9, 5, 0.8), (20, 80, 80, 10, 1, 0), (20, 150, 5, 5, 3, 20),
)  # fmt: skip
TABLE = (20, 100, 15, 10, 4, 3)  # left, top, width, height, columns, rows
_WORDS = (
    (20, 20, "Application for membership"), (20, 37, "Member number"), (20, 57, "Code"),
    (20, 77, "Family name"), (20, 97, "Points"), (26, 154, "new"), (51, 154, "known"),
    (76, 154, "left"), (20, 200, "Signed in the presence of the treasurer"), (120, 60, "page 1"),
)  # fmt: skip


def draw_form(scale: int = SCALE) -> NDArray[np.uint8]:
    """Return the empty form on A4, (H, W, 3) uint8."""
    picture = np.full((297 * scale, 210 * scale, 3), 255, np.uint8)
    for left, top, text in _WORDS:
        place = (left * scale, top * scale)
        cv2.putText(
            picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.13 * scale, (30,) * 3, 2, cv2.LINE_AA
        )
    for left, top, width, height, count, gap in (COMB, PARTED, BOX, TICKS):
        for cell in range(count):
            x = left + cell * (width + gap)
            _rectangle(picture, (x, top, width, height), scale)
    left, top, width, height, columns, rows = TABLE
    for row in range(rows):
        for column in range(columns):
            place = (left + column * width, top + row * height)
            _rectangle(picture, (*place, width, height), scale)
    return picture


def _rectangle(
    picture: NDArray[np.uint8], box: tuple[float, float, float, float], scale: int
) -> None:
    x, y, width, height = (round(value * scale) for value in box)
    cv2.rectangle(picture, (x, y), (x + width, y + height), (70, 70, 70), 2)


def write_digits(picture: NDArray[np.uint8], text: str, scale: int = SCALE) -> NDArray[np.uint8]:
    """Return the form with ``text`` in the cells of :data:`COMB`."""
    filled = picture.copy()
    left, top, width, height, *_ = COMB
    for cell, char in enumerate(text):
        place = (round((left + cell * width + 2) * scale), round((top + height - 2) * scale))
        cv2.putText(
            filled,
            char,
            place,
            cv2.FONT_HERSHEY_SIMPLEX,
            0.24 * scale,
            (40, 20, 20),
            3,
            cv2.LINE_AA,
        )
    return filled


def box(left: float, top: float, width: float, height: float) -> list[float]:
    """Return a box in pixels of the drawn form, from mm."""
    return [round(value * SCALE) for value in (left, top, width, height)]


#: What is found on the form, as fields.
FOUND: tuple[dict[str, Any], ...] = (
    {"kind": "alnum", "box": box(20, 40, 63, 9), "cells": 7},
    {"kind": "line", "box": box(20, 80, 80, 10)},
    {"kind": "check", "box": box(20, 150, 5, 5)},
    {"kind": "check", "box": box(45, 150, 5, 5)},
    {"kind": "check", "box": box(70, 150, 5, 5)},
)


def start(folder: Path, pages: int = 1, fields: tuple[dict[str, Any], ...] = ()) -> Start:
    """Return what a desk begins with: the drawn form, its picture in ``folder``."""
    made = []
    picture = draw_form()
    for number in range(1, pages + 1):
        path = folder / f"page-{number}.png"
        cv2.imwrite(str(path), picture)
        cv2.imwrite(str(path.with_suffix(".jpg")), picture)
        height, width = picture.shape[:2]
        made.append(DraftPage(path, f"form-{number}.png", width, height, None, fields))
    return Start(Draft("form", tuple(made)), (FOUND,) * pages)
