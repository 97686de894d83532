"""The camera: where the sheet lies in its picture, and what lens, sensor and JPEG do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Camera:
    """How a sheet is photographed. The default is a perfect scan.

    perspective: how far each corner of the sheet strays at most, as a share of the shorter side.
    turn: angle that the sheet is turned by, in radians, clockwise.
    margin: share of the picture on each side that shows the table; 0 shows paper up to the edge.
    table: colour of what the sheet lies on, BGR, 0..255.
    blur: sigma of a Gaussian, in pixels. noise: standard deviation, in grey levels.
    jpeg: quality 1..100 of a JPEG file that the picture went through; 0 for none.
    """

    perspective: float = 0.0
    turn: float = 0.0
    margin: float = 0.0
    table: tuple[int, int, int] = (60, 75, 95)
    blur: float = 0.0
    noise: float = 0.0
    jpeg: int = 0

    def bleed(self, size: tuple[int, int]) -> int:
        """Return how far the sheet must go on beyond ``size`` to fill the picture, in pixels."""
        strays = self.margin == 0 and (self.perspective > 0 or self.turn != 0)
        share = self.perspective + abs(np.sin(self.turn)) if strays else 0.0
        return int(np.ceil(1.5 * share * max(size)))

    def aim(self, size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
        """Return the homography (3, 3) from pixels of the sheet to pixels of the picture.

        Both are of ``size``, and pixels' corners are at whole numbers.
        """
        if not (self.perspective or self.turn or self.margin):
            return np.eye(3)
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * size
        middle = np.array(size) / 2
        sine, cosine = np.sin(self.turn), np.cos(self.turn)
        turned = (corners - middle) @ np.array([[cosine, sine], [-sine, cosine]])
        stray = rng.uniform(-1, 1, (4, 2)) * self.perspective * min(size)
        seen = middle + (1 - 2 * self.margin) * turned + stray
        return np.asarray(
            cv2.getPerspectiveTransform(corners.astype(np.float32), seen.astype(np.float32))
        )

    def frame(
        self,
        sheet: NDArray[np.float32],
        bleed: int,
        homography: NDArray[np.float64],
        size: tuple[int, int],
        rng: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return what the camera sees of ``sheet`` (see :meth:`bleed`): (H, W, 3) of ``size``."""
        if np.array_equal(homography, np.eye(3)):
            return sheet
        # From indices of the sheet, which name a pixel's middle, to those of the picture.
        to_sheet, to_index = np.eye(3), np.eye(3)
        to_sheet[:2, 2], to_index[:2, 2] = 0.5 - bleed, -0.5
        matrix = to_index @ homography @ to_sheet
        if self.margin == 0:
            return cv2.warpPerspective(
                sheet, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
            )
        seen = cv2.warpPerspective(sheet, matrix, size, flags=cv2.INTER_LINEAR)
        there = cv2.warpPerspective(
            np.ones(sheet.shape[:2], np.float32), matrix, size, flags=cv2.INTER_LINEAR
        )[..., None]
        return np.asarray(seen + (1 - there) * self._grained_table(size, rng), np.float32)

    def _grained_table(
        self, size: tuple[int, int], rng: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return a table top with streaks along it, (H, W, 3)."""
        noise = rng.standard_normal(size[::-1], np.float32)
        streaks = cv2.GaussianBlur(noise, (0, 0), sigmaX=max(size) / 15, sigmaY=1.2)
        shade = 1 + 0.08 * streaks / streaks.std()
        return np.asarray(shade[..., None] * np.array(self.table, np.float32), np.float32)

    def expose(self, scene: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return the picture (H, W, 3) BGR uint8 of ``scene`` (H, W, 3) 0..255."""
        if self.blur > 0:
            scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), self.blur), np.float32)
        if self.noise > 0:
            scene = scene + self.noise * rng.standard_normal(scene.shape, np.float32)
        picture = np.asarray(np.clip(scene + 0.5, 0, 255), np.uint8)
        if self.jpeg:
            _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg])
            picture = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
        return picture


#: What is used where nothing else is asked for: a perfect scan.
CAMERA = Camera()
