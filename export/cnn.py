"""Export the trained CNN to float32 and int8 TFLite: ``python -m export.cnn``.

Reads what ``python -m train.cnn`` left in its output folder, converts, runs both files through the
runtime that ships, and writes them with their sidecars only if they pass the parity gate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emnist_edge.cli.program import Program
from export.common import export_options, report
from export.network import export_network
from export.run import read_run

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_edge.artifact import Artifact


#: Corruptions (:data:`emnist_edge.corruptions.CORRUPTIONS`) that its training comes near to: its
#: augmentation, and the noise within the network.
SEEN = ("noise", "rotation", "shear", "scale", "translation", "thickness")


def export(run: Path, output: Path, card: Path, data: Path | None) -> list[Artifact]:
    """Convert, check, measure and write; returns the artifacts, int8 first."""
    trained = read_run(run, "train.cnn", data)
    trained.metrics["seen_corruptions"] = list(SEEN)
    return export_network("cnn", trained, output, card, ["best_epoch", "seen_corruptions"])


@click.command(cls=Program)
@export_options("runs/cnn")
def main(run: Path, output: Path, card: Path, data: Path | None) -> None:
    """Export the trained CNN to TFLite, float32 and full-integer int8."""
    report(lambda: export(run, output, card, data), output)


if __name__ == "__main__":
    main()
