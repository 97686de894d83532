"""Export the network of one hidden layer to TFLite: ``python -m export.mlp``.

Reads what ``python -m train.mlp`` left in its output folder; the rest is as for the CNN.
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

_FACTS = ("best_epoch", "activation", "comparison")


def export(run: Path, output: Path, card: Path, data: Path | None) -> list[Artifact]:
    """Convert, check, measure and write; returns the artifacts, int8 first."""
    return export_network("mlp", read_run(run, "train.mlp", data), output, card, _FACTS)


@click.command(cls=Program)
@export_options("runs/mlp")
def main(run: Path, output: Path, card: Path, data: Path | None) -> None:
    """Export the network of one hidden layer to TFLite, float32 and full-integer int8."""
    report(lambda: export(run, output, card, data), output)


if __name__ == "__main__":
    main()
