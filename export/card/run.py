"""Write the model card again: ``python -m export.card``.

Of the sidecars, and of what benchmark and study published, as when any of that has changed.
"""

from __future__ import annotations

from pathlib import Path

import click

from emnist_edge.artifact import MODELS, read_sidecar
from emnist_edge.cli.program import Program
from export.card.write import write_card


@click.command(cls=Program)
@click.option("--models", type=click.Path(path_type=Path), default=MODELS, help="Their folder.")
@click.option(
    "--card", type=click.Path(path_type=Path), default=Path("MODEL_CARD.md"), show_default=True
)
def main(models: Path, card: Path) -> None:
    """Write the model card of the models that ship."""
    write_card([read_sidecar(path) for path in sorted(models.glob("*.json"))], card)
    click.echo(f"{card}: written")
