"""What every training program does with its data: read, hold back for validation, record."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click
import numpy as np

from emnist_edge.cli.declare import declare
from emnist_edge.dataset import emnist
from emnist_edge.errors import DataError
from emnist_edge.files import read_file, write_json, writing_to, written_whole
from emnist_edge.scoring.calibration import log_loss
from emnist_edge.scoring.metrics import score

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    #: Returns (N, classes) probabilities for images (N, 28, 28) uint8.
    Predict = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

#: What to do where a file of a run is missing or damaged.
ANEW = "train anew, without --resume"


@dataclass(frozen=True)
class TrainingData:
    """Labelled images, and which of them train and which validate.

    kept, held: indices into ``samples``, for training and for validation. targets: (N, classes)
    float32 probabilities that a network should answer; None for the labels. teacher: says what they
    lack to 1, (N, classes) of images (N, 28, 28) uint8 as the network gets to see them.
    """

    split: str
    samples: emnist.Samples
    limit: int | None
    kept: NDArray[np.int64]
    held: NDArray[np.int64]
    targets: NDArray[np.float32] | None = None
    teacher: Callable[[NDArray[np.uint8]], NDArray[np.float32]] | None = None

    def record(self) -> dict[str, Any]:
        """Return what tells this data from other data, for a run's records."""
        return {"split": self.split, "data": self.samples.sha256, "limit": self.limit}

    @property
    def epoch_images(self) -> int:
        """How many images an epoch shows, before whole batches are made of them."""
        return len(self.kept)

    def order(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices (epoch_images,) of the images of an epoch, in their order."""
        return rng.permutation(self.kept)

    @property
    def loss(self) -> Any:
        """What Keras should make small: a loss function, or the name of one."""
        soft = self.targets is not None
        return "categorical_crossentropy" if soft else "sparse_categorical_crossentropy"

    def answers(self, chosen: NDArray[np.int64]) -> NDArray[Any]:
        """Return what :attr:`loss` compares answers with for the images ``chosen``."""
        return (self.samples.labels if self.targets is None else self.targets)[chosen]

    def joined(self, samples: emnist.Samples, targets: NDArray[np.float32]) -> Self:
        """Return this data with further ``samples`` to train with, and with ``targets`` of all."""
        more = len(self.samples) + np.arange(len(samples))
        return replace(
            self,
            samples=self.samples.join(samples),
            kept=np.concatenate([self.kept, more]),
            targets=targets,
        )

    def taught(self, answers: NDArray[Any], images: NDArray[np.uint8]) -> NDArray[Any]:
        """Return ``answers`` with what they lack to 1, as the teacher says it of ``images``."""
        return answers if self.teacher is None else complete(answers, self.teacher(images))

    def judge(self, predict: Predict) -> dict[str, float]:
        """Return what a row of the history says of the images held back, as ``predict`` has them.

        The epoch with the highest ``merit``, or else ``validation_accuracy``, is the best.
        """
        samples, held = self.samples, self.held
        said, labels = predict(samples.images[held]), samples.labels[held]
        found = score(said, labels, samples.alphabet)
        return {
            "validation_loss": log_loss(said, labels),
            "validation_accuracy": found.accuracy,
            "validation_macro_recall": found.macro_recall,
        }


@dataclass(frozen=True)
class RunOptions:
    """What every training program is told: where images come from, and where results go.

    output: folder of the run. data: folder of the IDX files; None for the usual one. split, limit:
    of the training images, as in :func:`load_training`. resume: go on with the run in ``output``.
    """

    output: Path
    data: Path | None = None
    split: str | None = None
    limit: int | None = None
    resume: bool = False

    def load_training(self, fraction: float, seed: int) -> TrainingData:
        """Read the training images, and hold ``fraction`` of each class back."""
        return load_training(self.split, self.data, self.limit, fraction, seed)

    def load_test(self) -> emnist.Samples:
        """Read the test images."""
        return load_test(self.data, self.limit)


def load_training(
    split: str | None, data: Path | None, limit: int | None, fraction: float, seed: int
) -> TrainingData:
    """Read the first ``limit`` training images and hold ``fraction`` of each class back.

    ``split`` None takes ByMerge whole, else the part of it that is at hand. Glyphs that were
    reviewed (:data:`emnist_edge.dataset.emnist.REVIEWED`) and lie beside it train as well.
    """
    choices = {s.name: s for s in (emnist.SPLITS["bymerge"], emnist.BYMERGE_PART)}
    if split is None:
        at_hand = [
            name
            for name, choice in choices.items()
            if emnist.find(emnist.data_dir(data), emnist.members(choice, "train")[0])
        ]
        split = next(iter(at_hand), "bymerge")
    samples = emnist.load(choices[split], "train", data).first(limit)
    kept, held = hold_back(samples.labels, fraction, seed)
    if emnist.find(emnist.data_dir(data), emnist.members(emnist.REVIEWED, "train")[1]):
        reviewed = emnist.load(emnist.REVIEWED, "train", data)
        kept = np.concatenate([kept, len(samples) + np.arange(len(reviewed))])
        samples = samples.join(reviewed)
    return TrainingData(split, samples, limit, kept, held)


def load_test(data: Path | None, limit: int | None) -> emnist.Samples:
    """Read the first ``limit`` of ByMerge's test images."""
    return emnist.load(emnist.SPLITS["bymerge"], "test", data).first(limit)


def complete(targets: NDArray[np.float32], said: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``targets`` (N, classes) with what they lack to 1, as a teacher ``said`` it."""
    return targets + (1 - targets.sum(axis=1, keepdims=True)) * said


def hold_back(
    labels: NDArray[np.uint8], fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split sample indices into training and validation, ``fraction`` of each class held back."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    rank = np.empty(len(labels), np.int64)  # position of each sample within its class
    for label in np.unique(labels):
        of_class = order[labels[order] == label]
        rank[of_class] = np.arange(len(of_class))
    counts = np.bincount(labels)[labels]
    held = rank < np.round(fraction * counts)
    return np.flatnonzero(~held), np.flatnonzero(held)


def open_run(
    options: RunOptions, data: TrainingData, recipe: dict[str, Any], steps: tuple[str, ...]
) -> dict[str, Any]:
    """Make ``options.output`` the folder of this run and return what the run depends on.

    Writes ``run.json`` and ``validation.npz``. ``steps`` are patterns of the files that say that a
    step is done: they are removed unless the run goes on. Raises :class:`DataError` where it is to
    go on with a run of another recipe or other data, :class:`OutputError` where nothing can be
    written.
    """
    run = {"recipe": recipe, **data.record()}
    output = options.output
    path = output / "run.json"
    if options.resume and path.exists() and read_json(path) != json.loads(json.dumps(run)):
        raise DataError(f"{output}: holds a run of another recipe or data; leave out --resume")
    with writing_to(output):
        output.mkdir(parents=True, exist_ok=True)
        if not options.resume:
            for done in (found for pattern in steps for found in output.glob(pattern)):
                done.unlink()
        write_json(path, run)
        with written_whole(output / "validation.npz") as part:
            np.savez(part, indices=data.held)
    return run


def read_json(path: Path) -> Any:
    """Return the content of a JSON file; :class:`DataError` for one that is missing or damaged."""
    return read_file(path, lambda path: json.loads(path.read_text(encoding="utf-8")), ANEW)


def run_options(output: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that gives a command the options every training program has.

    The command takes them as ``options``, :class:`RunOptions`, and ``seed``.
    """
    declared = (
        click.option("--data", type=click.Path(path_type=Path), help="Folder of the IDX files."),
        click.option(
            "--split",
            type=click.Choice(["bymerge", "bymergepart"]),
            help="Training images; by default the whole of ByMerge where it is at hand.",
        ),
        click.option(
            "--output", type=click.Path(path_type=Path), default=Path(output), show_default=True
        ),
        click.option("--seed", type=int, default=1, show_default=True),
        click.option("--limit", type=click.IntRange(100), help="Use the first N images only."),
        click.option("--resume", is_flag=True, help="Go on with the run in the output folder."),
    )

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def called(**given: Any) -> None:
            told = {field.name: given.pop(field.name) for field in fields(RunOptions)}
            command(options=RunOptions(**told), **given)

        return declare(called, declared)

    return decorate
