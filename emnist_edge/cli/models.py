"""``emnist-edge models``: the installed models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from emnist_edge.artifact import Artifact


# Scores on the test images that are listed.
_SCORES = ("accuracy", "macro_recall")


@click.command(short_help="List the installed models.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per model and line.")
def models(as_json: bool) -> None:
    """List the installed models with size, input type, accuracy and hash.

    In JSON, scores are shares of 1, or null where none was measured; "alphabet" has the
    character of each class, "∅" for what is no character.
    """
    from emnist_edge.artifact import installed

    if as_json:
        for artifact in installed():
            click.echo(json.dumps(model_object(artifact)))
        return
    click.echo(
        f"{'model':<14}{'size':>8}  {'input':<9}{'accuracy':>9}  {'macro recall':>12}  sha256"
    )
    for artifact in installed():
        click.echo(model_row(artifact))
    click.echo("Accuracy and macro recall on EMNIST's ByMerge test images.")


def model_row(artifact: Artifact) -> str:
    """Return the row of ``artifact`` in the list of models."""
    test = artifact.accuracy.get("test", {})
    accuracy, recall = (f"{100 * test[key]:.2f} %" if key in test else "-" for key in _SCORES)
    return (
        f"{artifact.name:<14}{artifact.bytes / 1000:>5.0f} kB  {artifact.input_type:<9}"
        f"{accuracy:>9}  {recall:>12}  {artifact.sha256}"
    )


def model_object(artifact: Artifact) -> dict[str, Any]:
    """Return what is listed of ``artifact``, as plain values for JSON."""
    test = artifact.accuracy.get("test", {})
    return {
        "model": artifact.name,
        "bytes": artifact.bytes,
        "parameters": artifact.parameters,
        "input_type": artifact.input_type,
        "alphabet": artifact.alphabet,
        **{key: test.get(key) for key in _SCORES},
        "sha256": artifact.sha256,
    }
