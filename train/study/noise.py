"""How trained models fall with altered images (:mod:`emnist_edge.corruptions`).

Every model sees the same altered images, made from the first test images. They are altered as they
are, after EMNIST's centring and stretching: on the device, a shifted or faint character is centred
and stretched before a model sees it.
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
from train.study.models import NETWORKS, shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.dataset.emnist import Samples
    from train.common.data import RunOptions

    Predictor = Callable[[NDArray[Any]], NDArray[Any]]


#: What images are altered by in the study: these kinds of :data:`CORRUPTIONS`.
KINDS = ("noise", "blur", "rotation", "translation", "contrast", "occlusion")


@dataclass(frozen=True)
class Recipe:
    """images: how many of the test images are altered."""

    images: int = 10_000
    seed: int = 1


def trained_models(study: Path, models: Path) -> dict[str, Path]:
    """Return the files of the models that are there, by name.

    The networks in ``study``, and of the folder ``models`` those that :func:`shipped` finds.
    """
    files = {name: study / name / loop.BEST for name in NETWORKS}
    files = {name: path for name, path in files.items() if (study / name / "metrics.json").exists()}
    files |= {name: models / artifact.file for name, artifact in shipped(models).items()}
    return {name: path for name, path in files.items() if path.exists()}


def measure_all(
    models: dict[str, Path], test: Samples, recipe: Recipe, options: RunOptions
) -> dict[str, Any]:
    """Measure each of ``models`` on altered images, write ``NAME.json`` for each, and return all.

    Where the run goes on, a model is not measured again whose file is the one that was, if what
    images are altered by is as it was.
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
            predict = load_predictor(path)
            accuracy = {
                kind: [_accuracy(predict, images, test) for images in images_of]
                for kind, images_of in altered.items()
            }
            clean = _accuracy(predict, test.images, test)
            write_json(done, {"run": run, "clean": clean, "accuracy": accuracy})
            click.echo(f"{name}: {clean:.4f} on clean images, {mean(accuracy):.4f} on altered ones")
        results[name] = read_json(done)
    return results


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


def _accuracy(predict: Predictor, images: NDArray[Any], test: Samples) -> float:
    return round(float((predict(images).argmax(axis=1) == test.labels).mean()), 6)
