"""A trained Keras network -> float32 and int8 TFLite with sidecars, through the parity gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.benchmark.macs import count_macs
from emnist_device.runtime.engine import Engine
from export.common import MOST_BYTES, Run, candidate, finish, published
from export.parity import compare, require
from export.tflite import convert, drop_softmax

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.artifact import Artifact, InputType
    from emnist_edge.dataset import emnist

#: Training images that set the quantization ranges. The ranges are those of the extremes: more
#: images widen them, and cost accuracy.
CALIBRATION_IMAGES = 300
#: Points of accuracy that int8 may lose against float32.
MOST_DROP = 0.3


def calibration_images(
    samples: emnist.Samples, held: NDArray[np.int64], count: int = CALIBRATION_IMAGES
) -> NDArray[np.uint8]:
    """Return ``count`` images drawn at random, none of which was held back for validation.

    Before them comes one that is half black, half white: it fixes the input's range at 0..255
    whatever the images are.
    """
    free = np.setdiff1d(np.arange(len(samples)), held)
    chosen = np.random.default_rng(0).choice(free, min(count, len(free)), replace=False)
    black_and_white = np.array([0, 255], np.uint8).repeat(28 * 14).reshape(1, 28, 28)
    return np.concatenate([black_and_white, samples.images[chosen]])


def export_network(
    family: str,
    run: Run,
    output: Path,
    card: Path,
    facts: Sequence[str],
    kinds: Sequence[InputType] = ("int8", "float32"),
    most_drop: float | None = None,
    most_bytes: int = MOST_BYTES,
) -> list[Artifact]:
    """Convert ``model.keras`` of ``run`` to ``family``-int8 and ``family``-float32.

    Runs them through the runtime that ships, and writes them to ``output`` with their sidecars
    only if all pass the gate: none may lose more than ``most_drop`` points (:data:`MOST_DROP` for
    None), or have more than ``most_bytes``. ``facts`` are metrics of the run that sidecars record.
    Returns the artifacts, in the order of ``kinds``.
    """
    import keras

    model = run.read("model.keras", keras.models.load_model)
    trained = predict(model, run.images)
    drop_softmax(model)
    calibration = calibration_images(run.samples, run.held)
    provenance = {fact: run.metrics[fact] for fact in facts}
    artifacts = []
    with published(output, card, most_bytes) as folder:
        for kind in kinds:
            name = f"{family}-{kind}"
            content = convert(model, calibration if kind == "int8" else None)
            provenance["macs"] = count_macs(content, name)
            artifact = candidate(name, f"{name}.tflite", content, kind, run, folder, **provenance)
            probabilities = Engine(folder / artifact.file).probabilities(run.images)
            parity = compare(trained, probabilities, run.labels)
            click.echo(f"{name}: {parity}")
            require(parity, name, most=MOST_DROP if most_drop is None else most_drop)
            artifacts.append(finish(artifact, folder, run, parity))
    return artifacts


def predict(model: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what the Keras ``model`` makes of ``images`` (N, 28, 28) uint8: (N, C)."""
    pieces = [
        np.asarray(model.predict_on_batch(images[start : start + 1024, ..., None].astype("f4")))
        for start in range(0, len(images), 1024)
    ]
    return np.concatenate(pieces)
