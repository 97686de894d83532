"""Which cell of a box, comb or table a character lies in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.box import Box
    from emnist_device.frames import Frame
    from emnist_device.page import Line


def fill_frames(frames: Sequence[Frame], lines: Sequence[Line]) -> tuple[Frame, ...]:
    """Return ``frames`` with the numbers of the characters of ``lines`` in their cells."""
    numbers: dict[tuple[int, int], list[int]] = {}
    characters = (character for line in lines for character in line.characters)
    for number, character in enumerate(characters if frames else ()):
        place = _find_cell(frames, character.box)
        if place is not None:
            numbers.setdefault(place, []).append(number)
    return tuple(
        replace(
            frame,
            cells=tuple(
                replace(cell, characters=tuple(numbers.get((number, place), ())))
                for place, cell in enumerate(frame.cells)
            ),
        )
        for number, frame in enumerate(frames)
    )


def _find_cell(frames: Sequence[Frame], box: Box) -> tuple[int, int] | None:
    """Return the frame and the cell that the middle of ``box`` is in; None for none."""
    middle = box.x + box.width / 2, box.y + box.height / 2
    for number, frame in enumerate(frames):
        around = frame.box
        if not (around.x <= middle[0] < around.right and around.y <= middle[1] < around.bottom):
            continue
        for place, cell in enumerate(frame.cells):
            corners = np.array(cell.corners, np.float32)
            if cv2.pointPolygonTest(corners, middle, measureDist=False) >= 0:
                return number, place
    return None
