"""Batch normalization in one kernel, with which TensorFlow trains faster on a CPU.

Keras builds it of a dozen operations, each of which passes over all activations in float32. The
result is that of ``keras.layers.BatchNormalization`` (Ioffe, Szegedy 2015, arXiv 1502.03167).
"""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable("emnist_edge")
class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # no types
    """Keras' layer over the last axis, which trains by TensorFlow's kernel where that is there.

    inputs: (N, H, W, C), float32, bfloat16 or float16, and so are the outputs.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return ``inputs`` normalized; in training, follow their mean and variance."""
        if not training or keras.backend.backend() != "tensorflow":
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf  # other backends do without

        outputs, mean, variance, *_ = tf.compat.v1.nn.fused_batch_norm(
            inputs,
            tf.cast(self.gamma, tf.float32),
            tf.cast(self.beta, tf.float32),
            epsilon=self.epsilon,
            is_training=True,
        )
        for moving, seen in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + seen * (1 - self.momentum))
        return outputs


def fuse(model: keras.Model) -> keras.Model:
    """Return a copy of ``model``, of the same weights, that normalizes in one kernel."""

    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        kind = type(layer)
        if kind is keras.layers.BatchNormalization:
            kind = FusedBatchNormalization
        return kind.from_config(layer.get_config())

    fused = keras.models.clone_model(model, clone_function=copy)
    fused.set_weights(model.get_weights())
    return fused
