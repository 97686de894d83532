"""What the page network is meant to see, and what it says of each pixel.

These are numbers that it was trained with: another network has others, and none is a threshold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Pixels of the input to one cell of the output.
STRIDE = 2
#: How high the writing is meant to be in what the network sees, in pixels.
WRITING_HEIGHT = 32
#: What a step of 1 in the offsets is worth, in pixels of the input.
OFFSET_UNIT = 16


@dataclass(frozen=True)
class Maps:
    """What the network says of a page of (H, W) pixels, H and W even; a cell has 2 x 2 of them.

    coverage: (H, W) uint8, fraction of each pixel that writing covers, 255 for all of it.
    middle: (H / 2, W / 2) float32, probability that a character's middle is in the cell.
    offset: (H / 2, W / 2, 2) float32, x and y from a cell to the middle of the character that its
        ink belongs to, in cells.
    """

    coverage: NDArray[np.uint8]
    middle: NDArray[np.float32]
    offset: NDArray[np.float32]
