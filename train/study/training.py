"""Trainings of the study: its networks, and the activations of one hidden layer."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from emnist_edge.files import write_json
from train import mlp
from train.common import checkpoints, loop
from train.common.data import RunOptions, TrainingData, open_run, read_json
from train.common.lazy import keras
from train.study import answers
from train.study.balanced import Balanced, draw_scores
from train.study.models import Recipe, build, describe, own_recipe

if TYPE_CHECKING:
    from emnist_edge.dataset.emnist import Samples
    from train.study.models import Network


def train_network(
    network: Network,
    recipe: Recipe,
    training: TrainingData,
    test: Samples,
    options: RunOptions,
) -> dict[str, Any]:
    """Train ``network``, ask it once about ``test``, and return its ``metrics.json``.

    Writes ``metrics.json``, ``best.keras``, ``answers.npy`` and checkpoints to the folder of
    ``options``. A run that goes on begins with these, or returns what is there.
    """
    classes = len(training.samples.alphabet)
    described = describe(network, recipe, classes)
    run = open_run(options, training, described, ("history.json", "metrics.json"))
    output = options.output
    path = output / "metrics.json"
    if not path.exists():
        recipe = own_recipe(network, recipe)
        if recipe.of_class is not None:
            training = Balanced.of(training, recipe.of_class)
        keras.utils.set_random_seed(recipe.seed)
        history = loop.fit(build(network, classes), training, recipe, output)
        best = checkpoints.load(output / loop.BEST)
        measured = loop.measure(best, history, training)
        probabilities = loop.predict(best, test.images)
        measured |= loop.tested(probabilities, test)
        measured["images"]["test"] = len(test)
        predicted = answers.keep(output, probabilities)
        digest = hashlib.sha256((output / loop.BEST).read_bytes()).hexdigest()
        if network.balanced:
            measured["drawn"] = draw_scores(predicted, test.labels, classes)
        write_json(path, {**run, **measured, "model": digest, "history": history})
    return dict(read_json(path))


def train_activations(
    recipe: mlp.Recipe, training: TrainingData, options: RunOptions
) -> dict[str, Any]:
    """Train networks of one hidden layer, each with another activation, and return their epochs.

    Writes ``metrics.json`` to the folder of ``options``, and a folder for each network, which a run
    that goes on begins with. No test image is looked at.
    """
    run = open_run(options, training, asdict(recipe), ("*/history.json", "metrics.json"))
    path = options.output / "metrics.json"
    if not path.exists():
        write_json(path, {**run, "histories": mlp.fit_all(recipe, training, options.output)})
    return dict(read_json(path))
