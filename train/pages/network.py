"""The page network: contrast of a page -> ink, middles of characters, and which ink is whose.

Fully convolutional, a U-Net (Ronneberger et al. 2015, arXiv 1505.04597) with few channels. Its
outputs are those of bottom-up instance segmentation (Cheng et al. 2020, Panoptic-DeepLab,
arXiv 1911.10194): each pixel of ink points to the middle of its character.
"""

from __future__ import annotations

from typing import Any

import keras

from emnist_device.detect.maps import STRIDE

layers, ops = keras.layers, keras.ops

#: Channels of the levels from half the picture's resolution down to a 32nd of it, and how many
#: convolutions each has beside the first.
WIDTHS, DEPTHS = (12, 20, 32, 48, 64), (1, 1, 1, 2, 1)
#: What the outputs add to the loss.
LOSS_WEIGHTS = {"ink": 8.0, "middle": 1.0, "offset": 2.0}


class DepthToSpace(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """(N, H, W, 4 C) -> (N, 2 H, 2 W, C): each group of C channels is one of four pixels."""

    def call(self, inputs: Any) -> Any:
        """Return ``inputs`` at twice the resolution, in the order of TensorFlow's op."""
        _, height, width, channels = inputs.shape
        x = ops.reshape(inputs, (-1, height, width, STRIDE, STRIDE, channels // STRIDE**2))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, STRIDE * height, STRIDE * width, channels // STRIDE**2))


def build(side: int) -> keras.Model:
    """Return the untrained network for inputs (N, side, side, 1) 0..255.

    It returns, each at half the resolution: ``ink`` (N, H, W, 4), logits of the four pixels' being
    ink; ``middle`` (N, H, W, 1), logit of a character's middle; ``offset`` (N, H, W, 2), from here
    to the middle of the character that the ink here belongs to, x and y, in OFFSET_UNIT pixels.
    """
    contrast = keras.Input((side, side, 1), name="contrast")
    x = layers.Rescaling(1 / 64, -0.5)(contrast)
    skips = []
    for level, (width, depth) in enumerate(zip(WIDTHS, DEPTHS, strict=True)):
        x = _convolution(x, width, 3 if level else 5, stride=2)
        for _ in range(depth):
            x = _convolution(x, width)
        skips.append(x)
    for skip, width in zip(skips[-2::-1], WIDTHS[-2::-1], strict=True):
        x = DepthToSpace()(layers.Conv2D(STRIDE**2 * width, 1)(x))
        x = _convolution(layers.Add()([x, skip]), width)
    x = _convolution(x, WIDTHS[0])
    heads = {"ink": STRIDE**2, "middle": 1, "offset": 2}
    # Middles are rare: start by expecting none (Lin et al. 2017, arXiv 1708.02002).
    outputs = {
        name: layers.Conv2D(
            channels, 1, name=name, bias_initializer=keras.initializers.Constant(
                -4.0 if name == "middle" else 0.0
            ),
        )(x)
        for name, channels in heads.items()
    }  # fmt: skip
    return keras.Model(contrast, outputs, name="page")


def _convolution(x: Any, width: int, kernel: int = 3, stride: int = 1) -> Any:
    x = layers.Conv2D(width, kernel, strides=stride, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def ink_loss(truth: Any, logits: Any) -> Any:
    """Return the cross-entropy with the share of each pixel that is ink, which counts twice."""
    entropy = ops.softplus(logits) - truth * logits
    return ops.mean(entropy * (1 + truth))


def middle_loss(truth: Any, logits: Any) -> Any:
    """Return the focal loss of CenterNet (Zhou et al. 2019, arXiv 1904.07850), per character.

    ``truth`` is 1 at the middle of a character and falls off around it.
    """
    probability = ops.sigmoid(logits)
    at = ops.cast(truth > 0.99, logits.dtype)
    hit = at * (1 - probability) ** 2 * ops.softplus(-logits)
    miss = (1 - at) * (1 - truth) ** 4 * probability**2 * ops.softplus(logits)
    return ops.sum(hit + miss) / (ops.sum(at) + 1)


def offset_loss(truth: Any, offsets: Any) -> Any:
    """Return the mean distance of offsets where there is ink: the third channel of ``truth``."""
    ink = truth[..., 2:]
    distance = ops.abs(offsets - truth[..., :2])
    return ops.sum(distance * ink) / (ops.sum(ink) + 1)


LOSSES = {"ink": ink_loss, "middle": middle_loss, "offset": offset_loss}
#: What ``keras.models.load_model`` must be told. It is not registered with Keras, so that the
#: export may load the same file with another ``DepthToSpace``.
CUSTOM_OBJECTS = {
    "DepthToSpace": DepthToSpace,
    **{loss.__name__: loss for loss in (ink_loss, middle_loss, offset_loss)},
}
