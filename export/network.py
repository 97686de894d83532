"""A trained Keras network -> float32 and int8 TFLite with sidecars, through the parity gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.benchmark.macs import count_macs
from emnist_device.runtime.engine import Engine
from emnist_edge.artifact import SIDE
from export.common import EMNIST, MOST_BYTES, candidate, count_looks, finish, published
from export.parity import compare, require
from export.tflite import convert, drop_softmax, with_shapes_of_one

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.artifact import Artifact, InputType
    from export.parity import Parity
    from export.run import Run

    #: By source: probabilities (n, C) and labels (n,).
    Answers = dict[str, tuple[NDArray[np.float32], NDArray[np.uint8]]]

#: Training images that set the quantization ranges. The ranges are those of the extremes: more
#: images widen them, and cost accuracy.
CALIBRATION_IMAGES = 300
#: Points of accuracy that int8 may lose against float32.
MOST_DROP = 0.3
#: The same for each source but EMNIST. There are fewer images of these: of symbols less than a
#: thousand, of which one is a tenth of a point.
MOST_DROP_WRITTEN = 0.6


def calibration_images(run: Run, count: int = CALIBRATION_IMAGES) -> dict[str, NDArray[np.uint8]]:
    """Return ``count`` images at random, as many of each source, by its name.

    None of them was held back for validation.
    """
    sources = run.written.present() if run.written is not None else []
    each = count // (1 + len(sources))
    free = np.setdiff1d(np.arange(len(run.samples)), run.held)
    chosen = np.random.default_rng(0).choice(free, min(each, len(free)), replace=False)
    images = {EMNIST: run.samples.images[chosen]}
    if run.written is not None:
        images |= {source: run.written.learned(source, each) for source in sources}
    return images


def with_extremes(images: dict[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return all ``images`` (N, 28, 28), and before them one that is half black, half white.

    It fixes the input's range at 0..255 whatever the images are.
    """
    black_and_white = np.array([0, 255], np.uint8).repeat(SIDE * SIDE // 2).reshape(1, SIDE, SIDE)
    return np.concatenate([black_and_white, *images.values()])


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
    None) on EMNIST, more than :data:`MOST_DROP_WRITTEN` on another source, or have more than
    ``most_bytes``. ``facts`` are metrics of the run that sidecars record.
    Returns the artifacts, in the order of ``kinds``.
    """
    import keras

    model = run.read("model.keras", keras.models.load_model)
    trained = answers(lambda images: predict(model, images), run)
    drop_softmax(model)
    calibration = calibration_images(run)
    provenance = {
        **{fact: run.metrics[fact] for fact in facts},
        "range_images": {source: len(images) for source, images in calibration.items()},
        "test_looks": count_looks(output / f"{family}-{kinds[0]}.json", run),
    }
    artifacts = []
    with published(output, card, most_bytes) as folder:
        for kind in kinds:
            name = f"{family}-{kind}"
            ranges = with_extremes(calibration) if kind == "int8" else None
            content = with_shapes_of_one(convert(model, ranges))
            provenance["macs"] = count_macs(content, name)
            artifact = candidate(name, f"{name}.tflite", content, kind, run, folder, **provenance)
            exported = answers(Engine(folder / artifact.file).probabilities, run)
            parities = _gate(name, trained, exported, MOST_DROP if most_drop is None else most_drop)
            artifacts.append(finish(artifact, folder, run, parities))
    return artifacts


def _gate(name: str, trained: Answers, exported: Answers, most_drop: float) -> dict[str, Parity]:
    """Return how far ``exported`` is from ``trained`` on each source, once that is little enough.

    Raises :class:`ParityError` where it is not.
    """
    found = {}
    for source, (reference, labels) in trained.items():
        own = source == EMNIST
        called = name if own else f"{name} on {source}"
        found[source] = compare(reference, exported[source][0], labels)
        click.echo(f"{called}: {found[source]}")
        require(found[source], called, most=most_drop if own else MOST_DROP_WRITTEN)
    return found


def answers(predict: Callable[[NDArray[np.uint8]], NDArray[np.float32]], run: Run) -> Answers:
    """Return what ``predict`` says of the validation images of each source, and their labels.

    EMNIST's are known to be letters and digits; of others, all classes are equally common.
    """
    found = {EMNIST: (run.letters.pick(predict(run.images)), run.labels)}
    written = run.written
    if written is not None:
        for source in written.present():
            rows = written.validating(source)
            if len(rows):
                said = written.equal(predict(written.images[rows]))
                found[source] = said, written.labels[rows]
    return found


def predict(model: Any, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return what the Keras ``model`` makes of ``images`` (N, 28, 28) uint8: (N, C)."""
    pieces = [
        np.asarray(model.predict_on_batch(images[start : start + 1024, ..., None].astype("f4")))
        for start in range(0, len(images), 1024)
    ]
    return np.concatenate(pieces)
