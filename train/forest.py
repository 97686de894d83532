"""Train random forests: ``python -m train.forest``.

Breiman's forests (2001) on raw pixels 0..255, whose thresholds are exact in float32. Everything is
chosen on training images held back for validation: Gini or entropy, how deep, and the edge forest,
the best of those that have few enough nodes for a small ONNX file. The test images are looked at
once, by the chosen edge forest and by the full one of the study, which is measured and not kept:
it fills more than a gigabyte. Writes to the output folder a JSON file for each forest, the edge
forests themselves, ``validation.npz`` and ``metrics.json``.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import click
import joblib
import numpy as np

from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError
from emnist_edge.files import write_json
from emnist_edge.scoring.metrics import Scores, score
from train.common import priors
from train.common.data import RunOptions, TrainingData, open_run, read_json, run_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sklearn.ensemble import RandomForestClassifier

    from emnist_edge.dataset.emnist import Samples

CRITERIA = ("gini", "entropy")
_STEPS = ("sweep-*.json", "edge-*.json", "full.json")
_FIRST_TREES = 4  # grown to see how many more there is room for


@dataclass(frozen=True)
class Edge:
    """How trees of an edge forest grow: without bootstrap, which gives more for the same nodes.

    split: the fewest images that a node is split for. features: pixels to choose from at a node.
    """

    split: int
    features: int

    @property
    def name(self) -> str:
        """Name of its files."""
        return f"edge-{self.split}-{self.features}"


@dataclass(frozen=True)
class Recipe:
    """What a run depends on, besides the data; written to ``metrics.json``.

    trees, depth: of the full forest. sweep_trees: of those that compare criteria and depths.
    edges, edge_nodes, edge_trees: settings to choose from, and the most nodes and trees they get.
    A node takes about 13 bytes of ONNX.
    """

    trees: int = 100
    depth: int = 80
    sweep_trees: int = 10
    depths: tuple[int, ...] = (5, 10, 20, 40)
    edges: tuple[Edge, ...] = (Edge(16, 64), Edge(24, 64))
    edge_nodes: int = 560_000
    edge_trees: int = 100
    validation_share: float = 0.1
    seed: int = 1


QUICK = Recipe(
    trees=6, sweep_trees=2, depths=(5, 20), edges=(Edge(12, 28),), edge_nodes=40_000, edge_trees=6
)


class Trainer:
    """Grows the forests of one run. What an earlier run left in ``output`` is not grown again."""

    def __init__(self, recipe: Recipe, data: TrainingData, output: Path, jobs: int) -> None:
        self.recipe, self.data, self.output, self.jobs = recipe, data, output, jobs
        self.pixels = flat(data.samples)[data.kept]
        self.labels = data.samples.labels[data.kept]
        self.weights = priors.weigh(self.labels, data.samples.alphabet)

    def once(self, name: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return what ``work`` measures, from its file where it is already there."""
        path = self.output / f"{name}.json"
        if not path.exists():
            write_json(path, work())
            result = read_json(path)
            click.echo(
                f"{name}: {result['trees']} trees, {result['nodes']:,} nodes, "
                f"{result['seconds']:.0f} s, validation {result['validation']['accuracy']:.4f}"
            )
        return dict(read_json(path))

    def forest(self, trees: int, **settings: Any) -> RandomForestClassifier:
        """Return a forest that has not grown yet."""
        from sklearn.ensemble import RandomForestClassifier  # takes a second

        return RandomForestClassifier(
            trees, random_state=self.recipe.seed, n_jobs=self.jobs, **settings
        )

    def grown(self, forest: RandomForestClassifier) -> RandomForestClassifier:
        """Grow ``forest``, images weighed so that digits are as common as in ByMerge."""
        return forest.fit(self.pixels, self.labels, self.weights)

    def measured(self, forest: RandomForestClassifier, start: float) -> dict[str, Any]:
        """Describe ``forest``, which has grown since ``start``, and score it on validation."""
        seconds = time.perf_counter() - start
        held = self.data.held
        validation = scored(forest, self.data.samples, held)
        return {
            "trees": len(forest.estimators_),
            "nodes": count_nodes(forest),
            "deepest": max(estimator.tree_.max_depth for estimator in forest.estimators_),
            "seconds": round(seconds, 1),
            "validation": validation.to_dict(),
        }

    def sweep(self, criterion: str, depth: int) -> dict[str, Any]:
        """Grow a small forest to see what ``criterion`` and ``depth`` do."""

        def work() -> dict[str, Any]:
            start = time.perf_counter()
            forest = self.forest(self.recipe.sweep_trees, criterion=criterion, max_depth=depth)
            return self.measured(self.grown(forest), start)

        return {
            "criterion": criterion,
            "depth": depth,
            **self.once(f"sweep-{criterion}-{depth}", work),
        }

    def edge(self, edge: Edge, criterion: str) -> dict[str, Any]:
        """Grow as many trees of one setting as the nodes allow, and keep them in a file."""
        recipe = self.recipe

        def work() -> dict[str, Any]:
            start = time.perf_counter()
            forest = self.forest(
                _FIRST_TREES,
                criterion=criterion,
                max_depth=recipe.depth,
                min_samples_split=edge.split,
                max_features=edge.features,
                bootstrap=False,
                warm_start=True,
            )
            self.grown(forest)
            room = recipe.edge_nodes * _FIRST_TREES // count_nodes(forest)
            forest.n_estimators = max(_FIRST_TREES + 1, min(recipe.edge_trees, room))
            self.grown(forest)
            while count_nodes(forest) > recipe.edge_nodes:
                forest.estimators_.pop()
            forest.n_estimators = len(forest.estimators_)
            joblib.dump(forest, self.output / f"{edge.name}.joblib", compress=3)
            return self.measured(forest, start)

        return {**asdict(edge), "name": edge.name, **self.once(edge.name, work)}

    def full(self, criterion: str, test: Samples) -> dict[str, Any]:
        """Grow the study's forest, measure it on the test images, and let it go."""

        def work() -> dict[str, Any]:
            start = time.perf_counter()
            forest = self.forest(
                self.recipe.trees, criterion=criterion, max_depth=self.recipe.depth
            )
            return {
                **self.measured(self.grown(forest), start),
                "test": scored(forest, test, np.arange(len(test))).to_dict(),
            }

        return {"criterion": criterion, "depth": self.recipe.depth, **self.once("full", work)}


