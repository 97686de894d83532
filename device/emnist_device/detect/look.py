"""A view -> what the page network sees of it, at the scale that fits, and finds there.

The scale is a guess by contrast alone. There are at most two hypotheses of it, and they are decided
here: what the network finds tells how large the writing is, and where that is far from the guess,
it looks again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.grouping import GROUPING, Blob, Grouping, group
from emnist_device.detect.scale import SCALES, Scales, choose_zoom, rescale

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.maps import Maps
    from emnist_device.detect.view import View

    Network = Callable[[NDArray[np.uint8]], Maps]


@dataclass(frozen=True)
class Looks:
    """Thresholds of what is looked at again, and of what is writing.

    far_off: writing that is found to be higher or lower than guessed by this factor is looked at
        again.
    usual: quantile of the heights of what is found that counts as the writing's: of capitals and
        tall letters where there are small ones.
    sure: where paper has grain, writing has at least one character whose middle is this probable.
    scales, grouping: thresholds of the scale and of what is a character.
    """

    far_off: float = 1.6
    usual: float = 0.75
    sure: float = 0.75
    scales: Scales = SCALES
    grouping: Grouping = GROUPING


LOOKS = Looks()


@dataclass(frozen=True)
class Look:
    """What the page network says of a view at one scale.

    view: that was looked at.
    zoom: pixels here to one of the view.
    seen: (H, W) uint8, the contrast that the network saw.
    maps: what it said.
    labels: (H, W) int32, whose each pixel is, 0 for nobody's.
    blobs: the characters.
    """

    view: View
    zoom: float
    seen: NDArray[np.uint8]
    maps: Maps
    labels: NDArray[np.int32]
    blobs: list[Blob]


def look_at(view: View, network: Network, *, looks: Looks = LOOKS) -> Look:
    """Return what ``network`` finds in ``view`` at the scale that fits."""
    guess = choose_zoom(view.writing.height, view.contrast.shape, scales=looks.scales)
    look = _look_once(view, guess, network, looks)
    if look.blobs:
        height = usual_height(look.blobs, looks.usual) / guess
        fit = choose_zoom(height, view.contrast.shape, scales=looks.scales)
        if max(fit / guess, guess / fit) > looks.far_off:
            look = _look_once(view, fit, network, looks)
    if view.grain and not is_writing(look.blobs, looks=looks):
        return replace(look, labels=np.zeros_like(look.labels), blobs=[])
    return look


def _look_once(view: View, zoom: float, network: Network, looks: Looks) -> Look:
    """Return what ``network`` finds in ``view`` at one scale."""
    seen = rescale(view.contrast, zoom, view.writing.pen, scales=looks.scales)
    maps = network(seen)
    labels, blobs = group(maps, grouping=looks.grouping)
    return Look(view, zoom, seen, maps, labels, blobs)


def usual_height(blobs: Sequence[Blob], quantile: float) -> float:
    """Return the ``quantile`` of the heights of ``blobs``, in pixels."""
    return float(np.quantile([blob.box.height for blob in blobs], quantile))


def is_writing(blobs: Sequence[Blob], *, looks: Looks = LOOKS) -> bool:
    """Say whether ``blobs`` may be writing, or are all grain of the paper or of the camera."""
    return any(blob.middle >= looks.sure for blob in blobs)
