"""A grid that was photographed at an angle -> the plane that lays it straight.

Boxes that are found where rules cross tell where corners of cells are; the plane through most of
them is found by MAGSAC++ (Barath et al. 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.structure.structure import STRUCTURES, Structures, find_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.frames import Frame


@dataclass(frozen=True)
class Tilted:
    """Thresholds of grids at an angle, lengths in sides of a cell.

    part: so much of the cells of a grid must be found.
    stray: corners of cells are as far from a plane at most.
    flat: of the corners that were found, so many are.
    margin: around a grid, so much is kept.
    writing: what is written in a cell is so high.
    structures: of boxes that are printed.
    """

    part: float = 0.3
    stray: float = 0.1
    flat: float = 0.8
    margin: float = 0.5
    writing: float = 0.5
    structures: Structures = STRUCTURES


TILTED = Tilted()


@dataclass(frozen=True)
class Straight:
    """A picture laid straight.

    plane: (3, 3), its pixels to those of the picture. size: width and height in pixels.
    """

    plane: NDArray[np.float64]
    size: tuple[int, int]

    def lay(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return ``picture`` (H, W) straight; what is beyond its edge is 0."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpPerspective(picture, self.plane, self.size, flags=flags))

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where ``points`` (N, 2) are on the picture."""
        return np.asarray(cv2.perspectiveTransform(points[None].astype(float), self.plane)[0])


def straighten(
    contrast: NDArray[np.uint8], rows: int, columns: int, *, tilted: Tilted = TILTED
) -> Straight | None:
    """Return how a grid of ``rows`` and ``columns`` in ``contrast`` (H, W) uint8 is laid straight.

    None where too few of its cells are found.
    """
    height, width = contrast.shape
    writing = tilted.writing * min(height / rows, width / columns)
    frames = find_frames(contrast, writing, structures=tilted.structures)
    frame = max(frames, key=lambda each: len(each.cells), default=None)
    if frame is None or len(frame.cells) < tilted.part * rows * columns:
        return None
    missing = rows - frame.rows, columns - frame.columns
    if min(missing) < 0:
        return None
    grid, pixels = _corners(frame)
    sides = _sides(frame)
    plane, kept = cv2.findHomography(
        grid, pixels, cv2.USAC_MAGSAC, tilted.stray * float(sides.min()), maxIters=2000
    )
    if plane is None or kept is None or kept.mean() < tilted.flat:
        return None
    # Where not all rows or columns were found, others may be on either side.
    before = np.array(missing[::-1]) + tilted.margin
    size = np.ceil((2 * before + (frame.columns, frame.rows)) * sides).astype(int)
    to_grid = np.diag([*(1 / sides), 1.0])
    to_grid[:2, 2] = -before
    return Straight(plane @ to_grid, (int(size[0]), int(size[1])))


def _corners(frame: Frame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of the cells of ``frame``: columns and rows, and pixels, (N, 2) each."""
    grid: list[tuple[float, float]] = []
    pixels: list[tuple[float, float]] = []
    for cell in frame.cells:
        right, bottom = cell.column + cell.column_span, cell.row + cell.row_span
        grid += [(cell.column, cell.row), (right, cell.row), (right, bottom), (cell.column, bottom)]
        pixels += cell.corners
    return np.array(grid, float), np.array(pixels, float)


def _sides(frame: Frame) -> NDArray[np.float64]:
    """Return how wide and how high cells usually are, (2,)."""
    cells = [each for each in frame.cells if each.row_span == each.column_span == 1]
    corners = np.array([each.corners for each in cells or frame.cells], float)
    wide = np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1)
    high = np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1)
    return np.array([np.median(wide), np.median(high)])
