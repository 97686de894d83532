"""A hypothesis of what characters a picture holds, and where."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.grouping import Blob
from emnist_device.page import Box

if TYPE_CHECKING:
    from collections.abc import Set

    from numpy.typing import NDArray

    from emnist_device.detect.look import Look
    from emnist_device.detect.restore import Whole


@dataclass(frozen=True)
class Layout:
    """The characters of a picture in reading order.

    lines: each a tuple of blobs from left to right; their boxes are in pixels of the arrays here.
    labels: (H, W) int32, ``Blob.label`` where ink is that blob's.
    coverage: (H, W) uint8, fraction of each pixel that ink covers, 255 for all of it.
    scale: pixels here to one of the picture.
    wholes: by their labels, characters with ink that hangs on them but may not be theirs: each is
        a hypothesis beside the blob of the same label.
    look: what the page network saw and said; None where it was not asked.
    left_out: how many characters were found that are not in ``lines``, because the picture is to
        hold one line, or one character.
    """

    lines: tuple[tuple[Blob, ...], ...]
    labels: NDArray[np.int32]
    coverage: NDArray[np.uint8]
    scale: float
    wholes: dict[int, Whole] = field(default_factory=dict)
    look: Look | None = None
    left_out: int = 0

    @property
    def blobs(self) -> list[Blob]:
        """The characters of all lines, in reading order."""
        return [blob for line in self.lines for blob in line]

    def completed(self, labels: Set[int]) -> Layout:
        """Return the layout with the characters of ``labels`` as they are with all their ink."""
        lines = tuple(
            tuple(self.wholes[b.label].blob if b.label in labels else b for b in line)
            for line in self.lines
        )
        return replace(self, lines=lines, wholes={})

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

    @property
    def owners(self) -> list[int]:
        """Of which of ``blobs`` each hypothesis of a character is, in the order of :meth:`inks`."""
        blobs = self.blobs
        more = (row for row, blob in enumerate(blobs) if blob.label in self.wholes)
        return [*range(len(blobs)), *more]

    def inks(self) -> list[NDArray[np.uint8]]:
        """Return the ink of each hypothesis of a character, (H, W) uint8 coverage.

        First each of ``blobs`` as it is, then those that have one with the ink that hangs on it.
        """
        blobs = self.blobs
        wholes = (self.wholes[blob.label].ink for blob in blobs if blob.label in self.wholes)
        return [*map(self.crop, blobs), *wholes]

    def crop(self, blob: Blob) -> NDArray[np.uint8]:
        """Return the ink of ``blob`` alone: (H, W) uint8 coverage; neighbours left out."""
        x, y, width, height = blob.box
        window = (slice(y, y + height), slice(x, x + width))
        return np.where(self.labels[window] == blob.label, self.coverage[window], np.uint8(0))


def whole_mark(ink: NDArray[np.uint8], scale: float) -> Layout:
    """Return the layout of a picture whose ``ink``, (H, W) uint8 0 or 255, is one character.

    ``scale`` is that of the ink, in its pixels to one of the picture. Without ink, it has no lines.
    """
    box = Box(*cv2.boundingRect(ink))
    blob = Blob(box, 1, cv2.countNonZero(ink))
    lines = ((blob,),) if blob.area else ()
    return Layout(lines, (ink > 0).astype(np.int32), ink, scale)
