"""Brightness of the paper -> how much darker than it each pixel is, in the most telling channel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, reduce
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.sizes import resized, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Paper:
    """Thresholds of how bright the paper is.

    side, window: the paper is looked for at this long side, in pixels, with a median over a window
        of a fifth of it: ink, which is narrow and rare, is gone, and gradients of light stay.
    disc: diameter of the closing that the median is compared with, in pixels at that size: a stroke
        that is narrower is gone.
    ink: what is darker than this fraction of what the closing leaves is taken for ink there.
    least_light: paper counts as at least this fraction as bright as in the channel where it is
        brightest, and of a page as in its brighter places; below, what differs is noise, which
        would be amplified.
    """

    side: int = 128
    window: int = 27
    disc: int = 15
    ink: float = 0.7
    least_light: float = 0.4


PAPER = Paper()


def contrast_to_paper(
    channels: Sequence[NDArray[np.uint8]],
    papers: Sequence[NDArray[np.uint8]],
    *,
    shadows: bool = True,
    paper: Paper = PAPER,
) -> NDArray[np.uint8]:
    """Return how much darker than its paper each pixel is, in the channel that shows most.

    Coloured ink is dark in at least one channel. The fraction of the paper's light that is missing
    is independent of shadows.

    Args:
        channels: (H, W) uint8 each.
        papers: brightness of the paper in each of ``channels``, at any size.
        shadows: whether what is dimmer than the usual paper of the picture is in a shadow, where
            noise would be amplified; in a picture that ink fills, it may be the ink.
        paper: thresholds.

    Returns:
        (H, W) uint8, 0 is paper, 255 is black ink.
    """
    strongest = np.zeros(channels[0].shape, np.uint8)
    floor = resized(least_light(papers, paper=paper), channels[0].shape)
    for channel, small in zip(channels, papers, strict=True):
        usual = float(np.percentile(small, 75)) if shadows else 0.0
        bright = resized(small, channel.shape)
        least = np.uint8(max(paper.least_light * usual, 1))
        light = np.maximum(cv2.max(bright, floor), least)
        missing = cv2.divide(cv2.subtract(bright, channel), light, scale=255)
        strongest = cv2.max(strongest, missing)
    return strongest


def least_light(papers: Sequence[NDArray[np.uint8]], *, paper: Paper = PAPER) -> NDArray[np.uint8]:
    """Return what light to count on at least in a channel where ``papers`` are so bright.

    All (H, W) uint8. What coloured paper lacks in a channel tells nothing of ink there.
    """
    return cv2.convertScaleAbs(reduce(cv2.max, papers), alpha=paper.least_light)


def paper_brightness(small: NDArray[np.uint8], *, paper: Paper = PAPER) -> NDArray[np.uint8]:
    """Return the brightness of the paper behind the ink of a channel (H, W) uint8, ``small``.

    The lower of two estimates that are blind to anything as narrow as a stroke: a wide median,
    which follows gradients, and a morphological closing, which is true beside a shadow's edge.
    """
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, _disc(paper.disc))
    # Odd reflection goes on with a gradient beyond the edge, where repeating the edge would
    # flatten it and leave a seam of false ink around a picture with dim corners. Ink is left out
    # of it: reflected at a line along the edge, paper would be darkness.
    reach = min(paper.window // 2, *(side - 1 for side in small.shape))
    bare = np.where(small < paper.ink * closed, closed, small).astype(np.int16)
    wide = np.pad(bare, reach, mode="reflect", reflect_type="odd")
    inner = (slice(reach, reach + small.shape[0]), slice(reach, reach + small.shape[1]))
    wide[inner] = small
    median = cv2.medianBlur(np.clip(wide, 0, 255).astype(np.uint8), paper.window | 1)[inner]
    return cv2.GaussianBlur(cv2.min(median, closed), (0, 0), 1)


def wide_light(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a channel (H, W) uint8, ``small``, without light that is as narrow as a stroke.

    Corners of paper stay, which a median rounds off together with what is written there.
    """
    return np.asarray(cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)


def to_paper_size(
    image: NDArray[np.uint8], interpolation: int, *, paper: Paper = PAPER
) -> NDArray[np.uint8]:
    """Return ``image`` (H, W) at the size that paper is looked for."""
    return scaled(image, min(1.0, paper.side / max(image.shape)), interpolation)


@cache
def _disc(diameter: int) -> NDArray[np.uint8]:
    """Return the structuring element of a disc."""
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter)), np.uint8)
