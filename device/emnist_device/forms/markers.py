"""Where a printed page has what it is found by: ArUco markers in its corners, and a QR code."""

from __future__ import annotations

from typing import Any

import cv2

from emnist_device.forms.model import Area, Marker
from emnist_edge.errors import RuntimeMissingError

#: Of OpenCV's dictionaries: 100 markers of 5 x 5 bits.
DICTIONARY = "DICT_5X5_100"
#: Markers are in the corners of a page, from the top left one clockwise.
CORNERS = 4
#: Millimetres from the edges of the paper, which most printers leave blank to 5 mm.
MARGIN = 8.0
#: Sides of a marker and of the QR code, and the white around each that no field may cover. At 100
#: dpi, a module of a marker has 5 pixels, and one of the code 3.
MARKER_SIDE, CODE_SIDE, QUIET = 9.0, 18.0, 2.0
#: A shorter side has no room for these and for fields: A6 is 105 mm wide.
LEAST_SIDE = 100.0
# Between the marker at the top right and the QR code.
_BETWEEN = 5.0


def aruco() -> Any:
    """Return the part of OpenCV that draws and finds markers.

    Raises :class:`RuntimeMissingError` where the OpenCV that is installed lacks it, as up to 4.6.
    """
    module = getattr(cv2, "aruco", None)
    if not hasattr(module, "ArucoDetector"):
        raise RuntimeMissingError(
            f"forms need OpenCV 4.7 or newer, and this is {cv2.__version__}",
            "run: pip install --upgrade opencv-python-headless",
        )
    return module


def markers_of(number: int, width: float, height: float) -> tuple[Marker, ...]:
    """Return the markers of the page ``number``, from 1, of so many millimetres."""
    right, bottom = width - MARGIN - MARKER_SIDE, height - MARGIN - MARKER_SIDE
    corners = ((MARGIN, MARGIN), (right, MARGIN), (right, bottom), (MARGIN, bottom))
    return tuple(
        Marker(CORNERS * (number - 1) + corner, Area(x, y, MARKER_SIDE, MARKER_SIDE))
        for corner, (x, y) in enumerate(corners)
    )


def code_area(width: float) -> Area:
    """Return where the QR code of a page is that is so many millimetres wide."""
    x = width - MARGIN - MARKER_SIDE - _BETWEEN - CODE_SIDE
    return Area(x, MARGIN, CODE_SIDE, CODE_SIDE)
