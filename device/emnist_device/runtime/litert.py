"""Networks in TFLite files, through the TFLite runtime that is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.quiet import quiet_stderr
from emnist_edge.artifact import SIDE
from emnist_edge.errors import ModelError, shown
from emnist_edge.packages import load_runtime, unusable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.artifact import Artifact


class LiteRT:
    """One interpreter, resized only where the size of the batch changes."""

    def __init__(self, artifact: Artifact, content: bytes, threads: int) -> None:
        self._file, self._input_type = artifact.file, artifact.input_type
        self._interpreter = open_interpreter(content, artifact.file, threads)
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]
        self._check(artifact)
        self._batch = 1

    def _check(self, artifact: Artifact) -> None:
        """Raise :class:`ModelError` unless the tensors are what the sidecar says."""
        dtypes = (np.dtype(self._input["dtype"]).name, np.dtype(self._output["dtype"]).name)
        shapes = (tuple(self._input["shape"]), tuple(self._output["shape"]))
        expected = ((1, SIDE, SIDE, 1), (1, len(artifact.alphabet)))
        if dtypes != (artifact.input_type,) * 2 or shapes != expected:
            raise ModelError(
                f"{artifact.file}: tensors {shapes} of {dtypes} do not fit its sidecar; "
                "export it again"
            )
        if artifact.input_type == "int8" and self._input["quantization"] != (1.0, -128):
            raise ModelError(f"{artifact.file}: its input is not pixels less 128; export it again")

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run one batch (N, 28, 28) uint8 and return its (N, C) float32 logits.

        Raises :class:`ModelError` where the file is damaged in a way that only shows here.
        """
        pixels = glyphs[..., None]
        if self._input_type == "int8":
            batch: NDArray[Any] = (pixels ^ np.uint8(128)).view(np.int8)  # pixel - 128
        else:
            batch = pixels.astype(np.float32)
        try:
            raw = self._run(batch)
        except (ValueError, RuntimeError) as error:
            raise refused(self._file, error) from error
        if self._input_type == "float32":
            return np.asarray(raw, np.float32)
        scale, zero_point = self._output["quantization"]
        return (raw.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)

    def _run(self, batch: NDArray[Any]) -> NDArray[Any]:
        """Return what the network makes of ``batch`` (N, 28, 28, 1), in its own types."""
        if len(batch) != self._batch:
            resize_input(self._interpreter, self._input["index"], batch.shape)
            self._batch = len(batch)
        self._interpreter.set_tensor(self._input["index"], batch)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output["index"])


def refused(file: str, error: Exception) -> ModelError:
    """Return the error that says that the runtime does not run ``file``."""
    reason = shown(" ".join(str(error).split()))
    return ModelError(f"{file}: the runtime refuses it ({reason}); export it again")


def open_interpreter(content: bytes, name: str, threads: int, *, delegates: bool = True) -> Any:
    """Return an interpreter with its tensors allocated for the TFLite file ``content``.

    Without ``delegates``, all that it computes has its shape, but it is slow. Raises
    :class:`ModelError`, which calls the file ``name``, where the runtime refuses it, and
    :class:`RuntimeMissingError` where there is none, or it does not work.
    """
    runtime = load_runtime()
    options = {}
    if not delegates:
        resolver = runtime.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        options["experimental_op_resolver_type"] = resolver
    try:
        with quiet_stderr():  # XNNPACK announces itself on the file descriptor
            interpreter = runtime.Interpreter(model_content=content, num_threads=threads, **options)
            interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise refused(name, error) from error
    except (AttributeError, ImportError, SystemError, TypeError) as error:
        raise unusable(runtime.__name__, error) from error  # such as with another NumPy
    return interpreter


def resize_input(interpreter: Any, index: int, shape: tuple[int, ...]) -> None:
    """Give the input ``index`` of ``interpreter`` another shape."""
    interpreter.resize_tensor_input(index, shape)
    with quiet_stderr():
        interpreter.allocate_tensors()
