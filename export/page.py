"""Export the page network to int8 TFLite: ``python -m export.page``.

Reads what ``python -m train.page`` left in its output folder. The file must find what the trained
network finds, on drawn pages held back for validation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.detect.grouping import GROUPING, find_middles
from emnist_device.detect.maps import OFFSET_UNIT, STRIDE, Maps
from emnist_device.detect.network import MARGIN, PageNet
from emnist_edge.cli.program import Program
from emnist_edge.errors import ParityError
from export.common import export_options, published, report, sidecar
from export.run import read_files, read_output
from export.tflite import convert, load_with_depth_to_space

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.artifact import Artifact

#: Points of F1, of ink or of middles, that int8 may lose against the trained network.
MOST_DROP = 0.5
#: Bytes that the file may have.
MOST_BYTES = 300_000
# A middle is right at most this far from a true one, in cells.
_NEAR = 2.0


@dataclass(frozen=True)
class Finds:
    """How much of what is on crops is found: F1 in 0..1, of ink pixels and characters' middles."""

    ink_f1: float
    middle_f1: float


def export(run: Path, output: Path, card: Path) -> list[Artifact]:
    """Convert, check, measure and write; returns the artifact."""
    metrics, seen = read_files(run, "calibration.npz", "train.page")
    _, held = read_files(run, "crops-validation.npz", "train.page")
    model = read_output(run / "model.keras", "train.page", load_with_depth_to_space)
    content = convert(model, seen["contrast"])
    trained = score_maps(lambda contrast: trained_maps(model, contrast), held)
    with published(output, card, MOST_BYTES) as folder:
        artifact = sidecar("page-int8", content, metrics, folder)
        exported = score_maps(PageNet(folder / artifact.file), held)
        click.echo(f"trained {trained}\n{artifact.name} {exported}")
        drop = max(trained.ink_f1 - exported.ink_f1, trained.middle_f1 - exported.middle_f1)
        if 100 * drop > MOST_DROP:
            raise ParityError(
                f"{artifact.name} loses {100 * drop:.2f} points of F1 where {MOST_DROP} are "
                "allowed; nothing was written. Train longer."
            )
        scores = {name: round(value, 6) for name, value in vars(exported).items()}
        artifact = replace(artifact, accuracy={"validation": scores})
        artifact.write(folder)
    return [artifact]


def trained_maps(model: Any, contrast: NDArray[np.uint8]) -> Maps:
    """Return what the Keras ``model`` says of ``contrast`` (H, W), as :class:`PageNet` does.

    With the margin around it, ``contrast`` is as large as what the model was trained on.
    """
    framed = np.pad(contrast, MARGIN)[None, ..., None].astype(np.float32)
    outputs = model.predict_on_batch(framed)
    inner = slice(MARGIN // STRIDE, -MARGIN // STRIDE)
    ink, middle, offset = (
        np.asarray(outputs[name])[0, inner, inner] for name in ("ink", "middle", "offset")
    )
    rows, columns, _ = ink.shape
    pixels = ink.reshape(rows, columns, STRIDE, STRIDE).swapaxes(1, 2)
    coverage = 255 / (1 + np.exp(-pixels.reshape(contrast.shape)))
    return Maps(
        np.rint(coverage).astype(np.uint8),
        1 / (1 + np.exp(-middle[..., 0])),
        offset * np.float32(OFFSET_UNIT / STRIDE),
    )


def score_maps(look: Callable[[NDArray[np.uint8]], Maps], crops: dict[str, NDArray[Any]]) -> Finds:
    """Score what ``look`` says of ``crops``, less the margin: see ``train.pages.crops.Crops``."""
    ink, middles = np.zeros(3), np.zeros(3)  # hits, found, true
    inner = slice(MARGIN, -MARGIN)
    for contrast, coverage, boxes in zip(
        crops["contrast"], crops["coverage"], crops["boxes"], strict=True
    ):
        maps = look(contrast[inner, inner])
        found, true = maps.coverage >= GROUPING.ink, coverage[inner, inner] >= GROUPING.ink
        ink += (found & true).sum(), found.sum(), true.sum()
        corners = boxes[:, :2] + boxes[:, 2:] / 2 - MARGIN
        points = corners[boxes[:, 2] > 0] / STRIDE
        inside = ((points >= 0) & (points < np.array(maps.middle.shape[::-1]))).all(axis=1)
        middles += _match(find_middles(maps)[:, ::-1] + 0.5, points[inside])
    return Finds(*(float(2 * hits / max(found + true, 1)) for hits, found, true in (ink, middles)))


def _match(found: NDArray[np.floating], true: NDArray[np.floating]) -> tuple[int, int, int]:
    """Return how many points (N, 2) are the nearest of each other and near, N and M."""
    if not len(found) or not len(true):
        return 0, len(found), len(true)
    distance = np.linalg.norm(found[:, None] - true, axis=2)
    nearest = distance.argmin(axis=1)
    mutual = distance.argmin(axis=0)[nearest] == np.arange(len(found))
    near = distance[np.arange(len(found)), nearest] <= _NEAR
    return int((mutual & near).sum()), len(found), len(true)


@click.command(cls=Program)
@export_options("runs/page", data=False)
def main(run: Path, output: Path, card: Path) -> None:
    """Export the network that finds characters to full-integer int8 TFLite."""
    report(lambda: export(run, output, card), output)


if __name__ == "__main__":
    main()
