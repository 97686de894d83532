"""ArUco markers and QR codes of a picture (Garrido-Jurado et al. 2014)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2

from emnist_device.forms.markers import DICTIONARY, aruco

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Long sides, in pixels, at which markers are looked for until enough are found: the first is right
# for scans and most photographs, the second for large ones of small markers, the third for blurred.
_SIDES = (1800, 3600, 900)
# Enlargements at which a code is tried that lies straight before the eye.
_ZOOMS = (1.0, 2.0, 0.5)
# What reads codes in OpenCV: of some clean ones, at some sizes, the first makes nothing.
_DETECTORS = ("QRCodeDetector", "QRCodeDetectorAruco")


def find_markers(
    grey: NDArray[np.uint8], wanted: frozenset[int]
) -> dict[int, list[NDArray[np.float64]]]:
    """Return the corners, (4, 2) in pixels, of each marker of ``grey`` (H, W), by its number.

    They are clockwise from the top left one of the marker as it was printed. Several under one
    number are of several sheets. It looks on until four that are ``wanted`` are found.
    """
    library = aruco()
    best: dict[int, list[NDArray[np.float64]]] = {}
    tried: set[float] = set()
    for side in _SIDES:
        scale = min(side / max(grey.shape), 1.0)
        if scale in tried:
            continue
        tried.add(scale)
        found = _find(grey, scale, library)
        if len(wanted & found.keys()) > len(wanted & best.keys()) or not best:
            best = found
        if len(wanted & best.keys()) >= 4:
            break
    return best


def _find(
    grey: NDArray[np.uint8], scale: float, library: Any
) -> dict[int, list[NDArray[np.float64]]]:
    """Return the markers of ``grey`` as they show at ``scale``; ``library`` finds them."""
    small = grey
    if scale < 1:
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    settings = library.DetectorParameters()
    settings.cornerRefinementMethod = library.CORNER_REFINE_SUBPIX
    dictionary = library.getPredefinedDictionary(getattr(library, DICTIONARY))
    outlines, numbers, _ = library.ArucoDetector(dictionary, settings).detectMarkers(small)
    found: dict[int, list[NDArray[np.float64]]] = {}
    for outline, number in zip(outlines, [] if numbers is None else numbers.ravel(), strict=True):
        # OpenCV's index is that of a pixel's middle.
        corners = (outline.reshape(4, 2).astype(float) + 0.5) / scale
        found.setdefault(int(number), []).append(corners)
    return found


def read_code(window: NDArray[np.uint8]) -> str:
    """Return the text of the QR code in ``window``, (H, W) grey; "" where none can be read."""
    for kind in _DETECTORS:
        if not hasattr(cv2, kind):  # of an earlier version of OpenCV
            continue
        detector = getattr(cv2, kind)()
        for zoom in _ZOOMS:
            method = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
            resized = cv2.resize(window, None, fx=zoom, fy=zoom, interpolation=method)
            try:
                text, *_ = detector.detectAndDecode(resized)
            except (cv2.error, UnicodeDecodeError):  # of what is no code at all
                continue
            if text:
                return str(text)
    return ""
