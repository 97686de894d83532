"""The architectures of the model tiers: what each is built of, and what it costs.

Plain stacks of convolutions, each with batch normalization and ReLU. A 5x5 convolution halves the
picture at once, so that most of the work is done at 14x14 and 7x7; what follows is averaged over
the whole picture, so that the weights are those of filters rather than of places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

from emnist_edge.artifact import SIDE
from train.common import loop
from train.common.lazy import keras
from train.tiers import views
from train.tiers.photographed import Variation

# Pixels up to the first are paper, from the second on ink.
_PAPER, _INK = 48, 144


@dataclass(frozen=True)
class Net:
    """What a network is built of.

    stem: filters of the first convolution. stages: filters of the convolutions at 14x14, at 7x7 and
    so on. separable: a depthwise convolution and one of 1x1 in place of each (Chollet 2017,
    arXiv 1610.02357). residual: convolutions that keep the number of filters add to their input
    (He et al. 2016, arXiv 1512.03385). squeeze: at the end of each stage, channels are weighed by
    what is seen in the whole picture (Hu et al. 2018, arXiv 1709.01507), through this share of
    them; 0 for none. pooling: how stages are parted, by the maximum of 2x2 or by a stride of 2.
    dropout: before the last layer, in training only. gated: faint pixels are paper. turned: degrees
    by which it looks at the picture to either side (:mod:`train.tiers.views`); 0 for once, as it
    is.
    """

    stem: int
    stages: tuple[tuple[int, ...], ...]
    separable: bool = False
    residual: bool = False
    squeeze: float = 0.0
    pooling: Literal["max", "stride"] = "max"
    dropout: float = 0.0
    gated: bool = True
    turned: float = 0.0


@dataclass(frozen=True)
class Tier:
    """A size of model.

    most_bytes: that its weights may have in int8. variation: of its training images; a small
    network that is shown too much learns less of what a character usually looks like. epochs: of
    its training. settles: whether images are varied less in the last of them.
    """

    net: Net
    most_bytes: int
    variation: Variation = field(default_factory=Variation)
    epochs: int = 28
    settles: bool = True


#: Little more than another hand, and what the segmenter makes of it.
CALM = Variation(awry=0.03, marked=0.06, share=0.15, blurred=0.05, dim=0.05)
FEW = Variation(awry=0, marked=0, share=0.1, blurred=0.1, dim=0.1)

TIERS = {
    "tiny": Tier(
        Net(16, ((32,), (48, 48, 64)), separable=True), 16_000, FEW, epochs=20, settles=False
    ),
    "small": Tier(Net(24, ((28,), (64, 64, 60))), 100_000, epochs=36),
    "base": Tier(
        Net(32, ((48, 48), (96, 96), (144, 144)), dropout=0.2, turned=5), 512_000, epochs=36
    ),
}


def build(net: Net, classes: int, name: str) -> keras.Model:
    """Return the untrained network: (N, 28, 28, 1) pixels 0..255 -> (N, classes) probabilities."""
    pixels = keras.Input((SIDE, SIDE, 1), name="pixels")
    # Turned before faint pixels go, which leaves edges as sharp as those of what it learned from.
    x = views.both(pixels, net.turned) if net.turned else pixels
    x = _gate(x) if net.gated else loop.scaled(x)
    x = _convolution(x, net.stem, kernel=5, stride=2)
    for number, stage in enumerate(net.stages):
        stride = 1
        if number and net.pooling == "max":
            x = keras.layers.MaxPooling2D(2, padding="same")(x)
        elif number:
            stride = 2
        for filters in stage:
            y = _convolution(x, filters, stride=stride, separable=net.separable)
            adds = net.residual and y.shape == x.shape
            x, stride = keras.layers.Add()([x, y]) if adds else y, 1
        if net.squeeze:
            x = _squeeze(x, net.squeeze)
    x = keras.layers.GlobalAveragePooling2D()(x)
    if net.turned:
        x = views.mean(x)
    if net.dropout:
        x = keras.layers.Dropout(net.dropout)(x)
    # In float32 whatever the rest is in: probabilities need the digits.
    outputs = keras.layers.Dense(classes, activation="softmax", dtype="float32")(x)
    return keras.Model(pixels, outputs, name=name)


def _gate(pixels: Any) -> Any:
    """Return 0 for pixels 0..255 that are paper for sure, 6 for ink, and between them a ramp.

    What grain and shadow leave on paper is gone before the first convolution, which could make more
    of it. Glyphs are stretched to 0..255, so they lose nothing but the faintest of their edges.
    """
    ramp = keras.layers.Rescaling(6 / (_INK - _PAPER), -6 * _PAPER / (_INK - _PAPER))(pixels)
    return keras.layers.ReLU(6.0)(ramp)


def _convolution(
    x: Any, filters: int, *, kernel: int = 3, stride: int = 1, separable: bool = False
) -> Any:
    same: dict[str, Any] = {"padding": "same", "use_bias": False}
    if separable:
        x = keras.layers.DepthwiseConv2D(kernel, strides=stride, **same)(x)
        x = keras.layers.Conv2D(filters, 1, **same)(x)
    else:
        x = keras.layers.Conv2D(filters, kernel, strides=stride, **same)(x)
    # Keras' default momentum of 0.99 lags behind the weights in a short run.
    return keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))


def _squeeze(x: Any, share: float) -> Any:
    channels = x.shape[-1]
    weight = keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
    weight = keras.layers.Conv2D(max(4, round(share * channels)), 1, activation="relu")(weight)
    return keras.layers.Multiply()(
        [x, keras.layers.Conv2D(channels, 1, activation="sigmoid")(weight)]
    )


def weight_bytes(model: keras.Model) -> int:
    """Return the bytes of the weights in int8: one each, and four for the bias of each filter.

    Batch normalization becomes part of the convolution before it; a convolution always has biases.
    """
    kernels = [layer.kernel for layer in model.layers if hasattr(layer, "kernel")]
    return sum(prod(kernel.shape) + 4 * _outputs(kernel) for kernel in kernels)


def _outputs(kernel: Any) -> int:
    """Return how many filters ``kernel`` is of."""
    *_, inputs, outputs = kernel.shape
    return int(inputs if outputs == 1 and len(kernel.shape) == 4 else outputs)
