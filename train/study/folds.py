"""Stratified cross-validation of the forest, the one-hidden-layer network and the shipped CNN.

Stone 1974, "Cross-validatory choice and assessment of statistical predictions": each training
image is predicted once, by a model that did not see it. No epoch is chosen: a network is measured
as its last epoch leaves it. Folds run one after the other, in joblib's processes, or on the workers
of a Dask scheduler, which have this project installed and one thread each. There, networks start
from other weights each time: the workers draw from the same generator.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import joblib
import numpy as np

from emnist_device.batch.cluster import connect
from emnist_edge.dataset.emnist import Samples
from emnist_edge.errors import DataError, EmnistEdgeError
from emnist_edge.files import write_json
from emnist_edge.scoring.metrics import score
from train import cnn, mlp
from train.common import loop
from train.common.data import RunOptions, TrainingData, open_run, read_json
from train.common.lazy import keras
from train.study.described import layers_of, optimizer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from train.common.checkpoints import History

    Indices = NDArray[np.int64]
    #: Probabilities (N, classes) of the images that are held, and what each epoch measured on them.
    Judged = tuple[NDArray[np.float32], History]

#: Scores that are averaged over the folds.
AVERAGED = ("accuracy", "macro_precision", "macro_recall", "macro_f1", "weighted_f1")


@dataclass(frozen=True)
class Recipe:
    """How models are cross-validated.

    epochs: of the networks; None for as many as they have when they are trained for good. trees,
    depth: of the forest, smaller than the study's.
    """

    folds: int = 5
    epochs: int | None = None
    trees: int = 30
    depth: int = 80
    seed: int = 1


@dataclass(frozen=True)
class Workers:
    """Where folds run: ``jobs`` processes at a time, or a Dask ``scheduler``'s workers."""

    jobs: int = 1
    scheduler: str | None = None

    @contextmanager
    def hired(self) -> Iterator[None]:
        """Let joblib use these workers within the context.

        Raises :class:`EmnistEdgeError` where Dask is not installed, no scheduler answers, or it has
        no two workers.
        """
        if self.scheduler is None:
            with joblib.parallel_config("loky", n_jobs=self.jobs):
                yield
            return
        with connect(self.scheduler) as client:
            threads = sum(client.ncores().values())
            if threads < 2:  # joblib would run the folds here
                raise EmnistEdgeError(
                    f"{self.scheduler}: its workers have {threads} threads, and folds need two or "
                    "more; start workers, each with one thread: dask worker --nthreads 1"
                )
            with joblib.parallel_config("dask"):
                yield


def cross_validate(
    model: str,
    recipe: Recipe,
    training: TrainingData,
    options: RunOptions,
    workers: Workers,
) -> dict[str, Any]:
    """Cross-validate ``model``, a key of ``MODELS``, on all training images.

    Writes ``fold-1.json`` and so on and ``metrics.json`` to the folder of ``options``; folds that
    are there are not run again where the run goes on. Returns the content of ``metrics.json``.
    """
    output, samples = options.output, training.samples
    described = describe(model, recipe, len(samples.alphabet))
    run = open_run(options, training, described, ("fold-*.json", "metrics.json"))
    paths = [output / f"fold-{number}.json" for number in range(1, recipe.folds + 1)]
    cuts = split(samples.labels, recipe.folds, recipe.seed)
    jobs = [
        (number, kept, held)
        for number, (kept, held) in enumerate(cuts, start=1)
        if not paths[number - 1].exists()
    ]
    if jobs:
        with workers.hired():
            results = joblib.Parallel(return_as="generator_unordered")(
                joblib.delayed(run_fold)(
                    model, recipe, samples.images, samples.labels, samples.alphabet, *job
                )
                for job in jobs
            )
            for result in results:
                write_json(paths[result["fold"] - 1], result)
                click.echo(
                    f"{model}: fold {result['fold']} of {recipe.folds}: accuracy "
                    f"{result['accuracy']:.4f}, macro recall {result['macro_recall']:.4f}, "
                    f"{result['seconds']:.0f} s"
                )
    folds = [read_json(path) for path in paths]
    values = {key: np.array([fold[key] for fold in folds]) for key in AVERAGED}
    metrics = {
        **run,
        "folds": folds,
        "mean": {key: round(float(value.mean()), 6) for key, value in values.items()},
        "deviation": {key: round(float(value.std(ddof=1)), 6) for key, value in values.items()},
    }
    write_json(output / "metrics.json", metrics)
    return metrics


