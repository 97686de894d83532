"""Picture -> the page of a form on it: which, which way up, and how exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.forms.registration.mapping import Mapping
from emnist_device.forms.registration.refine import Known, refine
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.forms.registration.landmarks import Landmarks
    from emnist_device.forms.registration.refine import Refined


class NoSheetError(PictureError):
    """A picture that shows nothing of a form: there may be no sheet on it."""


class RefusedSheetError(PictureError):
    """A sheet that is seen, and is none of the forms or cannot be read.

    corners: about where its page is on the picture; see ``corners`` of what is read.
    """

    def __init__(self, message: str, corners: tuple[tuple[float, float], ...]) -> None:
        super().__init__(message)
        self.corners = corners


@dataclass(frozen=True)
class Fitting:
    """Thresholds of what fits.

    markers: fewer than so many of a page's corner markers do not place it.
    corner: the corners of markers are off a plane by at most so many mm (median): paper bends.
    found: least fraction of the pieces of print that are found.
    error: how far these are off at most, in mm.
    resolution: least pixels to a mm: 2.5 are 64 dpi, of which writing can hardly be read.
    fair: with fewer, which are 100 dpi, markers may be too small to be seen.
    outside: what is to be read may be outside of the picture by so many mm.
    flat: where the QR code says which form it is, and the corners of all markers are off a plane by
        at most so many mm (median), it lies flat, and they alone place it: pale boxes may be lost
        in a scan of two colours.
    """

    markers: int = 3
    corner: float = 4.0
    found: float = 0.6
    error: float = 0.45
    resolution: float = 2.5
    fair: float = 3.94
    outside: float = 1.0
    flat: float = 0.2


FITTING = Fitting()
_WHOLE = "take a picture of the whole sheet, sharp and evenly lit"


@dataclass(frozen=True)
class Registered:
    """A page that was found on a picture.

    mapping: where its points are. found, error: how well it fits; see
    :class:`emnist_device.forms.registration.refine.Refined`. resolution: pixels to a mm.
    """

    mapping: Mapping
    found: float
    error: float
    resolution: float


def register_by_markers(
    picture: NDArray[np.uint8],
    landmarks: Landmarks,
    found: dict[int, list[NDArray[np.float64]]],
    *,
    coded: bool = False,
    fitting: Fitting = FITTING,
) -> Registered:
    """Return where the page of ``landmarks`` is on ``picture``, by its markers.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        landmarks: the page.
        found: number of each marker of the picture -> its corners, of each time that it is there.
        coded: whether a QR code says that it is this page.
        fitting: thresholds.

    Raises:
        PictureError: it does not fit; the message says why, and names no picture.
    """
    mapping, off = fit_markers(landmarks, found, picture.shape, fitting=fitting)
    known = _known(landmarks, found)
    if not coded:
        return fit(picture, landmarks, mapping, known, fitting=fitting)
    _check_places(picture, landmarks, mapping, fitting)
    refined = refine(picture, landmarks, mapping, known)
    if refined.found >= fitting.found:
        return _accept(picture, landmarks, refined, fitting)
    if off > fitting.flat or not landmarks.markers.keys() <= found.keys():
        raise PictureError(
            f"its QR code is that of this form, but {refined.found:.0%} of the form's boxes are "
            "found on it; lay the sheet flat, and take it sharp and evenly lit"
        )
    return Registered(mapping, refined.found, off, _resolution(landmarks, mapping))


def fit_markers(
    landmarks: Landmarks,
    found: dict[int, list[NDArray[np.float64]]],
    shape: tuple[int, ...],
    *,
    fitting: Fitting = FITTING,
) -> tuple[Mapping, float]:
    """Return the plane that markers say the page lies in, and how far they are off.

    That is the median of their corners, in mm. Arguments and errors are as those of
    :func:`register_by_markers`.
    """
    own = {number: places for number, places in found.items() if number in landmarks.markers}
    if any(len(places) > 1 for places in own.values()):
        raise PictureError("shows more than one sheet; take a picture of each")
    if len(own) < fitting.markers:
        if not own:
            raise _unseen(landmarks, shape, fitting=fitting)
        raise PictureError(
            f"{len(own)} of {len(landmarks.markers)} corner markers can be seen; {_WHOLE}"
        )
    known = _known(landmarks, found)
    plane, _ = cv2.findHomography(known.points, known.pixels)
    if plane is None:
        raise PictureError("its corner markers make no sheet")
    mapping = Mapping(landmarks.size, plane)
    off = float(np.median(np.hypot(*(mapping.find(known.pixels) - known.points).T)))
    if not off <= fitting.corner:
        raise PictureError("its corner markers are not where this form has them: another form?")
    return mapping, off


def _unseen(
    landmarks: Landmarks, shape: tuple[int, ...], *, fitting: Fitting = FITTING
) -> PictureError:
    """Return why no marker of a page is seen on a picture of ``shape``, (H, W).

    That may be that it has too few pixels for the whole page.
    """
    height, width = shape[:2]
    wide, high = landmarks.size
    most = max(min(width / wide, height / high), min(width / high, height / wide))
    words = (
        f"no corner marker can be seen: on {width} x {height} pixels, a whole sheet of this form "
        f"has {25.4 * most:.0f} dpi at most; take pictures with more pixels"
    )
    if most < fitting.resolution:
        return PictureError(words)
    if most < fitting.fair:
        return NoSheetError(words)
    return NoSheetError(f"no corner marker can be seen; {_WHOLE}")


def _known(landmarks: Landmarks, found: dict[int, list[NDArray[np.float64]]]) -> Known:
    """Return the corners of the markers of a page that were ``found``."""
    own = [number for number in found if number in landmarks.markers]
    points = np.concatenate([landmarks.markers[number] for number in own])
    return Known(points, np.concatenate([found[number][0] for number in own]))


def fit(
    picture: NDArray[np.uint8],
    landmarks: Landmarks,
    mapping: Mapping,
    known: Known,
    *,
    fitting: Fitting = FITTING,
) -> Registered:
    """Return the page where ``mapping``, about, has it, refined; see :func:`refine`.

    Raises:
        PictureError: it does not fit; the message says why, and names no picture.
    """
    _check_places(picture, landmarks, mapping, fitting)
    refined = refine(picture, landmarks, mapping, known)
    if refined.found < fitting.found:
        raise PictureError(
            f"{refined.found:.0%} of the print of this form is found on it: another form, or too "
            "blurred"
        )
    return _accept(picture, landmarks, refined, fitting)


def _accept(
    picture: NDArray[np.uint8], landmarks: Landmarks, refined: Refined, fitting: Fitting
) -> Registered:
    """Return a page that fits; raises :class:`PictureError` where it is bent or cut off."""
    if refined.error > fitting.error:
        raise PictureError(
            f"the print of this form lies {refined.error:.1f} mm off on it: the paper is bent too "
            "much; lay it flat"
        )
    _check_places(picture, landmarks, refined.mapping, fitting)
    resolution = _resolution(landmarks, refined.mapping)
    return Registered(refined.mapping, refined.found, refined.error, resolution)


def _resolution(landmarks: Landmarks, mapping: Mapping) -> float:
    """Return how many pixels of the picture a mm has in the middle of the page."""
    return float(mapping.resolution(np.array([landmarks.size]) / 2)[0])


def _check_places(
    picture: NDArray[np.uint8], landmarks: Landmarks, mapping: Mapping, fitting: Fitting
) -> None:
    """Raise :class:`PictureError` where what is to be read is off the picture, or too small."""
    left, top, right, bottom = landmarks.areas.T
    ends = np.concatenate(
        [
            np.column_stack(pair)
            for pair in ((left, top), (right, top), (right, bottom), (left, bottom))
        ]
    )
    resolution = mapping.resolution(ends)
    if not (resolution >= fitting.resolution).all():
        dpi = 25.4 * float(resolution.min())
        raise PictureError(
            f"is too small: {dpi:.0f} dpi on the sheet; take it closer, or scan at 200"
        )
    size = np.array(picture.shape[1::-1])
    off = np.maximum(-mapping.place(ends), mapping.place(ends) - size).max(axis=1) / resolution
    if float(off.max()) > fitting.outside:
        raise PictureError("the sheet is cut off: fields lie outside of the picture")
