"""Boxes, tables and markers, which are printed: told from characters by their four sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Frames:
    """Thresholds of what is a frame.

    side: it has ink along this fraction of each of its sides.
    band: the ink of a side is looked for in a band of this many widths of its strokes: a box of 90
        pixels may be turned by 6 degrees.
    """

    side: float = 0.9
    band: float = 2.0


FRAMES = Frames()


def is_frame(own: NDArray[np.uint8], pen: float, *, frames: Frames = FRAMES) -> bool:
    """Say whether a mark is a box, a table or a marker, which has ink along all of its sides.

    Args:
        own: (H, W) uint8, 0 or 1, cut to the mark.
        pen: width of its strokes, in pixels.
        frames: thresholds.
    """
    band = max(round(frames.band * pen), 2)
    rows = (own[:band].max(axis=0), own[-band:].max(axis=0))
    columns = (own[:, :band].max(axis=1), own[:, -band:].max(axis=1))
    return (
        min(own.shape) > 4 * band
        and min(float(side.mean()) for side in (*rows, *columns)) >= frames.side
    )