def flat(samples: Samples) -> Any:
    """Return the images of ``samples`` as rows of 784 pixels 0..255."""
    return samples.images.reshape(len(samples), -1)


def scored(forest: RandomForestClassifier, samples: Samples, indices: Any) -> Scores:
    """Score ``forest`` on the ``samples`` of some ``indices``."""
    probabilities = forest.predict_proba(flat(samples)[indices])
    return score(probabilities, samples.labels[indices], samples.alphabet)


def count_nodes(forest: RandomForestClassifier) -> int:
    """Return the number of nodes of all trees, leaves among them."""
    return sum(int(estimator.tree_.node_count) for estimator in forest.estimators_)


def best(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the first result with the highest validation accuracy."""
    return max(results, key=lambda result: result["validation"]["accuracy"])


def train(
    recipe: Recipe,
    options: RunOptions,
    jobs: int = 1,
) -> dict[str, Any]:
    """Grow and measure all forests and return what ``metrics.json`` holds."""
    training = options.load_training(recipe.validation_share, recipe.seed)
    found = len(np.unique(training.samples.labels[training.kept]))
    if found < len(training.samples.alphabet):
        raise DataError(
            f"{training.split}: {len(training.kept)} training images show {found} of "
            f"{len(training.samples.alphabet)} classes; take more"
        )
    run = open_run(options, training, asdict(recipe), _STEPS)
    import sklearn

    trainer = Trainer(recipe, training, options.output, jobs)
    shares = priors.shares(trainer.labels, training.samples.alphabet)
    test = options.load_test()

    criteria = [trainer.sweep(criterion, recipe.depth) for criterion in CRITERIA]
    criterion = best(criteria)["criterion"]
    depths = [trainer.sweep(criterion, depth) for depth in (*recipe.depths, recipe.depth)]
    edges = [trainer.edge(edge, criterion) for edge in recipe.edges]
    chosen = best(edges)
    full = trainer.full(criterion, test)
    forest = joblib.load(options.output / f"{chosen['name']}.joblib")
    metrics = {
        **run,
        "backend": f"scikit-learn {sklearn.__version__}",
        "parameters": chosen["nodes"],
        "images": {
            "training": len(training.kept), "validation": len(training.held), "test": len(test),
        },
        "class_shares": shares,
        "test_data": test.sha256,
        "criteria": criteria,
        "depths": depths,
        "edges": edges,
        "full": full,
        "chosen": chosen["name"],
        "validation": chosen["validation"],
        "test": scored(forest, test, np.arange(len(test))).to_dict(),
    }  # fmt: skip
    write_json(options.output / "metrics.json", metrics)
    return metrics


@click.command(cls=Program)
@run_options("runs/forest")
@click.option("--quick", is_flag=True, help="Few and small forests, to try the program out.")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, help="Trees grown at a time."
)
def main(
    options: RunOptions,
    seed: int,
    quick: bool,
    jobs: int,
) -> None:
    """Train random forests on EMNIST ByMerge: one for the device, and the study's full one."""
    recipe = replace(QUICK if quick else Recipe(), seed=seed)
    metrics = train(recipe, options, jobs)
    for name in (metrics["chosen"], "full"):
        test = (metrics if name != "full" else metrics["full"])["test"]
        click.echo(
            f"{name}: test accuracy {test['accuracy']:.4f}, macro recall {test['macro_recall']:.4f}"
        )


if __name__ == "__main__":
    main()
