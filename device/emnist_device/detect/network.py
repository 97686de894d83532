"""Contrast -> what the page network says of each pixel: ink, middles of characters, offsets.

The network is fully convolutional and takes any size; see ``train.pages.network``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.maps import OFFSET_UNIT, STRIDE, Maps
from emnist_device.runtime.litert import open_interpreter, resize_input
from emnist_edge.artifact import PAGE_MODEL, open_model
from emnist_edge.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Width and height of the input are multiples of this.
MULTIPLE = 32
#: Blank paper around what is seen, in pixels: no character ends where the network's view does.
MARGIN = 16

# Channels of the outputs: the pixels of a cell, a middle, x and y.
_INK, _MIDDLE, _OFFSET = STRIDE**2, 1, 2


class PageNet:
    """The page network, loaded once for the life of the object. Not thread-safe.

    Raises :class:`ModelError` for a model that is missing or damaged.
    """

    def __init__(self, model: str | Path = PAGE_MODEL, threads: int = 1) -> None:
        artifact, content = open_model(model)
        self._interpreter = open_interpreter(content, artifact.file, threads)
        self._input = self._interpreter.get_input_details()[0]
        outputs = {int(o["shape"][-1]): o for o in self._interpreter.get_output_details()}
        details = [self._input, *outputs.values()]
        int8 = all(np.dtype(detail["dtype"]) == np.int8 for detail in details)
        if outputs.keys() != {_INK, _MIDDLE, _OFFSET} or not int8:
            raise ModelError(f"{artifact.file}: its tensors are not those of a page network")
        if self._input["quantization"] != (1.0, -128):
            raise ModelError(f"{artifact.file}: its input is not pixels less 128; export it again")
        self._outputs = outputs
        self._probability = _sigmoids(outputs[_MIDDLE]["quantization"])
        self._coverage = np.rint(255 * _sigmoids(outputs[_INK]["quantization"])).astype(np.uint8)
        scale, self._zero = outputs[_OFFSET]["quantization"]
        self._step = scale * OFFSET_UNIT / STRIDE
        self._shape = tuple(int(side) for side in self._input["shape"][1:3])

    def __call__(self, contrast: NDArray[np.uint8]) -> Maps:
        """Return the maps of ``contrast`` (H, W) uint8; rounded down to even sides."""
        height, width = contrast.shape
        rows, columns = (-(-(side + 2 * MARGIN) // MULTIPLE) * MULTIPLE for side in contrast.shape)
        if (rows, columns) != self._shape:
            resize_input(self._interpreter, self._input["index"], (1, rows, columns, 1))
            self._shape = (rows, columns)
        padded = np.full((1, rows, columns, 1), -128, np.int8)
        inner = padded[0, MARGIN : MARGIN + height, MARGIN : MARGIN + width, 0]
        inner[...] = (contrast ^ np.uint8(128)).view(np.int8)
        self._interpreter.set_tensor(self._input["index"], padded)
        self._interpreter.invoke()
        start = MARGIN // STRIDE
        cells = (slice(start, start + height // STRIDE), slice(start, start + width // STRIDE))
        ink = self._coverage[self._output(_INK)[cells].view(np.uint8)]
        high, wide = ink.shape[:2]
        pixels = ink.reshape(high, wide, STRIDE, STRIDE).swapaxes(1, 2)
        offset = self._output(_OFFSET)[cells].astype(np.float32) - np.float32(self._zero)
        return Maps(
            pixels.reshape(STRIDE * high, STRIDE * wide),
            self._probability[self._output(_MIDDLE)[..., 0][cells].view(np.uint8)],
            offset * np.float32(self._step),
        )

    def _output(self, channels: int) -> NDArray[np.int8]:
        return np.asarray(self._interpreter.get_tensor(self._outputs[channels]["index"])[0])


def _sigmoids(quantization: tuple[float, int]) -> NDArray[np.float32]:
    """Return the probability for each int8 logit, by the byte that it is."""
    scale, zero = quantization
    logits = (np.arange(256, dtype=np.uint8).view(np.int8).astype(np.float64) - zero) * scale
    return (1 / (1 + np.exp(-logits))).astype(np.float32)
