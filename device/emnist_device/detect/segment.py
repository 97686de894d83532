"""Picture -> characters in reading order: contrast, scale, network, grouping, lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.contrast import find_contrast
from emnist_device.detect.grouping import Blob, group
from emnist_device.detect.lines import arrange
from emnist_device.detect.network import WRITING_HEIGHT
from emnist_device.detect.restore import Whole, find_wholes
from emnist_device.detect.scale import Writing, measure_writing
from emnist_device.image.limits import DEFAULTS, Limits
from emnist_device.page import Box

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set

    from numpy.typing import NDArray

    from emnist_device.detect.closeup import CloseUp
    from emnist_device.detect.network import Maps
    from emnist_device.trace import Trace

    Look = Callable[[NDArray[np.uint8]], Maps]

# The network sees at most this many pixels, and sides of at least so many.
_MOST_PIXELS, _LEAST_SIDE = 2_000_000, 16
# Steps of scale to each factor of two.
_STEPS = 4
# Strokes are at least this wide in what the network sees, in pixels.
_LEAST_PEN = 2.0
# What is looked at where no writing stands out.
_ANY = Writing(WRITING_HEIGHT, _LEAST_PEN)
# Where paper has grain, writing has at least one character whose middle is this probable.
_SURE = 0.75
# Writing that is found to be higher or lower than meant by this factor is looked at again.
_FAR_OFF = 1.6


@dataclass(frozen=True)
class Layout:
    """The characters of a picture in reading order.

    lines: each a tuple of blobs from left to right; their boxes are in pixels of the arrays here.
    labels: (H, W) int32, ``Blob.label`` where ink is that blob's. coverage: (H, W) uint8, share of
    each pixel that ink covers. scale: pixels here to one of the picture. wholes: by their labels,
    characters with ink that hangs on them but may not be theirs.
    """

    lines: tuple[tuple[Blob, ...], ...]
    labels: NDArray[np.int32]
    coverage: NDArray[np.uint8]
    scale: float
    wholes: dict[int, Whole] = field(default_factory=dict)

    @property
    def blobs(self) -> list[Blob]:
        """The characters of all lines, in reading order."""
        return [blob for line in self.lines for blob in line]

    def completed(self, labels: Set[int]) -> Layout:
        """Return the layout with the characters of ``labels`` as they are with all their ink."""
        lines = tuple(
            tuple(self.wholes[b.label].blob if b.label in labels else b for b in line)
            for line in self.lines
        )
        return replace(self, lines=lines, wholes={})

    def largest(self) -> Layout:
        """Return the layout with the character that has most ink alone; without any, as it is."""
        if not self.lines:
            return self
        return replace(self, lines=((max(self.blobs, key=lambda blob: blob.area),),))

    def crop(self, blob: Blob) -> NDArray[np.uint8]:
        """Return the ink of ``blob`` alone: (H, W) uint8 coverage; neighbours left out."""
        x, y, width, height = blob.box
        window = (slice(y, y + height), slice(x, x + width))
        return np.where(self.labels[window] == blob.label, self.coverage[window], np.uint8(0))


def segment(
    picture: NDArray[np.uint8],
    look: Look,
    limits: Limits = DEFAULTS,
    trace: Trace | None = None,
    close_up: CloseUp | None = None,
    arranged: Callable[[Sequence[Blob]], tuple[tuple[Blob, ...], ...]] = arrange,
) -> Layout:
    """Find the characters in ``picture``, (H, W) or (H, W, 3) BGR uint8.

    ``close_up`` is what :func:`find_close_ups` says of it, ``arranged`` puts characters in reading
    order, and ``trace`` is given what each step makes. Raises :class:`PictureError` where there are
    more characters than ``limits`` allow.
    """
    if close_up is not None:
        contrast, scale, writing = close_up.contrast, close_up.scale, close_up.writing
    else:
        contrast, scale = find_contrast(picture)
        writing = measure_writing(contrast) or _ANY
    zoom = choose_zoom(writing.height, contrast.shape)
    seen = rescale(contrast, zoom, writing.pen)
    maps = look(seen)
    labels, blobs = group(maps)
    again = choose_zoom(usual_height(blobs) / zoom, contrast.shape) if blobs else zoom
    if max(again / zoom, zoom / again) > _FAR_OFF:
        zoom = again
        seen = rescale(contrast, zoom, writing.pen)
        maps = look(seen)
        labels, blobs = group(maps)
    if close_up is None and not is_writing(blobs, contrast):
        labels, blobs = np.zeros_like(labels), []
    if trace is not None:
        trace.add("contrast", contrast)
        trace.add("seen", seen)
        trace.add("ink", maps.coverage)
        trace.add("middles", np.rint(255 * maps.middle).astype(np.uint8))
        trace.labels("characters", labels)
    limits.check_characters(len(blobs))
    wholes = find_wholes(seen, labels, maps.coverage, blobs)
    return Layout(arranged(blobs), labels, maps.coverage, scale * zoom, wholes)


def whole_mark(ink: NDArray[np.uint8], scale: float) -> Layout:
    """Return the layout of a picture whose ``ink``, (H, W) uint8 0 or 255, is one character.

    ``scale`` is that of the ink, in its pixels to one of the picture. Without ink, it has no lines.
    """
    box = Box(*cv2.boundingRect(ink))
    blob = Blob(box, 1, cv2.countNonZero(ink))
    lines = ((blob,),) if blob.area else ()
    return Layout(lines, (ink > 0).astype(np.int32), ink, scale)


def is_writing(blobs: Sequence[Blob], contrast: NDArray[np.uint8]) -> bool:
    """Say whether ``blobs`` may be writing, or all of them the grain of paper (or of the camera).

    ``contrast`` (H, W) uint8 is 0 on most of a page that has no grain.
    """
    grainless = 2 * cv2.countNonZero(contrast) < contrast.size
    return grainless or any(blob.middle >= _SURE for blob in blobs)


def choose_zoom(height: float, shape: tuple[int, ...]) -> float:
    """Return by what to scale a picture of ``shape`` with writing ``height`` pixels high.

    In few steps, so that the network is not resized for every frame of a video.
    """
    most = float(np.sqrt(_MOST_PIXELS / (shape[0] * shape[1])))
    least = min(1.0, _LEAST_SIDE / min(shape))
    steps = round(_STEPS * np.log2(WRITING_HEIGHT / height))
    return max(min(2 ** (steps / _STEPS), most), least)


def rescale(contrast: NDArray[np.uint8], zoom: float, pen: float) -> NDArray[np.uint8]:
    """Return ``contrast`` (H, W) scaled by ``zoom``.

    Strokes ``pen`` pixels wide are thickened where they would fade away.
    """
    missing = _LEAST_PEN / zoom - pen
    if missing >= 1:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(missing) + 1,) * 2)
        contrast = cv2.dilate(contrast, kernel)
    size = tuple(max(2, round(side * zoom)) for side in contrast.shape[::-1])
    interpolation = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    return cv2.resize(contrast, size, interpolation=interpolation)


def usual_height(blobs: Sequence[Blob]) -> float:
    """Return the upper quartile of the heights of ``blobs``, in pixels."""
    return float(np.percentile([blob.box.height for blob in blobs], 75))
