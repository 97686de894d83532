"""A Keras model -> TFLite files, float32 and full-integer int8."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.quiet import quiet_stderr

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read when TensorFlow is imported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


def load_with_depth_to_space(path: Path) -> Any:
    """Load a Keras model with TensorFlow's own op in place of the layer ``DepthToSpace``.

    The layer, of reshapes, runs on any backend; the op follows the size that the runtime gives the
    input.
    """
    import keras
    import tensorflow as tf

    class DepthToSpace(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
        def call(self, inputs: Any) -> Any:
            return tf.nn.depth_to_space(inputs, 2)

    return keras.models.load_model(path, {"DepthToSpace": DepthToSpace}, compile=False)


def convert(model: keras.Model, calibration: NDArray[np.uint8] | None) -> bytes:
    """Return the TFLite file of ``model``: full-integer int8, or float32 without ``calibration``.

    ``calibration`` (N, H, W) uint8 are training images whose activations set the quantization
    ranges, 0 and 255 among their pixels to set that of the input; weights are quantized per
    channel. The batch size stays open, so that the runtime may resize it. Input is pixels 0..255:
    in int8, pixels less 128.
    """
    import tensorflow as tf

    if calibration is not None and (calibration.min(), calibration.max()) != (0, 255):
        raise ValueError("calibration images must reach from 0 to 255")
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if calibration is not None:
        images = calibration

        def representative() -> Iterator[list[NDArray[np.float32]]]:
            for image in images:
                yield [image[None, ..., None].astype(np.float32)]

        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = representative
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    with quiet_stderr():
        return bytes(converter.convert())


def with_shapes_of_one(content: bytes) -> bytes:
    """Return the TFLite file ``content`` with the shapes that its tensors have for one image.

    TensorFlow's converter writes 1 for the open batch size of every tensor, also where a network
    joins two views of an image to a batch of two. LiteRT works out the shapes anew; runtimes for
    microcontrollers take the file's. Nothing but these numbers changes.
    """
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    with quiet_stderr():
        interpreter = Interpreter(
            model_content=content,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        interpreter.allocate_tensors()
        interpreter.invoke()  # the shapes of some tensors are computed
    shapes = {each["index"]: each["shape"] for each in interpreter.get_tensor_details()}
    changed = bytearray(content)
    graph = schema.Model.GetRootAs(changed, 0).Subgraphs(0)
    for index in range(graph.TensorsLength()):
        tensor = graph.Tensors(index)
        if tensor.ShapeSignatureLength():  # it has an open side
            tensor.ShapeAsNumpy()[:] = shapes[index]
    return bytes(changed)
