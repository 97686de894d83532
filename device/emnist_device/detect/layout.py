"""A hypothesis of what characters a picture holds, and where."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob

if TYPE_CHECKING:
    from collections.abc import Set

    from numpy.typing import NDArray

    from emnist_device.detect.look import Look
    from emnist_device.detect.restore import Whole
    from emnist_device.frames import Frame


class Part(NamedTuple):
    """A part of a picture that is other than the rest: its box, and which side its ink is on.

    ink_is_light: whether ink is lighter there than its paper.
    """

    box: Box
    ink_is_light: bool


@dataclass(frozen=True)
class Layout:
    """The characters of a picture.

    lines: in reading order, each a tuple of blobs from left to right; before they are arranged, one
        of all. Their boxes are in pixels of the arrays here.
    labels: (H, W) int32, ``Blob.label`` where ink is that blob's.
    coverage: (H, W) uint8, fraction of each pixel that ink covers, 255 for all of it.
    scale: pixels here to one of the picture.
    wholes: by their labels, characters with ink that hangs on them but may not be theirs.
    look: what the page network saw and said; None where it was not asked.
    left_out: how many characters were found that are not in ``lines``, because the picture is to
        hold one line, or one character.
    parts: of the picture, that are to be looked at again.
    """

    lines: tuple[tuple[Blob, ...], ...]
    labels: NDArray[np.int32]
    coverage: NDArray[np.uint8]
    scale: float
    wholes: dict[int, Whole] = field(default_factory=dict)
    look: Look | None = None
    left_out: int = 0
    frames: tuple[Frame, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def blobs(self) -> list[Blob]:
        """The characters of all lines, in reading order."""
        return [blob for line in self.lines for blob in line]

    def largest(self) -> Layout:
        """Return the layout with the character that has most ink alone; without any, as it is."""
        if not self.lines:
            return self
        largest = max(self.blobs, key=lambda blob: blob.area)
        return replace(self, lines=((largest,),), left_out=self.left_out + len(self.blobs) - 1)

    def only(self, labels: Set[int]) -> Layout:
        """Return the layout with the characters of ``labels`` alone."""
        kept = (tuple(blob for blob in line if blob.label in labels) for line in self.lines)
        return replace(self, lines=tuple(line for line in kept if line))


def whole_mark(ink: NDArray[np.uint8], scale: float) -> Layout:
    """Return the layout of a picture whose ``ink``, (H, W) uint8 0 or 255, is one character.

    ``scale`` is that of the ink, in its pixels to one of the picture. Without ink, it has no lines.
    """
    box = Box(*cv2.boundingRect(ink))
    blob = Blob(box, 1, cv2.countNonZero(ink))
    lines = ((blob,),) if blob.area else ()
    return Layout(lines, (ink > 0).astype(np.int32), ink, scale)
