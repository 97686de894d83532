"""The study's networks: one to four convolutions, each with and without regularization.

Regularization is dropout 0.3, Gaussian noise 0.1 and batch normalization together, as in
:func:`train.cnn.build`. The filters are fewer than those of the network that ships, so that eight
networks train on two CPU cores. The models that ship stand beside them.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from emnist_edge.artifact import read_sidecar
from emnist_edge.files import write_json
from emnist_edge.scoring.metrics import confused_pairs, confusion_matrix
from train import cnn
from train.common import checkpoints, loop
from train.common.data import RunOptions, TrainingData, open_run, read_json
from train.common.lazy import keras
from train.study.described import layers_of, optimizer_of

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_edge.artifact import Artifact
    from emnist_edge.dataset.emnist import Samples

#: Pairs of characters that the page shows, those mistaken most often.
PAIRS = 12
#: Of one to four convolutions.
FILTERS = (16, 32, 64, 96)


@dataclass(frozen=True)
class Recipe(loop.Recipe):
    """The recipe of all networks; images are not varied, so that only the network differs."""

    epochs: int = 20
    batch: int = 256
    learning_rate: float = 0.001


@dataclass(frozen=True)
class Network:
    """One row of the study. ``batch`` None takes the recipe's."""

    layers: int
    regularized: bool = True
    batch: int | None = None

    @property
    def name(self) -> str:
        """Name of its folder."""
        batch = f"-batch-{self.batch}" if self.batch else ""
        return f"cnn-{self.layers}{'' if self.regularized else '-plain'}{batch}"


#: The eight networks, and one of the smallest of them with batches of 32, to compare.
NETWORKS = {
    network.name: network
    for network in (
        *(Network(layers, regularized) for layers in (1, 2, 3, 4) for regularized in (False, True)),
        Network(1, batch=32),
    )
}

#: The models that ship and stand in the tables: a forest, a network of one hidden layer, the CNN.
FOREST, MLP, CNN = SHIPPED = ("forest-edge", "mlp-int8", "cnn-int8")


def shipped(models: Path) -> dict[str, Artifact]:
    """Return the sidecars of those of ``SHIPPED`` that are in the folder ``models``, by name.

    Raises :class:`ModelError` for one that is not a sidecar.
    """
    paths = {name: models / f"{name}.json" for name in SHIPPED}
    return {name: read_sidecar(path) for name, path in paths.items() if path.exists()}


def train_network(
    network: Network,
    recipe: Recipe,
    training: TrainingData,
    test: Samples,
    options: RunOptions,
) -> dict[str, Any]:
    """Train ``network``, measure it once on ``test``, and return its ``metrics.json``.

    Writes ``metrics.json``, ``best.keras`` and checkpoints to the folder of ``options``. A run that
    goes on begins with these, or returns what is there.
    """
    classes = len(training.samples.alphabet)
    described = describe(network, recipe, classes)
    run = open_run(options, training, described, ("history.json", "metrics.json"))
    output = options.output
    path = output / "metrics.json"
    if not path.exists():
        recipe = _own(network, recipe)
        keras.utils.set_random_seed(recipe.seed)
        history = loop.fit(build(network, classes), training, recipe, output)
        best = checkpoints.load(output / loop.BEST)
        measured = loop.measure(best, history, training, test)
        digest = hashlib.sha256((output / loop.BEST).read_bytes()).hexdigest()
        write_json(path, {**run, **measured, "model": digest, "history": history})
    return dict(read_json(path))


def build(network: Network, classes: int) -> keras.Model:
    """Return ``network``, untrained."""
    return cnn.build(
        classes,
        pool_first=True,
        filters=FILTERS[: network.layers],
        regularized=network.regularized,
        name=network.name,
    )


def describe(network: Network, recipe: Recipe, classes: int) -> dict[str, Any]:
    """Return all that a training of ``network`` depends on, besides the data, for its record."""
    own = _own(network, recipe)
    return {
        **asdict(network),
        **asdict(own),
        "optimizer": optimizer_of(own),
        "architecture": layers_of(build(network, classes)),
    }


def _own(network: Network, recipe: Recipe) -> Recipe:
    return replace(recipe, batch=network.batch or recipe.batch)


def find_confusion(study: Path, test: Samples) -> None:
    """Write ``confusion.json`` of the network under ``study`` that does best on validation.

    Nothing is done where no network is trained, or the file is that network's already.
    """
    trained = {
        name: read_json(study / name / "metrics.json")
        for name in NETWORKS
        if (study / name / "metrics.json").exists()
    }
    if not trained:
        return
    chosen = max(trained, key=lambda name: trained[name]["validation"]["accuracy"])
    path, run = study / "confusion.json", {"model": chosen, "test": trained[chosen]["test"]}
    if path.exists() and run.items() <= read_json(path).items():
        return
    model = checkpoints.load(study / chosen / loop.BEST)
    predicted = loop.predict(model, test.images).argmax(axis=1)
    confusion = confusion_matrix(predicted, test.labels, len(test.alphabet))
    pairs = confused_pairs(confusion, test.alphabet, PAIRS)
    wrong = int((predicted != test.labels).sum())
    found = {
        "images": len(test),
        "wrong": wrong,
        "pairs": len(pairs),
        "of_pairs": sum(count for *_, count in pairs) / max(wrong, 1),
        "alphabet": test.alphabet,
        "confusion": confusion.tolist(),
    }
    write_json(path, {**run, **found})
