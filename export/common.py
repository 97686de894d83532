"""What every export does: read the run, write candidates, measure them, publish what passed."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import numpy as np

from emnist_device.runtime.engine import Engine
from emnist_edge import __version__
from emnist_edge.artifact import MODELS, Artifact, InputType, read_sidecar
from emnist_edge.dataset import emnist
from emnist_edge.errors import DataError, EmnistEdgeError, ModelError
from emnist_edge.files import read_file, writing_to
from emnist_edge.scoring.calibration import calibrate
from emnist_edge.scoring.metrics import balance, score
from export.card.write import write_card
from export.temperature import fit_temperature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from export.parity import Parity

# Scores that are printed where a model has them.
_REPORTED = ("accuracy", "macro_recall")

_Content = TypeVar("_Content")
_Command = TypeVar("_Command", bound="Callable[..., Any]")

#: Bytes that a model file may have, unless its export says otherwise.
MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Run:
    """A training run of ``program``, and the images it was trained and validated on.

    held: indices into ``samples`` of the validation images. test: None where there is no test set.
    """

    folder: Path
    program: str
    metrics: dict[str, Any]
    samples: emnist.Samples
    held: NDArray[np.int64]
    test: emnist.Samples | None

    def read(self, name: str, read: Callable[[Path], _Content]) -> _Content:
        """Return what ``read`` makes of the file ``name`` of the run."""
        return read_output(self.folder / name, self.program, read)

    @property
    def images(self) -> NDArray[np.uint8]:
        """Validation images (N, 28, 28) uint8."""
        return self.samples.images[self.held]

    @property
    def labels(self) -> NDArray[np.uint8]:
        """Class indices (N,) of the validation images."""
        return self.samples.labels[self.held]

    @property
    def prior(self) -> NDArray[np.float64]:
        """How common (C,) each class is where the answers hold: among the images trained on.

        Where the run says otherwise, as it does.
        """
        if "class_shares" in self.metrics:
            return np.array(self.metrics["class_shares"])
        labels = np.delete(self.samples.labels, self.held)
        counts = np.bincount(labels, minlength=len(self.samples.alphabet))
        return counts / counts.sum()


def read_run(folder: Path, program: str, data: Path | None) -> Run:
    """Read what ``program`` left in ``folder``; the data set must be the one it was trained on."""
    metrics, archive = read_files(folder, "validation.npz", program)
    held = archive["indices"]
    split = emnist.BYMERGE_PART if metrics["split"] == "bymergepart" else emnist.SPLITS["bymerge"]
    samples = emnist.load(split, "train", data).first(metrics["limit"])
    if samples.sha256 != metrics["data"]:
        raise DataError(f"{split.name}: not the files that {folder} was trained on; train again")
    if metrics.get("alphabet", samples.alphabet) != samples.alphabet:
        raise DataError(f"{folder}: has classes that readers do not know; train without --symbols")
    test = emnist.load(emnist.SPLITS["bymerge"], "test", data)
    return Run(folder, program, metrics, samples, held, test)


def read_files(
    folder: Path, arrays: str, program: str
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the metrics and the ``arrays`` that ``program`` left in ``folder``."""
    metrics = read_output(
        folder / "metrics.json", program, lambda path: json.loads(path.read_text(encoding="utf-8"))
    )
    return metrics, read_output(folder / arrays, program, _read_arrays)


def read_output(path: Path, program: str, read: Callable[[Path], _Content]) -> _Content:
    """Return what ``read`` makes of ``path``; DataError, with ``program`` to run, if it can't."""
    return read_file(path, read, f"run: python -m {program}")


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as archive:
        return dict(archive)


def candidate(
    name: str,
    file: str,
    content: bytes,
    input_type: InputType,
    run: Run,
    folder: Path,
    **provenance: Any,
) -> Artifact:
    """Write a model file with a sidecar that knows no scores yet to ``folder``."""
    metrics = run.metrics
    artifact = Artifact(
        name=name,
        file=file,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        alphabet=run.samples.alphabet,
        input_type=input_type,
        temperature=1.0,
        parameters=metrics["parameters"],
        # A class that is missing is rare, but not impossible.
        class_shares=[max(round(float(share), 6), 1e-6) for share in run.prior],
        provenance={
            "emnist_edge": __version__,
            "trained_by": metrics["backend"],
            "training_split": metrics["split"],
            "training_data": metrics["data"],
            "test_data": run.test.sha256 if run.test else {},
            "images": {**metrics["images"], **({"test": len(run.test)} if run.test else {})},
            "recipe": metrics["recipe"],
            **provenance,
        },
    )
    (folder / artifact.file).write_bytes(content)
    artifact.write(folder)
    return artifact


