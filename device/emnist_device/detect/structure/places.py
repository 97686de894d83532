"""Which cell of a box, comb or table ink lies in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.box import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.frames import Frame
    from emnist_device.page import Line


@dataclass(frozen=True)
class Places:
    """The cells of a page, counted from 1 over all frames that are whole.

    cells: (H, W) int32, which cell each pixel is in, 0 for none.
    boxes: of cells 0, 1, ..., in pixels; that of 0 is the whole page.
    single: (N,) bool, whether a cell holds one character at most: that of a comb.
    """

    cells: NDArray[np.int32]
    boxes: tuple[Box, ...]
    single: NDArray[np.bool_]

    @classmethod
    def of(cls, frames: Sequence[Frame], shape: tuple[int, ...]) -> Places:
        """Return the cells of ``frames``, whose corners are in pixels of an array of ``shape``."""
        cells = np.zeros(shape[:2], np.int32)
        boxes, single = [Box(0, 0, shape[1], shape[0])], [False]
        for frame in (frame for frame in frames if frame.whole):
            for cell in frame.cells:
                points = np.rint(np.array(cell.corners)).astype(np.int32)
                cv2.fillConvexPoly(cells, points, len(boxes))
                boxes.append(Box(*cv2.boundingRect(points)))
                single.append(frame.kind == "comb")
        return cls(cells, tuple(boxes), np.array(single))

    def at(self, box: Box) -> int:
        """Return the cell that the middle of ``box`` is in."""
        height, width = self.cells.shape
        row = min(max(box.y + box.height // 2, 0), height - 1)
        column = min(max(box.x + box.width // 2, 0), width - 1)
        return int(self.cells[row, column])


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
