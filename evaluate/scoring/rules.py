"""Ink that is a rule, the line of a table or of a box, on pictures without a truth about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.contrast import find_contrast

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_device.box import Box

# Connected ink is a rule where its long side is so many times that of the box that was read in it,
# and it is so thin beside that box, or fills so little of its own: joined writing fills more than a
# tenth, a table of rules less.
_LONG, _THIN, _FILLED = 3.0, 0.5, 0.1


def find_rules(picture: NDArray[np.uint8]) -> Callable[[Box], bool]:
    """Return what says whether ink in a box of ``picture``, (H, W, 3) BGR uint8, is a rule's."""
    contrast, scale, _ = find_contrast(picture)
    _, ink = cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink)

    def in_rule(box: Box) -> bool:
        top, bottom, left, right = (
            round(side * scale) for side in (box.y, box.bottom, box.x, box.right)
        )
        inside = np.bincount(labels[top:bottom, left:right].ravel(), minlength=len(stats))
        inside[0] = 0
        if not inside.any():
            return False
        _, _, width, height, area = stats[inside.argmax()].tolist()
        side = box.side * scale
        thin = min(width, height) <= _THIN * side
        return max(width, height) >= _LONG * side and (thin or area <= _FILLED * width * height)

    return in_rule
