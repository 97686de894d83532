"""Batches of crops with what the page network should answer to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np

from emnist_device.detect.maps import OFFSET_UNIT, STRIDE
from train.pages.crops import SIDE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from train.pages.crops import Crops

# Spread of the peak at the middle of a character, in pixels of the output.
_SIGMA, _REACH = 1.5, 4


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """Shuffled batches of one epoch with their targets; the same for the same seed.

    With ``vary``, contrast and noise are altered.
    """

    def __init__(self, crops: Crops, batch: int, seed: tuple[int, ...], vary: bool = True) -> None:
        super().__init__(workers=1, max_queue_size=8)
        self.crops, self.batch, self.seed, self.vary = crops, batch, seed, vary
        self.order = np.random.default_rng(seed).permutation(len(crops))

    def __len__(self) -> int:
        return len(self.order) // self.batch

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
        chosen = self.order[index * self.batch : (index + 1) * self.batch]
        contrast = self.crops.contrast[chosen].astype(np.float32)
        if self.vary:
            rng = np.random.default_rng((*self.seed, index))
            shape = (len(chosen), 1, 1)
            contrast *= rng.uniform(0.6, 1.4, shape).astype(np.float32)
            noise = rng.standard_normal(contrast.shape, np.float32)
            contrast += noise * (rng.uniform(0, 8, shape) * (rng.random(shape) < 0.5))
            contrast = np.clip(np.rint(contrast), 0, 255)
        return contrast[..., None], targets(self.crops, chosen)


def targets(crops: Crops, chosen: NDArray[np.int64]) -> dict[str, NDArray[np.float32]]:
    """Return what the network should answer to the ``chosen`` crops.

    See :func:`train.pages.network.build` for the names.
    ``offset`` has a third channel: 1 where there is ink.
    """
    side = SIDE // STRIDE
    count = len(chosen)
    cells = crops.coverage[chosen].reshape(count, side, STRIDE, side, STRIDE)
    ink = cells.transpose(0, 1, 3, 2, 4).reshape(count, side, side, STRIDE**2).astype(np.float32)
    ink /= 255
    boxes = crops.boxes[chosen]
    middles = boxes[..., :2] + boxes[..., 2:] / 2
    own = middles[np.arange(count)[:, None, None], crops.owner[chosen]]
    here = STRIDE * (np.arange(side, dtype=np.float32) + 0.5)
    offset = np.empty((count, side, side, 3), np.float32)
    offset[..., 0] = (own[..., 0] - here) / OFFSET_UNIT
    offset[..., 1] = (own[..., 1] - here[:, None]) / OFFSET_UNIT
    offset[..., 2] = ink.max(axis=3) >= 0.4
    middle = np.zeros((count, side, side, 1), np.float32)
    for number in range(count):
        present = boxes[number, :, 2] > 0
        _add_peaks(middle[number, ..., 0], middles[number, present] / STRIDE)
    return {"ink": ink, "middle": middle, "offset": offset}


def _add_peaks(plane: NDArray[np.float32], points: NDArray[np.float32]) -> None:
    """Draw a peak of height 1 at each of ``points`` (N, 2), x and y, inside of ``plane``."""
    side = len(plane)
    for column, row in np.floor(points).astype(int):
        if not (0 <= column < side and 0 <= row < side):
            continue
        left, top = max(column - _REACH, 0), max(row - _REACH, 0)
        place = plane[top : row + _REACH + 1, left : column + _REACH + 1]
        ys = np.arange(top, top + place.shape[0])[:, None] - row
        xs = np.arange(left, left + place.shape[1]) - column
        np.maximum(place, np.exp(-(ys**2 + xs**2) / (2 * _SIGMA**2)), out=place)
