"""Forests of the study: accuracy over depth and over trees, and the report's by its own protocol.

Trees are grown one after the other as those of a random forest are (Breiman 2001: each on images
drawn with replacement, each node split by the best of 28 pixels), asked, and let go: a forest of
whole trees fills gigabytes. The images that a tree was not grown on tell its out-of-bag score
without any that is held back.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import click
import joblib
import numpy as np

from emnist_edge.files import write_json
from emnist_edge.scoring.metrics import score
from train.common.data import RunOptions, TrainingData, open_run, read_json
from train.forest import CRITERIA, flat
from train.study import answers
from train.study.balanced import OF_CLASS, Balanced, draw_scores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from sklearn.tree import DecisionTreeClassifier

    from emnist_edge.dataset.emnist import Samples


@dataclass(frozen=True)
class Way:
    """How the trees of a forest grow.

    features: pixels to choose from at a node. bootstrap: each tree learns from images drawn with
    replacement; all of them otherwise.
    """

    name: str
    criterion: str
    features: int = 28
    bootstrap: bool = True


#: The report's way, the same with the other criterion, and that of the forest that ships.
WAYS = (
    Way("gini", "gini"),
    Way("entropy", "entropy"),
    Way("our way", "entropy", features=64, bootstrap=False),
)


@dataclass(frozen=True)
class Recipe:
    """What is grown.

    depths, depth_trees: of the forests that compare depths. trees: how many of a forest of
    ``depth`` are asked together. balanced_trees, balanced_seeds, of_class: of the forests that
    learn equally many images of each class.
    """

    depths: tuple[int, ...] = (5, 10, 15, 20, 30, 40)
    depth_trees: int = 30
    depth: int = 80
    trees: tuple[int, ...] = (1, 2, 5, 10, 20, 30, 50, 100)
    balanced_trees: int = 100
    balanced_seeds: int = 3
    of_class: int = OF_CLASS
    seed: int = 1


@dataclass
class Votes:
    """Sums of what trees say of some images: probabilities (N, classes), and trees asked (N,)."""

    probabilities: NDArray[np.float64]
    asked: NDArray[np.int64]

    @classmethod
    def none(cls, images: int, classes: int) -> Votes:
        """Return those of no tree."""
        return cls(np.zeros((images, classes)), np.zeros(images, np.int64))

    def add(self, tree: DecisionTreeClassifier, pixels: NDArray[np.float32], which: Any) -> None:
        """Ask ``tree`` about the images ``which`` of ``pixels`` (N, 784)."""
        # Classes that are no longer drawn have no column: labels are columns of those that are.
        said = tree.predict_proba(pixels[which])
        self.probabilities[np.ix_(which, tree.classes_)] += said
        self.asked[which] += 1

    def scored(self, labels: NDArray[np.uint8], alphabet: str) -> dict[str, float]:
        """Score the images that any tree was asked about."""
        told = self.asked > 0
        means = self.probabilities[told] / self.asked[told, None]
        return score(means.astype(np.float32), labels[told], alphabet).to_dict()


def grow(
    pixels: NDArray[np.float32],
    labels: NDArray[np.uint8],
    trees: int,
    seed: int,
    way: Way,
    depth: int,
) -> Iterator[tuple[DecisionTreeClassifier, NDArray[np.int64]]]:
    """Yield ``trees`` trees grown on ``pixels`` (N, 784), and the images each was not grown on.

    As many grow at a time as there are processors; they are the same however many that is.
    """
    seeds = np.random.SeedSequence(seed).spawn(trees)
    parallel = joblib.Parallel(n_jobs=-1, prefer="threads", return_as="generator")
    grown: Iterator[tuple[DecisionTreeClassifier, NDArray[np.int64]]] = parallel(
        joblib.delayed(_grown)(pixels, labels, np.random.default_rng(one), way, depth)
        for one in seeds
    )
    return grown


def _grown(
    pixels: NDArray[np.float32],
    labels: NDArray[np.uint8],
    rng: np.random.Generator,
    way: Way,
    depth: int,
) -> tuple[DecisionTreeClassifier, NDArray[np.int64]]:
    from sklearn.tree import DecisionTreeClassifier  # takes a second

    images = len(labels)
    drawn = rng.integers(0, images, images) if way.bootstrap else np.arange(images)
    times = np.bincount(drawn, minlength=images)
    tree = DecisionTreeClassifier(
        criterion=way.criterion,
        max_depth=depth,
        max_features=way.features,
        random_state=int(rng.integers(2**31)),
    )
    return tree.fit(pixels, labels, sample_weight=times), np.flatnonzero(times == 0)


def curve(
    data: TrainingData, criterion: str, depth: int, trees: tuple[int, ...], seed: int
) -> list[dict[str, Any]]:
    """Grow a forest and return a row for each number of ``trees``, in rising order.

    Each has what the trees so far come to: nodes, the deepest, seconds of the processors, and the
    scores of the images held back and of those out of the bag.
    """
    samples, labels = data.samples, data.samples.labels
    kept, held = (flat(samples)[which].astype(np.float32) for which in (data.kept, data.held))
    classes = len(samples.alphabet)
    validation = Votes.none(len(data.held), classes)
    spared = Votes.none(len(data.kept), classes)
    rows: list[dict[str, Any]] = []
    nodes, deepest, start = 0, 0, time.process_time()
    grown = grow(kept, labels[data.kept], max(trees), seed, Way(criterion, criterion), depth)
    for number, (tree, outside) in enumerate(grown, start=1):
        validation.add(tree, held, np.arange(len(held)))
        spared.add(tree, kept, outside)
        nodes += int(tree.tree_.node_count)
        deepest = max(deepest, int(tree.tree_.max_depth))
        if number in trees:
            rows.append({
                "criterion": criterion, "depth": depth, "trees": number, "nodes": nodes,
                "deepest": deepest, "cpu_seconds": round(time.process_time() - start, 1),
                "validation": validation.scored(labels[data.held], samples.alphabet),
                "out_of_bag": spared.scored(labels[data.kept], samples.alphabet),
            })  # fmt: skip
    return rows


def balanced(
    data: Balanced, test: Samples, way: Way, recipe: Recipe, seed: int, folder: Path
) -> dict[str, Any]:
    """Grow a forest on equally many images of each class, and ask it once about ``test``.

    Leaves its answers in ``folder``, and returns its scores on equally many images of each class.
    """
    start = time.process_time()
    classes = len(test.alphabet)
    chosen = data.order(np.random.default_rng(seed))
    pixels, labels = flat(data.samples)[chosen].astype(np.float32), data.samples.labels[chosen]
    asked = flat(test).astype(np.float32)
    votes, nodes, deepest = Votes.none(len(test), classes), 0, 0
    for tree, _ in grow(pixels, labels, recipe.balanced_trees, seed, way, recipe.depth):
        votes.add(tree, asked, np.arange(len(test)))
        nodes += int(tree.tree_.node_count)
        deepest = max(deepest, int(tree.tree_.max_depth))
    folder.mkdir(exist_ok=True)
    predicted = answers.keep(folder, votes.probabilities)
    return {
        "way": way.name, "depth": recipe.depth, "trees": recipe.balanced_trees,
        "seed": seed, "nodes": nodes, "deepest": deepest, "images": len(chosen),
        "cpu_seconds": round(time.process_time() - start, 1), "test_data": test.sha256,
        "drawn": draw_scores(predicted, test.labels, classes),
    }  # fmt: skip


def describe(recipe: Recipe) -> dict[str, Any]:
    """Return all that the forests depend on, besides the data, for their record."""
    return {**asdict(recipe), "ways": [asdict(way) for way in WAYS]}


def run_forests(
    recipe: Recipe, training: TrainingData, test: Samples, options: RunOptions
) -> dict[str, Any]:
    """Grow all forests and return ``metrics.json``: ``depths``, ``trees`` and ``balanced``.

    Writes a JSON file for each forest to the folder of ``options``; those that are there are not
    grown again where the run goes on.
    """
    described = describe(recipe)
    run = open_run(options, training, described, ("*-*.json", "metrics.json"))
    output = options.output

    def once(name: str, work: Callable[[], Any]) -> Any:
        path = output / f"{name}.json"
        if not path.exists():
            write_json(path, work())
            click.echo(f"forests: {name}")
        return read_json(path)

    def swept(criterion: str, depth: int, trees: tuple[int, ...]) -> Any:
        name = f"{criterion}-depth-{depth}"
        return once(name, lambda: curve(training, criterion, depth, trees, recipe.seed))

    def reported(way: Way, seed: int) -> Any:
        name = f"balanced-{way.name.replace(' ', '-')}-{seed}"
        data = Balanced.of(training, recipe.of_class)
        return once(name, lambda: balanced(data, test, way, recipe, seed, output / name))

    seeds = range(recipe.seed, recipe.seed + recipe.balanced_seeds)
    metrics = {
        **run,
        "balanced": [reported(way, seed) for way in WAYS for seed in seeds],
        "trees": [row for one in CRITERIA for row in swept(one, recipe.depth, recipe.trees)],
        "depths": [
            row
            for criterion in CRITERIA
            for depth in recipe.depths
            for row in swept(criterion, depth, (recipe.depth_trees,))
        ],
    }
    write_json(output / "metrics.json", metrics)
    return metrics
