"""What each model answered for each test image, kept so that it is asked once.

Everything that compares models is computed from these files, ``answers.npy`` in the folder of a
model: the class (N,) uint8 of each test image, in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.runtime.engine import Engine
from emnist_edge.errors import DataError
from emnist_edge.files import read_file, write_json, written_whole
from emnist_edge.scoring.metrics import confused_pairs, confusion_matrix
from train.common.data import ANEW, read_json
from train.study.models import NETWORKS, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.dataset.emnist import Samples
    from train.common.data import RunOptions

    Classes = NDArray[np.uint8]

#: Pairs of characters that the page shows, those mistaken most often.
PAIRS = 12
NAME = "answers.npy"


def keep(folder: Path, probabilities: NDArray[np.floating]) -> Classes:
    """Write the most probable class of each of ``probabilities`` (N, classes) to ``folder``."""
    predicted = probabilities.argmax(axis=1).astype(np.uint8)
    with written_whole(folder / NAME) as part:
        np.save(part, predicted)
    return predicted


def read(folder: Path, images: int) -> Classes:
    """Return what :func:`keep` wrote to ``folder`` for so many ``images``.

    Raises :class:`DataError` where that is missing, damaged, or of other images.
    """
    answers: Classes = read_file(folder / NAME, np.load, ANEW)
    if answers.shape != (images,):
        raise DataError(f"{folder / NAME}: is not of {images} images; {ANEW}")
    return answers


def folder_of(study: Path, name: str) -> Path:
    """Return the folder under ``study`` that has the answers of the model ``name``."""
    return study / name if name in NETWORKS else study / "answers" / name


def known(study: Path, test: Samples) -> dict[str, Classes]:
    """Return the answers of all models that were asked, by name."""
    found = {
        name: study / name for name in NETWORKS if (study / name / "metrics.json").exists()
    } | {path.parent.name: path.parent for path in sorted(study.glob("answers/*/model.json"))}
    return {name: read(folder, len(test)) for name, folder in found.items()}


def ask_shipped(models: Path, test: Samples, options: RunOptions) -> dict[str, Any]:
    """Ask each model that ships about all test images, as the device runs it, and return all.

    Leaves a folder for each in that of ``options``. Where the run goes on, one is not asked again
    whose file is the one that was.
    """
    results = {}
    for name, artifact in shipped(models).items():
        folder = options.output / name
        run = {"model": artifact.sha256, "data": test.sha256, "images": len(test)}
        done = folder / "model.json"
        if not (options.resume and done.exists() and read_json(done)["run"] == run):
            folder.mkdir(parents=True, exist_ok=True)
            done.unlink(missing_ok=True)
            predicted = keep(folder, Engine(models / artifact.file).read_letters(test.images))
            right = float((predicted == test.labels).mean())
            found = {"accuracy": round(right, 6), **_mistakes(predicted, test)}
            write_json(done, {"run": run, **found})
            click.echo(f"{name}: {right:.4f} of {len(test):,} test images")
        results[name] = read_json(done)
    return results


def _mistakes(predicted: Classes, test: Samples) -> dict[str, Any]:
    """Return which characters of ``test`` were taken for which, and what the worst pairs make."""
    confusion = confusion_matrix(predicted, test.labels, len(test.alphabet))
    pairs = confused_pairs(confusion, test.alphabet, PAIRS)
    wrong = int((predicted != test.labels).sum())
    return {
        "images": len(test),
        "wrong": wrong,
        "pairs": len(pairs),
        "of_pairs": sum(count for *_, count in pairs) / max(wrong, 1),
        "alphabet": test.alphabet,
        "confusion": confusion.tolist(),
    }