def sidecar(name: str, content: bytes, metrics: dict[str, Any], folder: Path) -> Artifact:
    """Write the model file of a network that reads no characters, and its sidecar, to ``folder``.

    All ``metrics`` of its training are recorded.
    """
    artifact = Artifact(
        name=name,
        file=f"{name}.tflite",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        alphabet="",
        input_type="int8",
        temperature=1.0,
        parameters=metrics["parameters"],
        provenance={"emnist_edge": __version__, **metrics},
    )
    (folder / artifact.file).write_bytes(content)
    artifact.write(folder)
    return artifact


def finish(artifact: Artifact, folder: Path, run: Run, parity: Parity) -> Artifact:
    """Calibrate a candidate that passed the gate, score it, and complete its sidecar."""
    probabilities = Engine(folder / artifact.file).probabilities(run.images)
    temperature = fit_temperature(np.log(np.maximum(probabilities, 1e-30)), run.labels)
    artifact = replace(artifact, temperature=round(temperature, 4))
    artifact.write(folder)
    engine = Engine(folder / artifact.file)
    parts = {"validation": (run.images, run.labels)}
    if run.test is not None:
        parts["test"] = (run.test.images, run.test.labels)
    artifact = replace(
        artifact,
        accuracy={
            part: judge(engine.probabilities(images), labels, run)
            for part, (images, labels) in parts.items()
        },
        provenance={**artifact.provenance, "parity": vars(parity)},
    )
    artifact.write(folder)
    return artifact


def judge(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], run: Run
) -> dict[str, float]:
    """Return what a sidecar says of ``probabilities`` (N, C) for samples of classes ``labels``.

    ``balanced_recall`` is the macro recall where all classes are taken to be equally common.
    """
    alphabet = run.samples.alphabet
    equal = score(balance(probabilities, run.prior), labels, alphabet)
    return {
        **score(probabilities, labels, alphabet).as_dict(),
        "balanced_recall": round(equal.macro_recall, 6),
        **calibrate(probabilities, labels).as_dict(),
    }


@contextmanager
def published(output: Path, card: Path, most_bytes: int = MOST_BYTES) -> Iterator[Path]:
    """Give a temporary folder; where the block ends well, move its files to ``output``.

    Then writes the card of all models in ``output``. Raises :class:`ModelError`, and moves nothing,
    where a file is larger than ``most_bytes``, and
    :class:`~emnist_edge.errors.OutputError` where there can be no such folder.
    """
    with writing_to(output):
        output.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.TemporaryDirectory(dir=output)
    with temporary as name:
        folder = Path(name)
        yield folder
        paths = sorted(folder.iterdir())
        for path in paths:
            if path.stat().st_size > most_bytes:
                raise ModelError(
                    f"{path.name}: {path.stat().st_size:,} bytes where {most_bytes:,} are allowed; "
                    "nothing was written"
                )
        for path in paths:
            path.replace(output / path.name)
    write_card([read_sidecar(path) for path in sorted(output.glob("*.json"))], card)


def export_options(run: str, *, data: bool = True) -> Callable[[_Command], _Command]:
    """Return a decorator that gives a command the options of an export.

    ``data`` says whether it reads EMNIST.
    """
    folder = click.Path(path_type=Path)
    options = [
        click.option("--run", type=folder, default=Path(run), show_default=True),
        click.option("--output", type=folder, default=MODELS, show_default=True),
        click.option("--card", type=folder, default=Path("MODEL_CARD.md"), show_default=True),
    ]
    if data:
        options.append(click.option("--data", type=folder, help="Folder of the IDX files."))

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def report(work: Callable[[], list[Artifact]], output: Path) -> None:
    """Run an export for a command: print what it wrote, or one line about what went wrong."""
    try:
        artifacts = work()
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    for artifact in artifacts:
        part, scores = list(artifact.accuracy.items())[-1]
        shown = [name for name in _REPORTED if name in scores] or scores
        values = ", ".join(f"{name.replace('_', ' ')} {scores[name]:.4f}" for name in shown)
        click.echo(f"{output / artifact.file}: {artifact.bytes / 1000:.0f} kB, {part} {values}")
