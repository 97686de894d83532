"""Glyphs -> probabilities, through the runtime that the model's file is for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from emnist_edge.artifact import SIDE, Artifact, open_model
from emnist_edge.errors import ModelError
from emnist_edge.scoring.letters import Letters

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Glyphs are run in batches of at most this many.
BATCH = 64


class Runtime(Protocol):
    """A model loaded by some library."""

    def logits(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (N, C) logits of ``glyphs`` (N, 28, 28) uint8, N from 1."""


class Engine:
    """A model ready to run: loaded once for the life of the object. Not thread-safe.

    Raises :class:`ModelError` for a model that is missing or does not fit its sidecar and
    :class:`RuntimeMissingError` where the library that runs it is not installed.

    letters: which classes are letters and digits.
    """

    def __init__(self, model: str | Path, threads: int = 1) -> None:
        self.artifact, content = open_model(model)
        if not self.artifact.alphabet:
            raise ModelError(f"{model}: finds characters, but does not read them")
        self.letters = Letters.of(self.artifact.alphabet)
        if not self.letters.alphabet:
            raise ModelError(f"{model}: has no class for any letter or digit")
        self._runtime = _load(self.artifact, content, threads)

    def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Classify ``glyphs`` (N, 28, 28) uint8, ink 255 on 0, of any N including 0.

        Returns (N, C) float32, calibrated probabilities of the artifact's alphabet; rows sum to 1.
        """
        if glyphs.ndim != 3 or glyphs.shape[1:] != (SIDE, SIDE) or glyphs.dtype != np.uint8:
            raise ValueError(f"glyphs must be (N, 28, 28) uint8, not {glyphs.shape} {glyphs.dtype}")
        logits = [
            self._runtime.logits(glyphs[start : start + BATCH])
            for start in range(0, len(glyphs), BATCH)
        ]
        if not logits:
            return np.zeros((0, len(self.artifact.alphabet)), np.float32)
        return softmax(np.concatenate(logits) / np.float32(self.artifact.temperature))

    def read_letters(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Classify ``glyphs``, each known to be a letter or digit: (N, L) float32.

        The columns are the model's classes that are letters and digits; rows sum to 1.
        """
        return self.letters.pick(self.probabilities(glyphs))


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the softmax of each row of ``logits`` (N, C)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _load(artifact: Artifact, content: bytes, threads: int) -> Runtime:
    """Return the runtime for ``artifact``; only the one that is needed is imported."""
    if Path(artifact.file).suffix == ".onnx":
        from emnist_device.runtime.onnx_forest import OnnxForest

        return OnnxForest(artifact, content, threads)
    from emnist_device.runtime.litert import LiteRT

    return LiteRT(artifact, content, threads)
