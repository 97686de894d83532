"""What is printed of models that were measured on other people's writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from emnist_edge.tables import markdown, percent
from evaluate.digit_forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

# How many of the classes with the lowest recall are named.
_WEAKEST = 6


def show(results: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the tables of ``results``, by model."""
    click.echo(table({name: result["figures"] for name, result in results.items()}))
    forms = {name: result["forms"] for name, result in results.items()}
    if any(forms.values()):
        click.echo(f"\nkind known / any of 47\n{form_table(forms)}")
    click.echo("\nclasses with the lowest recall")
    for name, result in results.items():
        click.echo(f"{name}: {weakest(result['recalls'])}")
    times = {k: result["milliseconds"] for k, result in results.items() if "milliseconds" in result}
    for name, milliseconds in times.items():
        ratio = milliseconds / next(iter(times.values()))
        click.echo(f"{name}: {milliseconds:.3f} ms a character, {ratio:.2f} times the first's")


def table(rows: dict[str, dict[str, float]]) -> str:
    """Return ``rows`` of figures, by model, as a table in Markdown: a column for each model."""
    heads = list(dict.fromkeys(head for row in rows.values() for head in row))
    cells = [[head, *(percent(row.get(head)) for row in rows.values())] for head in heads]
    return markdown(["", *rows], cells)


def form_table(forms: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return what each model reads of each form of digits, kind known and any of 47 classes."""
    first = next(iter(forms.values()))
    cells = [
        [form, f"{first[form]['characters']:.0f}", *(
            f"{percent(found[form]['kind known'], 1)} / {percent(found[form]['any of 47'], 1)}"
            for found in forms.values()
        )]
        for form in (*FORMS, "elsewhere") if form in first
    ]  # fmt: skip
    return markdown(["digits", "characters", *forms], cells)


def weakest(recalls: dict[str, float]) -> str:
    """Return the classes with the lowest recall, and what it is."""
    lowest = sorted(recalls.items(), key=lambda item: item[1])[:_WEAKEST]
    return ", ".join(f"{char} {percent(recall, 1)}" for char, recall in lowest)
