"""Where what one frame shows is on the next ones, and whether it is there still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.sizes import to_grey

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Following:
    """Thresholds of what is followed. Pixels are those of :func:`reduce`.

    width: frames are halved as long as they are as wide as this: at 320, A4 has 1 pixel to a mm.
    changed: a pixel has changed where it differs by more, of 255, from what is around it: a
        camera's noise has 1 there, a line of writing that was not there before 20 and more.
    steep: and by more than so much of the steps beside it, which are half a pixel's shift.
    around: side of the square that light is evened out by, in pixels.
    points, apart: how many corners are followed, and how far apart they are at least, in pixels.
    window: side of the square around a corner that is looked for, in pixels.
    off: a corner lies where the others say if it is off by less, in pixels.
    held: where less than this fraction of the corners do, nothing is followed.
    large: what moves as one thing and fills at least so much of a frame is followed alone, whoever
        moves beside it: a sheet of A4 of 150 dpi fills 0.43 of 2592 x 1944 pixels, its print less.
    patch: side of the squares that sharpness is measured in, in pixels of the whole frame.
    """

    width: int = 320
    changed: int = 12
    steep: float = 0.5
    around: int = 31
    points: int = 80
    apart: int = 6
    window: int = 11
    off: float = 1.0
    held: float = 0.5
    large: float = 0.25
    patch: int = 32


FOLLOWING = Following()
# Corners that a plane in perspective needs, and some more.
_LEAST_POINTS = 8
# Corners are at least so strong as a fraction of the strongest: grain of a table is not.
_QUALITY = 0.05
# A change of less than this fraction is none: nothing has to be looked for.
_NOTHING = 0.0001


def reduce(
    picture: NDArray[np.uint8], *, following: Following = FOLLOWING
) -> tuple[NDArray[np.uint8], int]:
    """Return the brightness of ``picture``, (H, W) or (H, W, 3) BGR, made small, and how much."""
    small, scale = to_grey(picture), 1
    while small.shape[1] >= 2 * following.width:  # halves are several times as fast as other sizes
        height, width = small.shape
        size = (width // 2, max(1, height // 2))
        small = cv2.resize(small[: 2 * size[1], : 2 * size[0]], size, interpolation=cv2.INTER_AREA)
        scale *= 2
    return small, scale


@dataclass(frozen=True)
class Followed:
    """What became of an anchor on a later frame.

    changed: fraction of its pixels, 0..1, that show something else. plane: (3, 3), where its points
    are. moved: how far most of it is from where it was, as a fraction of the frame's width.
    """

    changed: float
    plane: NDArray[np.float64]
    moved: float


class Anchor:
    """A frame, and what of it is followed.

    Args:
        small: (h, w) uint8, as of :func:`reduce`.
        outline: corners of what is followed, (N, 2) pixels of ``small``; None for what most of its
            corners lie on, if that is large, else all of it.
        following: thresholds.
    """

    def __init__(
        self,
        small: NDArray[np.uint8],
        outline: NDArray[np.float64] | None = None,
        *,
        following: Following = FOLLOWING,
    ) -> None:
        self._small, self._following = small, following
        self._even = _evened(small, following)
        steps = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        self._least = following.changed + (following.steep * steps).astype(np.int16)
        self._within = None if outline is None else _filled(outline, small.shape)
        found = cv2.goodFeaturesToTrack(
            small, following.points, _QUALITY, following.apart, mask=self._within
        )
        self._points = np.zeros((0, 1, 2), np.float32) if found is None else found
        self._plane = np.eye(3)

    def follow(self, small: NDArray[np.uint8]) -> Followed:
        """Return where it is on ``small``, a later frame of the same shape."""
        lying = self._differs(small)
        share = self._share(lying, self._within)
        if share <= _NOTHING:
            return Followed(share, np.eye(3), 0.0)
        if len(self._points) < _LEAST_POINTS:
            return Followed(share, np.eye(3), 0.0)
        before, after = self._match(small)
        if len(before) < _LEAST_POINTS:
            return Followed(1.0, np.eye(3), 0.0)
        plane, fits = cv2.findHomography(before, after, cv2.RANSAC, self._following.off)
        if plane is None or fits.sum() < self._following.held * len(self._points):
            return Followed(1.0, np.eye(3), 0.0)
        fitting = fits.ravel() > 0
        moved = np.hypot(*(after - before)[fitting, 0].T)
        back = cv2.warpPerspective(
            small, plane, small.shape[::-1], flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        # What lies still beneath a sheet that moves has changed as little as the sheet.
        differs = cv2.bitwise_and(lying, self._differs(back))
        within = self._within
        if within is None:
            within = _filled(cv2.convexHull(before[fitting])[:, 0], small.shape)
            if cv2.countNonZero(within) < self._following.large * small.size:
                within = None
        self._plane = plane
        return Followed(
            self._share(differs, within), plane, float(np.quantile(moved, 0.9)) / small.shape[1]
        )

    def _match(self, small: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return corners of the anchor, (N, 1, 2), and where they are on ``small``."""
        side = self._following.window
        guess = cv2.perspectiveTransform(self._points, self._plane)
        found, known, _ = cv2.calcOpticalFlowPyrLK(
            self._small,
            small,
            self._points,
            guess.astype(np.float32),
            winSize=(side, side),
            maxLevel=2,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )
        kept = known.ravel() > 0
        return self._points[kept], found[kept]

    def _differs(self, small: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return 255 where a frame shows something else, (h, w) uint8."""
        off = cv2.absdiff(self._even, _evened(small, self._following))
        return np.asarray(cv2.compare(off, self._least, cv2.CMP_GT), np.uint8)

    @staticmethod
    def _share(differs: NDArray[np.uint8], within: NDArray[np.uint8] | None) -> float:
        if within is None:
            return cv2.countNonZero(differs) / differs.size
        return cv2.countNonZero(cv2.bitwise_and(differs, within)) / max(cv2.countNonZero(within), 1)

    def sharpness(self, picture: NDArray[np.uint8], scale: int, followed: Followed) -> float:
        """Return how steep ``picture`` is at the anchor's corners, as a mean square of steps.

        Args:
            picture: the whole frame, (H, W) or (H, W, 3) uint8.
            scale: how many times as small :func:`reduce` has made it.
            followed: what became of the anchor on it.
        """
        side = self._following.patch
        height, width = picture.shape[:2]
        if not len(self._points) or min(height, width) < side:
            return 0.0
        places = scale * cv2.perspectiveTransform(self._points, followed.plane)[:, 0] - side / 2
        starts = np.clip(places, 0, (width - side, height - side)).astype(np.intp)
        own = np.arange(side)
        plane = picture if picture.ndim == 2 else picture[..., 1]  # green is most of brightness
        patches = plane[starts[:, 1, None, None] + own[:, None], starts[:, 0, None, None] + own]
        steps = (np.diff(patches.astype(np.float32), axis=axis) ** 2 for axis in (1, 2))
        return float(sum(each.mean() for each in steps))


def _evened(small: NDArray[np.uint8], following: Following) -> NDArray[np.int16]:
    """Return ``small`` without what is bright or dark about it: light changes, ink does not."""
    side = following.around
    return np.asarray(
        cv2.subtract(small, cv2.blur(small, (side, side)), dtype=cv2.CV_16S), np.int16
    )


def _filled(outline: NDArray[np.floating], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return 255 within ``outline``, (h, w) uint8, but for its rim."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(outline).astype(np.int32), 255)
    return np.asarray(cv2.erode(mask, np.ones((5, 5), np.uint8)), np.uint8)
