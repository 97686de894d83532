"""Pictures of fields, cut from the files of their sheets in a process with limits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.batch.reading import Shelf
from emnist_device.batch.tasks import Task, title, version_of
from emnist_device.processes.process import Failure, Terms
from emnist_device.processes.servant import Servant
from emnist_edge.errors import EmnistEdgeError, PictureError, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from emnist_device.correcting.fields import ReadField
    from emnist_device.correcting.table import ReadSheet
    from emnist_device.image.limits import Limits

# Around a field so much is shown of its height, and of its width; at its surroundings, so much.
_MARGIN, _SIDE, _FAR = 0.6, 0.03, 5.0
# Height of a field's picture in pixels, and the longest side of all that is shown.
_HEIGHT, _LONG_SIDE = 120, 1800
_FRAME = (150, 90, 10)


@dataclass(frozen=True)
class View:
    """What is to be shown: a field of a page, alone or with its surroundings.

    name, number, corners: as of :class:`~emnist_device.correcting.table.ReadSheet` and its field.
    """

    name: str
    number: int | None
    corners: tuple[tuple[float, float], ...]
    wide: bool


class Pictures:
    """Cuts out pictures of fields, one at a time; of a page, the last is kept.

    Args:
        limits: what a picture may cost.
    """

    def __init__(self, limits: Limits) -> None:
        self._servant = Servant(partial(_cutting, limits), Terms(limits))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pictures")

    def cut(self, sheet: ReadSheet, field: ReadField, *, wide: bool) -> Future[bytes]:
        """Return a PNG of ``field``, upright, with a frame; ``wide``: with its surroundings.

        Its result raises :class:`PictureError` where there is none: the file is missing, another
        than was read, or cannot be read, or it was not kept where the field lies.
        """
        return self._thread.submit(self._cut, sheet, field, wide=wide)

    def close(self) -> None:
        """End the process; pictures that are asked for later are not cut."""
        self._thread.submit(self._servant.close)
        self._thread.shutdown()

    def _cut(self, sheet: ReadSheet, field: ReadField, *, wide: bool) -> bytes:
        name = title(sheet.name)
        if not field.corners:
            raise PictureError(f"{name}: where this field lies was not kept")
        version = version_of(sheet.name)
        if version is None:
            raise PictureError(
                f"{name}: is not there; put it back, or run this where the sheets were read"
            )
        if version != sheet.version:
            raise PictureError(f"{name}: is another file than was read")
        try:
            found = self._servant.do(View(sheet.name, sheet.number, field.corners, wide))
        except EmnistEdgeError as error:
            raise PictureError(str(error)) from error
        if isinstance(found, Failure):
            raise PictureError(f"{name}: {found.reason}")
        content: bytes = found
        return content


def _cutting(limits: Limits) -> Callable[[View], bytes]:
    """Return the function of the process: view -> PNG."""
    shelf = Shelf(limits)
    kept: dict[tuple[object, ...], NDArray[np.uint8]] = {}

    def cut(view: View) -> bytes:
        key = (view.name, view.number, version_of(view.name))
        if key not in kept:
            kept.clear()
            task = Task(view.name, number=view.number, pages=2)
            kept[key] = shelf.open(task).picture(view.number or 1)
        png = cv2.imencode(".png", cut_field(kept[key], view))[1]
        return png.tobytes()

    return cut


def cut_field(picture: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    """Return the field of ``view`` as it shows on ``picture``, straight before the eye.

    Args:
        picture: (H, W) or (H, W, 3) uint8, that the corners are on.
        view: what of it.

    Raises:
        PictureError: the corners are no field on the picture.
    """
    corners = np.array(view.corners, np.float32).reshape(-1, 2)
    if corners.shape != (4, 2) or not np.isfinite(corners).all():
        raise PictureError(f"{shown(view.name)}: where this field lies is not known")
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    width, height = float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))
    if min(width, height) < 1 or max(width, height) > 4 * max(picture.shape[:2]):
        raise PictureError(f"{shown(view.name)}: this field is not on the picture")
    margin = _FAR * height if view.wide else _MARGIN * height
    side = margin if view.wide else max(_SIDE * width, margin / 2)
    scale = min(
        _HEIGHT / height, _LONG_SIDE / (width + 2 * side), _LONG_SIDE / (height + 2 * margin)
    )
    left, top, right, bottom = side, margin, side + width, margin + height
    ends = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    ends *= scale
    size = (round((width + 2 * side) * scale), round((height + 2 * margin) * scale))
    # Corners of pixels are at whole numbers in both; OpenCV has their middles there.
    plane = cv2.getPerspectiveTransform(corners - np.float32(0.5), ends - np.float32(0.5))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    flat = cv2.warpPerspective(picture, plane, size, flags=method, borderValue=(200, 200, 200))
    coloured = cv2.cvtColor(flat, cv2.COLOR_GRAY2BGR) if flat.ndim == 2 else flat
    outline = ends + np.array([[-4, -4], [4, -4], [4, 4], [-4, 4]], np.float32)
    return cv2.polylines(coloured, [np.round(outline).astype(np.int32)], True, _FRAME, 2)
