"""A window of the desktop, where OpenCV has one: opencv-python has, the headless build has not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.annotate import confidence_colour
from emnist_edge.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_device.live.moment import Moment

_TITLE = "emnist-edge"
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_ESCAPE = 27
# Frames of a sheet that is read, and of one that is refused.
_DONE, _REFUSED = (60, 170, 40), (0, 160, 240)


class Window:
    """Shows frames with boxes and text; ``closed`` is called on q, Escape and the close button.

    Raises :class:`OutputError` where there is no display, or OpenCV was built without windows.
    """

    def __init__(self, closed: Callable[[], None]) -> None:
        self._closed = closed
        # Qt ends the whole process where it finds no display.
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise OutputError("no display for a window here; use --serve PORT and a browser")
        try:
            cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)
        except cv2.error:
            raise OutputError(
                "this OpenCV has no windows; run: pip uninstall opencv-python-headless, then "
                "pip install opencv-python; or use --serve PORT and a browser"
            ) from None

    def show(self, moment: Moment) -> None:
        """Draw one frame."""
        cv2.imshow(_TITLE, draw(moment))
        key = cv2.waitKey(1) & 0xFF
        shut = cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) < 1
        if shut or key in (ord("q"), _ESCAPE):
            self._closed()

    def close(self) -> None:
        """Close the window."""
        cv2.destroyAllWindows()


def draw(moment: Moment) -> NDArray[np.uint8]:
    """Return the frame, (H, W, 3) BGR uint8, with a box around each character and lines' texts."""
    picture = moment.frame.picture
    canvas = picture.copy() if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    for steady in moment.lines:
        for character in steady.line.characters:
            box = character.box
            corner = (box.right, box.bottom)
            cv2.rectangle(
                canvas, (box.x, box.y), corner, confidence_colour(character.likeliest.confidence)
            )
        x, y, _, height = steady.line.box
        scale = max(0.5, height / 60)
        base = (x, max(y - 6, 14))
        cv2.putText(canvas, steady.line.text, base, _FONT, scale, (255, 255, 255), 4)
        cv2.putText(canvas, steady.line.text, base, _FONT, scale, (120, 60, 0), 1, cv2.LINE_AA)
    if moment.sheet is not None:
        if moment.sheet.corners:
            outline = np.round(np.array(moment.sheet.corners)).astype(np.int32)
            colour = _DONE if moment.sheet.done else _REFUSED
            cv2.polylines(canvas, [outline], True, colour, max(2, canvas.shape[1] // 150))
        base = (10, canvas.shape[0] - 12)
        cv2.putText(canvas, moment.sheet.note, base, _FONT, 0.6, (255, 255, 255), 4)
        cv2.putText(canvas, moment.sheet.note, base, _FONT, 0.6, (120, 60, 0), 1, cv2.LINE_AA)
    return canvas
