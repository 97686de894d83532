"""Export the network of a model tier to TFLite: ``python -m export.tier base --run runs/base``.

Reads what ``python -m train.tier`` left in its output folder, converts to full-integer int8 and to
float32, runs both files through the runtime that ships, and writes them with their sidecars only if
they pass the parity gate.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.errors import DataError
from export.common import export_options, read_run, report
from export.network import export_network

if TYPE_CHECKING:
    from emnist_edge.artifact import Artifact

TIERS = ("tiny", "small", "base")
#: Points of accuracy that int8 may lose against the trained network.
MOST_DROP = 0.1
#: Bytes that a file may have: base in float32.
MOST_BYTES = 2_200_000
# What sidecars record of the run.
_FACTS = ("best_epoch", "weight_bytes", "most_bytes", "macs", "unlabelled", "seen_corruptions")


def export(tier: str, run: Path, output: Path, card: Path, data: Path | None) -> list[Artifact]:
    """Convert, check, measure and write; returns the artifacts, int8 first.

    Raises :class:`DataError` where ``run`` is of another tier.
    """
    trained = read_run(run, f"train.tier {tier}", data)
    if trained.metrics["tier"] != tier:
        raise DataError(f"{run}: a run of {trained.metrics['tier']}, not of {tier}")
    return export_network(
        tier, trained, output, card, _FACTS, most_drop=MOST_DROP, most_bytes=MOST_BYTES
    )


@click.command()
@click.argument("tier", type=click.Choice(TIERS))
@export_options("runs/TIER")
def main(tier: str, run: Path, output: Path, card: Path, data: Path | None) -> None:
    """Export the network of TIER to TFLite, float32 and full-integer int8."""
    run = run.with_name(tier) if run == Path("runs/TIER") else run
    report(lambda: export(tier, run, output, card, data), output)


if __name__ == "__main__":
    main()
