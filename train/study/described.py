"""What a network and its recipe are, in words and numbers that a page and a record can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from train.common.lazy import keras

if TYPE_CHECKING:
    from train.common import loop


def layers_of(model: keras.Model) -> list[str]:
    """Return a word or two for each layer of ``model`` that learns, pools or is regularized."""
    return [said for layer in model.layers if (said := _said(layer))]


def optimizer_of(recipe: loop.Recipe) -> str:
    """Return the name of the optimizer that ``recipe`` makes, and how its learning rate goes."""
    described = keras.optimizers.serialize(recipe.optimizer(1))
    rate = described["config"]["learning_rate"]
    course = rate["class_name"] if isinstance(rate, dict) else "constant"
    return f"{described['class_name']}, {course}"


def _said(layer: keras.layers.Layer) -> str:
    """Return what stands for ``layer``; nothing for one that only reshapes, scales or activates."""
    config = layer.get_config()
    words = {
        "Conv2D": "convolution {filters} {kernel_size} {padding}",
        "MaxPooling2D": "max pooling {pool_size} {padding}",
        "Dense": "dense {units} {activation}",
        "BatchNormalization": "batch normalization {momentum:g}",
        "GroupNormalization": "image normalization of {groups} groups",
        "LayerNormalization": "standardization of each image",
        "GaussianNoise": "noise {stddev:g}",
        "Dropout": "dropout {rate:g}",
    }
    for size in ("kernel_size", "pool_size"):
        if size in config:
            config[size] = "x".join(map(str, config[size]))
    return words.get(type(layer).__name__, "").format(**config)
