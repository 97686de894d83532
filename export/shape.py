"""Export the shape model to int8 TFLite: ``python -m export.shape``.

Reads what ``python -m train.shape`` left in its output folder; the rest is as for the CNN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emnist_device.lattice import SHAPES
from emnist_edge.emnist import Samples
from export.common import Run, export_options, read_files, report
from export.network import export_network

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_edge.artifact import Artifact


def export(run: Path, output: Path, card: Path) -> list[Artifact]:
    """Convert, check, measure and write; returns the artifact."""
    return export_network("shape", read_pieces(run), output, card, ["kinds"], kinds=["int8"])


def read_pieces(folder: Path) -> Run:
    """Read what ``train.shape`` left in ``folder``."""
    metrics, arrays = read_files(folder, "pieces.npz", "train.shape")
    samples = Samples(arrays["images"], arrays["labels"], SHAPES)
    return Run(folder, metrics, samples, arrays["held"], None)


@click.command()
@export_options("runs/shape", data=False)
def main(run: Path, output: Path, card: Path) -> None:
    """Export the network that tells characters from parts of them to full-integer int8 TFLite."""
    report(lambda: export(run, output, card), output)


if __name__ == "__main__":
    main()
