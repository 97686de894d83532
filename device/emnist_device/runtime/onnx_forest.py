"""Random forests in ONNX files, through onnxruntime, which is an extra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.quiet import quiet_stderr
from emnist_edge.artifact import SIDE
from emnist_edge.errors import ModelError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.artifact import Artifact

#: A class that no tree voted for is unlikely, not impossible; this much suits validation images.
FLOOR = 0.01


class OnnxForest:
    """One session. Its graph takes pixels 0..255 uint8 and gives probabilities."""

    def __init__(self, artifact: Artifact, content: bytes, threads: int) -> None:
        onnxruntime = import_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        try:
            with quiet_stderr():
                self._session = onnxruntime.InferenceSession(
                    content, options, providers=["CPUExecutionProvider"]
                )
        except Exception as error:  # onnxruntime's errors have no other base
            raise ModelError(f"{artifact.file}: the runtime refuses it ({error})") from error
        self._input = self._session.get_inputs()[0]
        self._check(artifact)

    def _check(self, artifact: Artifact) -> None:
        """Raise :class:`ModelError` unless the tensors are what the sidecar says."""
        tensors = (self._input, *self._session.get_outputs())
        found = [(tensor.type, tensor.shape[1:]) for tensor in tensors]
        expected = [
            (f"tensor({artifact.input_type})", [SIDE, SIDE, 1]),
            ("tensor(float)", [len(artifact.alphabet)]),
        ]
        if artifact.input_type != "uint8" or found != expected:
            raise ModelError(
                f"{artifact.file}: tensors {found} do not fit its sidecar; export it again"
            )

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run one batch (N, 28, 28) uint8; returns (N, C) float32, logarithms of probabilities."""
        return np.log(np.maximum(self.probabilities(glyphs), np.float32(FLOOR)))

    def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the mean of the trees' leaves, (N, C) float32, as the graph gives it."""
        (means,) = self._session.run(None, {self._input.name: glyphs[..., None]})
        return np.asarray(means, np.float32)


def import_onnxruntime() -> Any:  # it ships no types
    """Return the module; raises :class:`RuntimeMissingError` where it cannot be had."""
    with quiet_stderr():  # it warns of devices that it cannot look for
        return load_module("onnxruntime")
