"""How trained models fall with altered images (:mod:`emnist_edge.corruptions`).

Every model sees the same altered images, made from the first test images. They are altered as they
are, after EMNIST's centring and stretching: on the device, a shifted or faint character is centred
and stretched before a model sees it.

A network that normalizes is asked a second time, with the means and variances of the altered images
in the place of those of training (Schneider et al. 2020, arXiv 2006.16971): what it gains so is
what it loses by statistics that no longer fit.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click

from emnist_device.runtime.engine import Engine
from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS, corrupt, version
from emnist_edge.files import write_json
from train.common import checkpoints, loop
from train.common.data import read_json
from train.common.lazy import keras
from train.study.models import ALTERED, shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_edge.dataset.emnist import Samples
    from train.common.data import RunOptions

    Predictor = Callable[[NDArray[Any]], NDArray[Any]]


#: What images are altered by in the study: these kinds of :data:`CORRUPTIONS`.
KINDS = ("noise", "blur", "rotation", "translation", "contrast", "occlusion")
# Images whose statistics a network is given: more change nothing, and fill the memory.
_STATISTICS = 2000


@dataclass(frozen=True)
class Recipe:
    """images: how many of the test images are altered."""

    images: int = 10_000
    seed: int = 1


def trained_models(study: Path, models: Path) -> dict[str, Path]:
    """Return the files of the models that are there, by name.

    Those of ``ALTERED`` in ``study``, and those of ``shipped(models)``.
    """
    files = {name: study / name / loop.BEST for name in ALTERED}
    files = {name: path for name, path in files.items() if (study / name / "metrics.json").exists()}
    files |= {name: models / artifact.file for name, artifact in shipped(models).items()}
    return {name: path for name, path in files.items() if path.exists()}


def measure_all(
    models: dict[str, Path],
    known: dict[str, NDArray[np.uint8]],
    test: Samples,
    recipe: Recipe,
    options: RunOptions,
) -> dict[str, Any]:
    """Measure each of ``models`` on altered images, write ``NAME.json`` for each, and return all.

    ``known`` has what each answered for the images of ``test`` as they are. Where the run goes on,
    a model is not measured again whose file is the one that was, if what images are altered by is
    as it was.
    """
    output = options.output
    output.mkdir(parents=True, exist_ok=True)
    test = test.first(recipe.images)
    altered: dict[str, list[NDArray[Any]]] = {}
    results = {}
    for name, path in models.items():
        run = {
            "recipe": asdict(recipe),
            "data": test.sha256,
            "images": len(test),
            "model": hashlib.sha256(path.read_bytes()).hexdigest(),
            "severities": {kind: list(CORRUPTIONS[kind].amounts) for kind in KINDS},
            "versions": {kind: version(kind) for kind in KINDS},
        }
        done = output / f"{name}.json"
        if not (options.resume and done.exists() and read_json(done)["run"] == run):
            altered = altered or dict(_alter(test, recipe.seed))
            clean = _right(known[name][: len(test)], test)
            found = _measured(path, altered, test)
            write_json(done, {"run": run, "clean": clean, **found})
            robust = mean(found["accuracy"])
            click.echo(f"{name}: {clean:.4f} on clean images, {robust:.4f} on altered ones")
        results[name] = read_json(done)
    return results


def _measured(
    path: Path, altered: dict[str, list[NDArray[Any]]], test: Samples
) -> dict[str, dict[str, list[float]]]:
    """Return the accuracy of the model in ``path`` for each kind and strength of ``altered``.

    Of a network that normalizes, ``adapted`` is the same with the statistics of what it is asked.
    """

    def right(predict: Predictor) -> dict[str, list[float]]:
        return {
            kind: [_right(predict(images).argmax(axis=1), test) for images in images_of]
            for kind, images_of in altered.items()
        }

    found = {"accuracy": right(load_predictor(path))}
    if path.suffix == ".keras" and normalizations(network := checkpoints.load(path)):
        adapt = adapter(network)

        def adapting(images: NDArray[np.uint8]) -> NDArray[np.float32]:
            adapt(images[:_STATISTICS])
            return loop.predict(network, images)

        found["adapted"] = right(adapting)
    return found


def normalizations(network: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers of ``network`` that normalize by statistics of its training."""
    kind = keras.layers.BatchNormalization
    return [layer for layer in network.layers if isinstance(layer, kind)]


def adapter(network: keras.Model) -> Callable[[NDArray[np.uint8]], None]:
    """Return what gives ``network`` the statistics of images (N, 28, 28) to normalize by."""
    steps = [(layer, keras.Model(network.inputs, layer.input)) for layer in normalizations(network)]

    def adapt(images: NDArray[np.uint8]) -> None:
        for layer, before in steps:  # in their order: each sees what those before it made
            seen = loop.predict(before, images)
            layer.moving_mean.assign(seen.mean(axis=(0, 1, 2)))
            layer.moving_variance.assign(seen.var(axis=(0, 1, 2)))

    return adapt


def mean(accuracy: dict[str, list[float]]) -> float:
    """Return the mean over all kinds and strengths, each of the same weight."""
    values = [value for values in accuracy.values() for value in values]
    return sum(values) / len(values)


def load_predictor(path: Path) -> Predictor:
    """Return what gives (N, classes) float32 probabilities for images (N, 28, 28) uint8.

    Keras runs a ``.keras`` file; a model that ships runs as on the device, which raises
    :class:`ModelError` where it does not fit its sidecar and :class:`RuntimeMissingError` where the
    library that runs it is not installed.
    """
    if path.suffix != ".keras":
        return Engine(path).read_letters

    network = checkpoints.load(path)
    return lambda images: loop.predict(network, images)


def _alter(test: Samples, seed: int) -> Iterator[tuple[str, list[NDArray[Any]]]]:
    for kind in KINDS:
        yield kind, [corrupt(test.images, kind, strength, seed) for strength in STRENGTHS]


def _right(classes: NDArray[np.integer], test: Samples) -> float:
    return round(float((classes == test.labels).mean()), 6)
