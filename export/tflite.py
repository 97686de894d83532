"""A Keras model -> TFLite files, float32 and full-integer int8."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.quiet import quiet_stderr

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras
    from numpy.typing import NDArray


def drop_softmax(model: keras.Model) -> None:
    """Make ``model`` return logits in place of probabilities.

    A softmax in int8 knows steps of 1/256 only; logits leave the runtime enough to calibrate, and
    to tell an unlikely alternative from an impossible one.
    """
    import keras

    last = model.layers[-1]
    if last.activation is not keras.activations.softmax:
        raise ValueError(f"{model.name} ends in {last.name}, not in a softmax")
    last.activation = keras.activations.linear


def convert(model: keras.Model, calibration: NDArray[np.uint8] | None) -> bytes:
    """Return the TFLite file of ``model``: full-integer int8, or float32 without ``calibration``.

    ``calibration`` (N, 28, 28) uint8 are training images whose activations set the quantization
    ranges; weights are quantized per channel. The batch size stays open, so that the runtime may
    resize it. Input is pixels 0..255: in int8, pixels less 128.
    """
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if calibration is not None:
        images = calibration

        def representative() -> Iterator[list[NDArray[np.float32]]]:
            # Black and white together fix the input's range at 0..255 whatever the images are.
            yield [np.array([0, 255], np.float32).repeat(28 * 14).reshape(1, 28, 28, 1)]
            for image in images:
                yield [image[None, ..., None].astype(np.float32)]

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with quiet_stderr():
        return bytes(converter.convert())
