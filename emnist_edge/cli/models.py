"""``emnist-edge models``: the installed models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from emnist_edge.artifact import Artifact


@click.command(short_help="List the installed models.")
def models() -> None:
    """List the installed models with size, input type, accuracy and hash."""
    from emnist_edge.artifact import installed

    click.echo(
        f"{'model':<14}{'size':>8}  {'input':<9}{'accuracy':>9}  {'macro recall':>12}  sha256"
    )
    for artifact in installed():
        click.echo(model_row(artifact))
    click.echo("Accuracy and macro recall on EMNIST's ByMerge test images.")


def model_row(artifact: Artifact) -> str:
    """Return the row of ``artifact`` in the list of models."""
    test = artifact.accuracy.get("test", {})
    accuracy, recall = (
        f"{100 * test[key]:.2f} %" if key in test else "-" for key in ("accuracy", "macro_recall")
    )
    return (
        f"{artifact.name:<14}{artifact.bytes / 1000:>5.0f} kB  {artifact.input_type:<9}"
        f"{accuracy:>9}  {recall:>12}  {artifact.sha256}"
    )
