"""A sheet that lies before a camera: in perspective, bent, and where each of its points shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Steps in which a pixel's place on the sheet is found, and where the map is worked out, in pixels.
_ITERATIONS, _STEP = 12, 8


@dataclass(frozen=True)
class Lie:
    """How a sheet lies. Lengths are in mm, angles in degrees.

    size: of the sheet. picture: width and height of the picture, in pixels.
    tilt: angle between the camera's axis and the normal of the sheet. towards: in which direction
        it tilts. turn: by how much the sheet is turned, clockwise.
    radius: of the cylinder that it is bent over; infinite for a flat sheet. along: direction of the
        cylinder's axis.
    distance: of the camera. fill: fraction of the picture that the sheet is high or wide, of the
        larger.
    """

    size: tuple[float, float]
    picture: tuple[int, int]
    tilt: float = 0.0
    towards: float = 0.0
    turn: float = 0.0
    radius: float = np.inf
    along: float = 90.0
    distance: float = 500.0
    fill: float = 0.9

    def place(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return ``points`` (N, 2) of the sheet in pixels, whose corners are at whole numbers."""
        seen = self._project(points)
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * self.size
        ends = self._project(corners)
        low, high = ends.min(axis=0), ends.max(axis=0)
        scale = self.fill * (np.array(self.picture) / (high - low)).min()
        return np.asarray((seen - (low + high) / 2) * scale + np.array(self.picture) / 2)

    def _project(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where a camera straight above the middle sees ``points``, in its own units."""
        flat = np.asarray(points, np.float64) - np.array(self.size) / 2
        depth = np.zeros(len(flat))
        if np.isfinite(self.radius):
            axis = np.deg2rad(self.along)
            across = np.array([-np.sin(axis), np.cos(axis)])
            way = flat @ across
            angle = way / self.radius
            flat = flat + np.outer(self.radius * np.sin(angle) - way, across)
            depth = self.radius * (1 - np.cos(angle))
        solid = np.column_stack([flat, depth])
        solid = solid @ _turn(2, self.turn).T
        solid = _turn(2, self.towards) @ _turn(0, self.tilt) @ _turn(2, -self.towards) @ solid.T
        return np.asarray((solid[:2] / (1 + solid[2] / self.distance)).T)

    def shoot(
        self, sheet: NDArray[np.uint8], table: tuple[int, int, int] = (60, 75, 95)
    ) -> NDArray[np.uint8]:
        """Return the picture, (H, W, 3) BGR uint8, of a ``sheet`` (h, w, 3); beside is a table."""
        width, height = self.picture
        y, x = (
            axis.astype(float)
            for axis in np.mgrid[0 : height + _STEP : _STEP, 0 : width + _STEP : _STEP]
        )
        places = self._find(np.column_stack([x.ravel(), y.ravel()]) + 0.5)
        coarse = places.reshape(*x.shape, 2).astype(np.float32)
        affine = np.array([[1 / _STEP, 0, 0], [0, 1 / _STEP, 0]])
        points = cv2.warpAffine(
            coarse, affine, self.picture, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        scale = np.array(sheet.shape[1::-1]) / self.size
        maps = (points * scale - 0.5).astype(np.float32)
        # Pixels of the picture are averages: the sheet is blurred to what they can show.
        finer = float(scale.mean() * np.ptp(places, axis=0).mean() / np.mean(self.picture))
        soft = cv2.GaussianBlur(sheet, (0, 0), 0.4 * finer) if finer > 1.2 else sheet
        border = cv2.BORDER_CONSTANT
        return np.asarray(
            cv2.remap(soft, maps, None, cv2.INTER_LINEAR, borderMode=border, borderValue=table)
        )

    def _find(self, pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the points of the sheet, (N, 2), that show at ``pixels`` (N, 2)."""
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * self.size
        plane, _ = cv2.findHomography(self.place(corners), corners)
        wanted = _apply(plane, pixels)
        points = wanted.copy()
        low, high = -0.2 * np.array(self.size), 1.2 * np.array(self.size)
        for _ in range(_ITERATIONS):
            points = np.clip(points + wanted - _apply(plane, self.place(points)), low, high)
        return points


def _apply(plane: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    projected = np.column_stack([points, np.ones(len(points))]) @ plane.T
    return np.asarray(projected[:, :2] / projected[:, 2:])


def _turn(axis: int, degrees: float) -> NDArray[np.float64]:
    """Return the rotation (3, 3) about ``axis``."""
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    matrix = np.eye(3)
    one, other = (axis + 1) % 3, (axis + 2) % 3
    matrix[[one, other], [one, other]] = cosine
    matrix[one, other], matrix[other, one] = -sine, sine
    return matrix
