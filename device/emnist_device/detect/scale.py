"""Contrast -> how large the writing is, and by what to scale it for the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.frames import FRAMES, Frames, is_frame
from emnist_device.detect.maps import WRITING_HEIGHT
from emnist_device.detect.strokes import STROKE_LEVELS, StrokeLevels, find_strokes
from emnist_device.detect.view import Writing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.detect.strokes import Strokes


@dataclass(frozen=True)
class Scales:
    """Thresholds of the scale at which the network sees writing.

    smooth: sigma of the blur before strokes are looked for, in pixels.
    height, widest, filled: pieces of ink that may be characters are at least so many pixels high,
        at most so many times as wide as high, and fill at most this fraction of their box: bars,
        rules and blots do not count.
    frame: pieces with a side of so many pixels may be boxes, tables or markers.
    thinnest: strokes of writing are at least this wide, in the longer side of their piece: rules
        are thinner.
    printed_edge: what is within so many pixels of a printed line is its blur.
    bar: width of an upright bar, in heights: where there is nothing else, it is a 1.
    near: characters are at most so many times as high as usual, or as low.
    pen: strokes are at least this wide in what the network sees, in pixels.
    steps: of the scale, to each factor of two: the network is not resized for every frame.
    most_pixels, least_side: the network sees at most so many pixels, which bounds its time and
        memory, and sides of at least so many.
    levels, frames: thresholds of strokes and of frames.
    """

    smooth: float = 0.8
    height: int = 6
    widest: float = 4.0
    filled: float = 0.7
    frame: int = 40
    thinnest: float = 0.01
    printed_edge: int = 3
    bar: float = 0.4
    near: float = 2.0
    pen: float = 2.0
    steps: int = 4
    most_pixels: int = 2_000_000
    least_side: int = 16
    levels: StrokeLevels = STROKE_LEVELS
    frames: Frames = FRAMES


SCALES = Scales()


def measure_writing(contrast: NDArray[np.uint8], *, scales: Scales = SCALES) -> Writing | None:
    """Return how large the writing in ``contrast`` (H, W) uint8 is; None where there is no ink.

    Medians over the pieces of ink, each weighed by the square root of its area.
    """
    smooth = cv2.GaussianBlur(contrast, (0, 0), scales.smooth)
    strokes = find_strokes(smooth, levels=scales.levels)
    printed = np.flatnonzero(_are_printed(strokes, scales))
    if len(printed):  # what is faint beside dark lines stands out without them
        lines = np.isin(strokes.pieces.labels, printed).astype(np.uint8)
        side = 2 * scales.printed_edge + 1
        smooth[cv2.dilate(lines, np.ones((side, side), np.uint8)) > 0] = 0
        strokes = find_strokes(smooth, levels=scales.levels)
    width, height, area = strokes.pieces.stats[:, 2:].T
    pieces = strokes.kept & (height >= scales.height) & (width <= scales.widest * height)
    fits = pieces & (area <= np.maximum(scales.filled * width * height, 3 * height))
    if not fits.any():  # a bar where there is nothing else is a 1
        fits = pieces & (width <= scales.bar * height)
    if not fits.any():
        return None
    weight = np.sqrt(area[fits])
    usual = _median(height[fits].astype(float), weight)
    near = fits & (height >= usual / scales.near) & (height <= scales.near * usual)
    pen = _median(strokes.pens[near], np.sqrt(area[near]))
    return Writing(usual, pen, pieces=strokes.pieces.stats[fits, :4])


def _are_printed(strokes: Strokes, scales: Scales) -> NDArray[np.bool_]:
    """Return which of the pieces (N,) are boxes, tables or markers rather than writing."""
    side, pens = strokes.pieces.stats[:, 2:4].max(axis=1), strokes.pens
    printed = np.zeros(len(side), bool)
    for label in np.flatnonzero(strokes.kept & (side >= scales.frame)).tolist():
        thin = pens[label] < scales.thinnest * side[label]
        own = strokes.pieces.cut(label)
        printed[label] = thin or is_frame(own, pens[label], frames=scales.frames)
    return printed


def _median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the value at which half of the weight is reached."""
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulated, cumulated[-1] / 2)])


def choose_zoom(height: float, shape: tuple[int, ...], *, scales: Scales = SCALES) -> float:
    """Return by what to scale a picture of ``shape`` with writing ``height`` pixels high."""
    most = float(np.sqrt(scales.most_pixels / (shape[0] * shape[1])))
    least = min(1.0, scales.least_side / min(shape))
    steps = round(scales.steps * np.log2(WRITING_HEIGHT / height))
    return max(min(2 ** (steps / scales.steps), most), least)


def rescale(
    contrast: NDArray[np.uint8], zoom: float, pen: float, *, scales: Scales = SCALES
) -> NDArray[np.uint8]:
    """Return ``contrast`` (H, W) scaled by ``zoom``.

    Strokes ``pen`` pixels wide are thickened where they would fade away.
    """
    missing = scales.pen / zoom - pen
    if missing >= 1:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(missing) + 1,) * 2)
        contrast = cv2.dilate(contrast, kernel)
    size = tuple(max(2, round(side * zoom)) for side in contrast.shape[::-1])
    interpolation = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
    return cv2.resize(contrast, size, interpolation=interpolation)
