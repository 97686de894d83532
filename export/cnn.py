"""Export the trained CNN to float32 and int8 TFLite: ``python -m export.cnn``.

Reads what ``python -m train.cnn`` left in its output folder, converts, runs both files through the
runtime that ships, and writes them with their sidecars only if they pass the parity gate.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click
import numpy as np

from emnist_device.engine import Engine
from emnist_edge import __version__, emnist
from emnist_edge.artifact import MODELS, Artifact
from emnist_edge.errors import DataError, EmnistEdgeError
from emnist_edge.metrics import score
from export.card import write_card
from export.parity import compare, fit_temperature, require
from export.tflite import convert, drop_softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Training images per class that set the quantization ranges.
CALIBRATION_PER_CLASS = 12
#: Points of accuracy that int8 may lose against float32.
MOST_DROP = 0.3


def calibration_images(
    samples: emnist.Samples, held: NDArray[np.int64], per_class: int = CALIBRATION_PER_CLASS
) -> NDArray[np.uint8]:
    """Return ``per_class`` images of each class, none of which was held back for validation."""
    free = np.setdiff1d(np.arange(len(samples)), held)
    chosen = [
        free[samples.labels[free] == label][:per_class] for label in np.unique(samples.labels)
    ]
    return samples.images[np.concatenate(chosen)]


def candidate(
    name: str, content: bytes, alphabet: str, metrics: dict[str, Any], folder: Path
) -> Artifact:
    """Write a model file with a sidecar that knows no scores yet to ``folder``."""
    input_type: Literal["int8", "float32"] = "int8" if name.endswith("int8") else "float32"
    artifact = Artifact(
        name=name,
        file=f"{name}.tflite",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        alphabet=alphabet,
        input_type=input_type,
        temperature=1.0,
        parameters=metrics["parameters"],
        provenance={
            "emnist_edge": __version__,
            "trained_by": metrics["backend"],
            "training_split": metrics["split"],
            "training_data": metrics["data"],
            "test_data": metrics["test_data"],
            "images": metrics["images"],
            "recipe": metrics["recipe"],
            "best_epoch": metrics["best_epoch"],
        },
    )
    (folder / artifact.file).write_bytes(content)
    artifact.write(folder)
    return artifact


def calibrate(
    artifact: Artifact, folder: Path, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> Artifact:
    """Return ``artifact`` with the temperature that suits the validation images."""
    probabilities = Engine(folder / artifact.file).probabilities(images)
    temperature = fit_temperature(np.log(np.maximum(probabilities, 1e-30)), labels)
    artifact = replace(artifact, temperature=round(temperature, 4))
    artifact.write(folder)
    return artifact


def read_run(run: Path) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """Return the metrics of a training run and the indices of its validation images."""
    try:
        metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
        with np.load(run / "validation.npz") as archive:
            return metrics, archive["indices"]
    except FileNotFoundError as error:
        raise DataError(f"{error.filename}: not there; run: python -m train.cnn") from error


def export(run: Path, output: Path, card: Path, data: Path | None) -> list[Artifact]:
    """Convert, check, measure and write; returns the artifacts, int8 first."""
    import keras

    metrics, held = read_run(run)
    split = emnist.BYMERGE_PART if metrics["split"] == "bymergepart" else emnist.SPLITS["bymerge"]
    samples = emnist.load(split, "train", data).first(metrics["limit"])
    if samples.sha256 != metrics["data"]:
        raise DataError(f"{split.name}: not the files that {run} was trained on; train again")
    images, labels = samples.images[held], samples.labels[held]
    test = emnist.load(emnist.SPLITS["bymerge"], "test", data)

    model = keras.models.load_model(run / "model.keras")
    trained = np.concatenate(
        [
            np.asarray(model.predict_on_batch(images[i : i + 1024, ..., None].astype("f4")))
            for i in range(0, len(images), 1024)
        ]
    )
    drop_softmax(model)
    contents = {
        "cnn-int8": convert(model, calibration_images(samples, held)),
        "cnn-float32": convert(model, None),
    }
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output) as temporary:
        folder = Path(temporary)
        artifacts = []
        for name, content in contents.items():
            artifact = candidate(name, content, samples.alphabet, metrics, folder)
            parity = compare(trained, Engine(folder / artifact.file).probabilities(images), labels)
            click.echo(f"{name}: {parity}")
            require(parity, name, most=MOST_DROP)
            artifact = calibrate(artifact, folder, images, labels)
            engine = Engine(folder / artifact.file)
            scores = {
                "validation": score(engine.probabilities(images), labels, samples.alphabet),
                "test": score(engine.probabilities(test.images), test.labels, test.alphabet),
            }
            artifact = replace(
                artifact,
                accuracy={part: value.as_dict() for part, value in scores.items()},
                provenance={**artifact.provenance, "parity": vars(parity)},
            )
            artifact.write(folder)
            artifacts.append(artifact)
        for path in sorted(folder.iterdir()):
            path.replace(output / path.name)
    write_card(artifacts, card)
    return artifacts


@click.command()
@click.option("--run", type=click.Path(path_type=Path), default=Path("runs/cnn"), show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=MODELS, show_default=True)
@click.option("--card", type=click.Path(path_type=Path), default=Path("MODEL_CARD.md"))
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the IDX files.")
def main(run: Path, output: Path, card: Path, data: Path | None) -> None:
    """Export the trained CNN to TFLite, float32 and full-integer int8."""
    try:
        artifacts = export(run, output, card, data)
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    for artifact in artifacts:
        test = artifact.accuracy["test"]
        click.echo(
            f"{output / artifact.file}: {artifact.bytes / 1000:.0f} kB, test accuracy "
            f"{test['accuracy']:.4f}, macro recall {test['macro_recall']:.4f}"
        )


if __name__ == "__main__":
    main()
