"""What a step hands to the next of a picture: its contrast, and how large the writing is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.frames import Frame


@dataclass(frozen=True)
class Writing:
    """How large the writing is, in pixels: usual height of its pieces, and width of its strokes."""

    height: float
    pen: float


@dataclass(frozen=True)
class View:
    """One hypothesis of what is ink in a picture, and how large the writing is.

    contrast: (H, W) uint8, how much each pixel differs from its paper towards ink, 0 is paper.
    scale: pixels here to one of the picture.
    writing: in pixels of ``contrast``.
    grain: whether the paper is so rough, or the camera so noisy, that grain may look like writing.
    frames: boxes, combs and tables, in pixels of ``contrast``, which is without their rules.
    """

    contrast: NDArray[np.uint8]
    scale: float
    writing: Writing
    grain: bool
    frames: tuple[Frame, ...] = field(default=(), kw_only=True)
