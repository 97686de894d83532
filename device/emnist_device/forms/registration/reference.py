"""Picture held against a picture of the empty form, by what is printed on both.

Features are SIFT's (Lowe 2004), which know no upright; the plane is found by RANSAC (Fischler,
Bolles 1981), here MAGSAC++ (Barath et al. 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.sizes import to_grey
from emnist_device.forms.registration.mapping import Mapping
from emnist_device.forms.registration.refine import Known
from emnist_device.forms.registration.register import NoSheetError, fit
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.forms.registration.landmarks import Landmarks
    from emnist_device.forms.registration.register import Registered


@dataclass(frozen=True)
class Features:
    """Thresholds of features.

    side: long side, in pixels, that pictures are looked at with.
    most: so many features count, of the reference and of a picture.
    ratio: a feature is matched where the next one like it is so much less alike (Lowe's test).
    stray: matches lie in a plane as far as so many mm: paper bends.
    least: so many matches in a plane at least place a page.
    """

    side: int = 1400
    most: int = 3000
    ratio: float = 0.8
    stray: float = 2.0
    least: int = 20


FEATURES = Features()


class Reference:
    """The picture of an empty page, ready to be looked for on others.

    Args:
        landmarks: of the page, with a reference.
        features: thresholds.

    Raises:
        PictureError: there is too little print on it to find it by.
    """

    def __init__(self, landmarks: Landmarks, *, features: Features = FEATURES) -> None:
        self._landmarks, self._features = landmarks, features
        picture = landmarks.reference
        if picture is None:
            raise ValueError("a page without a picture")
        points, self._kinds = _find(picture, features)
        self._points = points * (np.array(landmarks.size) / picture.shape[1::-1])
        if len(points) < features.least:
            raise PictureError(
                "the picture of the empty form has too little print on it to find it by; use a "
                "form with corner markers"
            )

    def register(self, picture: NDArray[np.uint8]) -> Registered:
        """Return where the page is on ``picture``, (H, W) or (H, W, 3) uint8.

        Raises:
            PictureError: it does not fit; the message says why, and names no picture.
        """
        features = self._features
        pixels, kinds = _find(picture, features)
        matches = _match(self._kinds, kinds, features.ratio)
        points, places = self._points[matches[:, 0]], pixels[matches[:, 1]]
        if len(matches) < features.least:
            raise NoSheetError("nothing of the print of this form is found on it: another form?")
        back, kept = cv2.findHomography(
            places, points, cv2.USAC_MAGSAC, features.stray, maxIters=2000, confidence=0.999
        )
        good = np.zeros(len(matches), bool) if kept is None else kept.ravel() > 0
        if back is None or good.sum() < features.least:
            raise PictureError("little of the print of this form is found on it: another form?")
        plane = np.linalg.inv(back)
        mapping = Mapping(self._landmarks.size, plane / plane[2, 2])
        known = Known(np.zeros((0, 2)), np.zeros((0, 2)))
        return fit(picture, self._landmarks, mapping, known)


def _find(
    picture: NDArray[np.uint8], features: Features
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Return the features of ``picture``: their pixels (N, 2), and descriptions (N, 128)."""
    scale = min(features.side / max(picture.shape[:2]), 1.0)
    small = to_grey(picture)
    if scale < 1:
        small = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    keypoints, kinds = cv2.SIFT.create(nfeatures=features.most).detectAndCompute(small, None)
    if kinds is None:
        return np.zeros((0, 2)), np.zeros((0, 128), np.float32)
    places = np.array([keypoint.pt for keypoint in keypoints]).reshape(-1, 2)
    roots = np.sqrt(kinds / np.maximum(kinds.sum(axis=1, keepdims=True), 1e-6))  # Arandjelovic 2012
    return (places + 0.5) / scale, roots.astype(np.float32)


def _match(own: NDArray[np.float32], others: NDArray[np.float32], ratio: float) -> NDArray[np.intp]:
    """Return which of ``own`` are which of ``others``, (M, 2), where no other is as alike."""
    if len(own) < 2 or len(others) < 2:
        return np.zeros((0, 2), np.intp)
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(own, others, k=2)
    kept = [
        (best.queryIdx, best.trainIdx)
        for best, second in pairs
        if best.distance < ratio * second.distance
    ]
    return np.array(kept, np.intp).reshape(-1, 2)
