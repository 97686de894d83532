"""What a step hands to the next of a picture: its contrast, and how large the writing is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.frames import Frame


@dataclass(frozen=True)
class Writing:
    """How large the writing is, in pixels: usual height of its pieces, and width of its strokes.

    pieces: (N, 4) int32, x, y, width and height of all ink that may be characters, of any size.
    """

    height: float
    pen: float
    pieces: NDArray[np.int32] = field(
        default_factory=lambda: np.zeros((0, 4), np.int32), kw_only=True, compare=False
    )


@dataclass(frozen=True)
class View:
    """One hypothesis of what is ink in a picture, and how large the writing is.

    contrast: (H, W) uint8, how much each pixel differs from its paper towards ink, 0 is paper.
    scale: pixels here to one of the picture.
    writing: in pixels of ``contrast``.
    grain: whether the paper is so rough, or the camera so noisy, that grain may look like writing.
    frames: boxes, combs and tables, in pixels of ``contrast``, which is without their rules.
    ink_is_light: whether ink is the lighter side of the picture.
    turned: parts of the picture whose ink is the other way round, in its pixels.
    """

    contrast: NDArray[np.uint8]
    scale: float
    writing: Writing
    grain: bool
    frames: tuple[Frame, ...] = field(default=(), kw_only=True)
    ink_is_light: bool = field(default=False, kw_only=True)
    turned: tuple[Box, ...] = field(default=(), kw_only=True)
