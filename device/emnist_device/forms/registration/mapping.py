"""Where each point of a page is on a picture: a plane in perspective, and how paper bends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.drawing.character import project

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Highest degree of the polynomial that says how paper bends.
DEGREE = 4
_POWERS = [(i, k - i) for k in range(DEGREE + 1) for i in range(k + 1)]
_OF_U, _OF_V = np.array(_POWERS).T
#: How many terms it has.
TERMS = len(_POWERS)
#: Degree of each term, (TERMS,).
DEGREES = np.array([i + j for i, j in _POWERS])
# Points of a window are placed one by one this far apart, in pixels, and between them linearly.
_STEP = 8


@dataclass(frozen=True)
class Mapping:
    """Places points of a page, in mm, on a picture, in pixels with corners at whole numbers.

    size: of the page. plane: (3, 3), homography from mm to pixels. bend: (TERMS, 2), coefficients
    of the polynomial that says how far points stray from the plane, in mm on the page.
    """

    size: tuple[float, float]
    plane: NDArray[np.float64]
    bend: NDArray[np.float64] = field(default_factory=lambda: np.zeros((TERMS, 2)))

    def terms(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the polynomial's coefficients are multiplied by at ``points`` (N, 2)."""
        powers = np.ones((DEGREE + 1, *points.shape))
        np.cumprod(np.broadcast_to(2 * points / self.size - 1, (DEGREE, *points.shape)), axis=0,
                   out=powers[1:])  # fmt: skip
        return np.asarray((powers[_OF_U, :, 0] * powers[_OF_V, :, 1]).T)

    def strays(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far ``points`` (N, 2) are off the plane, in mm on the page."""
        return np.asarray(self.terms(points) @ self.bend, np.float64)

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``points`` (N, 2) of the page in pixels of the picture."""
        return project(self.plane, points + self.strays(points))

    def find(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where ``pixels`` (N, 2) lie on the page's plane, in mm, off which paper bends."""
        return project(np.asarray(np.linalg.inv(self.plane), np.float64), pixels)

    def bent(self, bend: NDArray[np.float64]) -> Mapping:
        """Return the same plane with another ``bend``."""
        return replace(self, bend=bend)

    def scaled(self, scale: float) -> Mapping:
        """Return the mapping to a picture that is so many times as large."""
        return replace(self, plane=np.diag([scale, scale, 1.0]) @ self.plane)

    def resolution(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how many pixels of the picture a mm has at ``points``, (N,)."""
        steps = [self.place(points + step) - self.place(points) for step in ((1.0, 0), (0, 1.0))]
        (ax, ay), (bx, by) = (step.T for step in steps)
        return np.sqrt(np.abs(ax * by - ay * bx))

    def cut(
        self,
        picture: NDArray[np.uint8],
        area: tuple[float, float, float, float],
        resolution: float,
        *,
        fine: bool = False,
    ) -> NDArray[np.uint8]:
        """Return ``area`` of the page as it shows on ``picture``, straight before the eye.

        Args:
            picture: (H, W) or (H, W, 3) uint8.
            area: left, top, right, bottom in mm.
            resolution: pixels of the result to a mm.
            fine: by cubic interpolation, for pictures that have fewer.
        """
        left, top, right, bottom = area
        shape = [
            max(1, round((bottom - top) * resolution)),
            max(1, round((right - left) * resolution)),
        ]
        coarse = [int(np.ceil(side / _STEP)) + 1 for side in shape]
        points = np.empty((*coarse, 2))
        points[..., 0] = np.arange(coarse[1]) * (_STEP / resolution) + left
        points[..., 1] = (np.arange(coarse[0]) * (_STEP / resolution) + top)[:, None]
        places = self.place(points.reshape(-1, 2)).reshape(*coarse, 2).astype(np.float32)
        maps = _between(places, shape) - np.float32(0.5)
        method = cv2.INTER_CUBIC if fine else cv2.INTER_LINEAR
        return cv2.remap(picture, maps, None, method, borderMode=cv2.BORDER_REPLICATE)


def _between(places: NDArray[np.float32], shape: list[int]) -> NDArray[np.float32]:
    """Return ``places`` (h, w, 2), ``_STEP`` pixels apart, at the middle of each pixel."""
    affine = np.array([[1 / _STEP, 0, 0.5 / _STEP], [0, 1 / _STEP, 0.5 / _STEP]])
    return cv2.warpAffine(
        places, affine, (shape[1], shape[0]), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )
