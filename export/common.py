"""What every export does with a run: write candidates, measure them, publish what passed."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.runtime.engine import Engine
from emnist_edge import __version__
from emnist_edge.artifact import MODELS, Artifact, InputType, read_sidecar
from emnist_edge.cli.declare import declare
from emnist_edge.errors import ModelError
from emnist_edge.files import writing_to
from emnist_edge.scoring.calibration import calibrate
from emnist_edge.scoring.metrics import balance, recalls, score
from emnist_edge.scoring.sources import SOURCES
from export.card.write import write_card
from export.temperature import fit_temperature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from export.parity import Parity
    from export.run import Run

# Scores that are printed where a model has them.
_REPORTED = ("accuracy", "macro_recall")


#: What parities call the images of EMNIST.
EMNIST = SOURCES[0]
#: Bytes that a model file may have, unless its export says otherwise.
MOST_BYTES = 1_000_000


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
        alphabet=run.alphabet,
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
            "images": {
                **metrics["images"],
                "labelled": len(run.samples),
                **({"test": len(run.test)} if run.test else {}),
            },
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


def count_looks(sidecar: Path, run: Run) -> int:
    """Return how many networks were measured on ByMerge's test images once ``run`` is exported.

    Those of this kind: as the ``sidecar`` of the last export says, and ``run`` and its other seeds.
    """
    before = 0
    if sidecar.exists():
        artifact = read_sidecar(sidecar)
        before = artifact.provenance.get("test_looks", int("test" in artifact.accuracy))
    return before + 1 + len(run.metrics.get("other_seeds", []))


def finish(artifact: Artifact, folder: Path, run: Run, parities: Mapping[str, Parity]) -> Artifact:
    """Calibrate a candidate that passed the gate, score it, and complete its sidecar.

    Of EMNIST's images it is known that they are letters and digits. ``parities`` are by source.
    """
    probabilities = _read(Engine(folder / artifact.file), run.images, run)
    temperature = fit_temperature(np.log(np.maximum(probabilities, 1e-30)), run.labels)
    artifact = replace(artifact, temperature=round(temperature, 4))
    artifact.write(folder)
    engine = Engine(folder / artifact.file)
    accuracy, recall = {"validation": judge(_read(engine, run.images, run), run.labels, run)}, {}
    if run.written is not None:
        answers = engine.probabilities(run.written.images[run.written.held])
        accuracy["written"], recall["written"] = run.written.judge(answers)
    if run.test is not None:
        said = _read(engine, run.test.images, run)
        accuracy["test"] = judge(said, run.test.labels, run)
        recall["test"] = recalls(said.argmax(axis=1), run.test.labels, run.samples.alphabet)
    artifact = replace(
        artifact,
        accuracy=accuracy,
        recall=recall,
        provenance={
            **artifact.provenance,
            "parity": vars(parities[EMNIST]),
            "parity_written": {of: vars(p) for of, p in parities.items() if of != EMNIST},
        },
    )
    artifact.write(folder)
    return artifact


def _read(engine: Engine, images: NDArray[np.uint8], run: Run) -> NDArray[np.float32]:
    """Return what ``engine`` says of ``images`` of letters and digits: (N, L)."""
    return run.letters.pick(engine.probabilities(images))


def judge(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], run: Run
) -> dict[str, float]:
    """Return what a sidecar says of ``probabilities`` (N, L) for samples of classes ``labels``.

    ``balanced_recall`` is the macro recall where all classes are taken to be equally common.
    """
    alphabet = run.samples.alphabet
    prior = np.array(run.letters.shares(run.prior.tolist()))
    equal = score(balance(probabilities, prior), labels, alphabet)
    return {
        **score(probabilities, labels, alphabet).to_dict(),
        "balanced_recall": round(equal.macro_recall, 6),
        **calibrate(probabilities, labels).to_dict(),
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


def export_options(
    run: str, *, data: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
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

    return lambda command: declare(command, options)


def report(work: Callable[[], list[Artifact]], output: Path) -> None:
    """Run an export for a command, and print what it wrote."""
    for artifact in work():
        part, scores = list(artifact.accuracy.items())[-1]
        shown = [name for name in _REPORTED if name in scores] or scores
        values = ", ".join(f"{name.replace('_', ' ')} {scores[name]:.4f}" for name in shown)
        click.echo(f"{output / artifact.file}: {artifact.bytes / 1000:.0f} kB, {part} {values}")
