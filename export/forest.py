"""Export the edge forest to ONNX: ``python -m export.forest``.

Reads what ``python -m train.forest`` left in its output folder, rounds the leaves, has skl2onnx
convert it with a converter of ours, and compares the file, in the runtime that ships, with
scikit-learn on validation images; writes file and sidecar only if they say the same. Says how large
a tree is without that converter, and times both.
"""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any

import click
import joblib

from emnist_device.runtime.engine import BATCH
from emnist_device.runtime.onnx_forest import OnnxForest
from emnist_edge.cli.program import Program
from export.common import (
    EMNIST,
    candidate,
    count_looks,
    export_options,
    finish,
    published,
    report,
)
from export.converter import to_onnx, to_onnx_alone
from export.parity import compare, require_same
from export.run import read_run
from export.trees import CLASSES_A_LEAF, VOTES, compact_leaves

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from sklearn.ensemble import RandomForestClassifier

    from emnist_edge.artifact import Artifact

NAME = "forest-edge"
#: Forests are larger than networks: bytes that the file may have.
MOST_BYTES = 8_000_000
#: Validation images to compare the file with scikit-learn on; the fraction that must agree.
PARITY_IMAGES, LEAST_AGREEMENT = 10_000, 0.999
_TIMED_IMAGES = 2048


def export(run_folder: Path, output: Path, card: Path, data: Path | None) -> list[Artifact]:
    """Compact, convert, check, measure and write; returns the artifact in a list."""
    run = read_run(run_folder, "train.forest", data)
    forest = run.read(f"{run.metrics['chosen']}.joblib", joblib.load)
    forest.n_jobs = 1
    images, labels = run.images[:PARITY_IMAGES], run.labels[:PARITY_IMAGES]

    def by_sklearn(glyphs: NDArray[np.uint8]) -> NDArray[np.float64]:
        return forest.predict_proba(glyphs.reshape(len(glyphs), -1))

    grown = by_sklearn(images)
    compact_leaves(forest)
    compacted = by_sklearn(images)
    cost = compare(grown, compacted, labels).accuracy_drop
    click.echo(f"{NAME}: leaves of {VOTES} votes on {CLASSES_A_LEAF} classes: {cost:+.2f} points")

    content = to_onnx(forest)
    click.echo(f"{NAME}: {len(content) / 1000:,.0f} kB; {sizes(forest)}")
    facts = {fact: run.metrics[fact] for fact in ("criteria", "depths", "edges", "full", "chosen")}
    facts["test_looks"] = count_looks(output / f"{NAME}.json", run)
    leaves = {"classes": CLASSES_A_LEAF, "votes": VOTES, "accuracy_drop": cost}
    with published(output, card, MOST_BYTES) as folder:
        artifact = candidate(
            NAME, f"{NAME}.onnx", content, "uint8", run, folder, leaves=leaves, **facts
        )
        by_onnx = OnnxForest(artifact, content, threads=1).probabilities
        probabilities = by_onnx(images)
        parity = compare(compacted, probabilities, labels)
        click.echo(f"{NAME}: {parity}")
        require_same(compacted, probabilities, NAME, least=LEAST_AGREEMENT)
        artifact = finish(artifact, folder, run, {EMNIST: parity})
    ours, theirs = (milliseconds(run_once, images) for run_once in (by_onnx, by_sklearn))
    click.echo(
        f"{NAME}: {ours:.3f} ms an image in batches of {BATCH} on one core; scikit-learn's "
        f"predict_proba {theirs:.3f} ms, {theirs / ours:.0f} times as long"
    )
    return [artifact]


def sizes(forest: RandomForestClassifier) -> str:
    """Say how large the first tree of ``forest`` is as it is converted here, and by skl2onnx alone.

    Not the whole forest, for which skl2onnx needs gigabytes.
    """
    first = copy.copy(forest)
    first.estimators_ = forest.estimators_[:1]
    ours, alone = len(to_onnx(first)), len(to_onnx_alone(first))
    return (
        f"its first tree {ours / 1000:,.0f} kB, by skl2onnx alone {alone / 1000:,.0f} kB, "
        f"{alone / ours:.0f} times as large"
    )


def milliseconds(run: Callable[[NDArray[np.uint8]], Any], images: NDArray[np.uint8]) -> float:
    """Return the time that ``run`` takes for an image, in batches as the device runs them.

    The best of three rounds over different images: one image again and again would stay in cache.
    """
    images = images[:_TIMED_IMAGES]
    rounds = []
    for _ in range(3):
        start = time.perf_counter()
        for first in range(0, len(images), BATCH):
            run(images[first : first + BATCH])
        rounds.append(1000 * (time.perf_counter() - start) / len(images))
    return min(rounds)


@click.command(cls=Program)
@export_options("runs/forest")
def main(run: Path, output: Path, card: Path, data: Path | None) -> None:
    """Export the edge forest to ONNX."""
    report(lambda: export(run, output, card, data), output)


if __name__ == "__main__":
    main()