def split(labels: NDArray[np.uint8], folds: int, seed: int) -> list[tuple[Indices, Indices]]:
    """Return for each fold the indices to train on and those to predict.

    Raises :class:`DataError` where a class has fewer images than there are folds.
    """
    from sklearn.model_selection import StratifiedKFold

    fewest = int(np.unique(labels, return_counts=True)[1].min())
    if fewest < folds:
        raise DataError(
            f"{folds} folds need as many images of each class, and one has {fewest}; take more"
        )
    cutter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return list(cutter.split(labels, labels))


def run_fold(
    model: str,
    recipe: Recipe,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    alphabet: str,
    number: int,
    kept: Indices,
    held: Indices,
) -> dict[str, Any]:
    """Train ``model`` on the images of ``kept`` and score it on those of ``held``."""
    start = time.perf_counter()
    data = TrainingData(f"fold {number}", Samples(images, labels, alphabet), None, kept, held)
    probabilities, history = MODELS[model](recipe, data)
    return {
        "fold": number,
        "seconds": round(time.perf_counter() - start, 1),
        **score(probabilities, labels[held], alphabet).to_dict(),
        "history": history,
    }


def describe(model: str, recipe: Recipe, classes: int) -> dict[str, Any]:
    """Return all that folds of ``model``, a key of ``MODELS``, depend on, besides the data."""
    if model == "forest":
        return {**asdict(recipe), "model": _grown(recipe)}
    network, build = _network(model, recipe, classes)
    described = {"optimizer": optimizer_of(network), "architecture": layers_of(build())}
    return {**asdict(recipe), "model": {**asdict(network), **described}}


def _grown(recipe: Recipe) -> dict[str, Any]:
    """Return the arguments of a fold's forest."""
    return {
        "n_estimators": recipe.trees,
        "criterion": "entropy",
        "max_depth": recipe.depth,
        "random_state": recipe.seed,
    }


def _network(
    model: str, recipe: Recipe, classes: int
) -> tuple[loop.Recipe, Callable[[], keras.Model]]:
    """Return the recipe of a fold's network, and what builds it."""
    if model == "mlp":
        hidden = mlp.Recipe(epochs=recipe.epochs or mlp.Recipe.epochs, seed=recipe.seed)
        return hidden, lambda: mlp.build(classes, "relu", hidden.units)
    shipped = cnn.Recipe(epochs=recipe.epochs or cnn.Recipe.epochs, seed=recipe.seed)
    return shipped, lambda: cnn.build(classes, pool_first=True)


def _forest(recipe: Recipe, data: TrainingData) -> Judged:
    """Grow a forest and return its probabilities for the held images."""
    from sklearn.ensemble import RandomForestClassifier

    pixels = data.samples.images.reshape(len(data.samples), -1)
    forest = RandomForestClassifier(**_grown(recipe))
    forest.fit(pixels[data.kept], data.samples.labels[data.kept])
    # A class that the fold's training images lack has no column of its own otherwise.
    probabilities = np.zeros((len(data.held), len(data.samples.alphabet)), np.float32)
    probabilities[:, forest.classes_] = forest.predict_proba(pixels[data.held])
    return probabilities, []


def _trained(model: str, recipe: Recipe, data: TrainingData) -> Judged:
    """Train a network and return its probabilities for the held images, and its epochs."""
    network, build = _network(model, recipe, len(data.samples.alphabet))
    keras.utils.set_random_seed(network.seed)
    trained = build()
    with tempfile.TemporaryDirectory() as folder:
        history = loop.fit(trained, data, network, Path(folder))
    return loop.predict(trained, data.samples.images[data.held]), history


#: What is cross-validated. ``mlp`` is the network of one hidden layer, ``cnn`` the CNN that ships.
MODELS: dict[str, Callable[[Recipe, TrainingData], Judged]] = {
    "forest": _forest,
    "mlp": partial(_trained, "mlp"),
    "cnn": partial(_trained, "cnn"),
}
