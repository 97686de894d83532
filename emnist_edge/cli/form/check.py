"""The ``emnist-edge form check`` and ``schema`` commands: what a template is, and may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emnist_edge.cli.form.named import font_option, template_argument
from emnist_edge.errors import RuntimeMissingError, shown
from emnist_edge.packages import load_base
from emnist_edge.tables import NONE, counted, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emnist_device.forms.model import Field, Template, TextField
    from emnist_device.forms.roster import Roster

_HEAD = ("field", "kind", "page", "x, y, width, height", "cells", "what is known of it")
# More are not listed.
_MOST_NAMED = 6


@click.command(short_help="Say what is in a template, or wrong with it.")
@template_argument
@font_option
def check(template: Path, font: Path | None) -> None:
    """Print the fields of a template as a table, once nothing is wrong with it.

    A roster that it names is looked at as well, and whether the form can be printed.

    Exit codes: 0 nothing is wrong, 1 something is, which is said, 2 wrong usage.
    """
    load_base()
    from emnist_device.forms.roster import read_roster
    from emnist_device.forms.template import load_template

    made = load_template(template)
    roster = None
    if made.roster is not None:
        roster = read_roster(made.roster)
        roster.check_columns(made.roster_columns, shown(made.roster))
    unprinted = _check_print(made, roster, font)
    pages, fields = len(made.pages), sum(len(page.fields) for page in made.pages)
    size = f"{counted(pages, 'page')}, {counted(fields, 'field')}"
    click.echo(f"{made.form}: {size}, version {made.digest}")
    click.echo()
    click.echo(plain(_HEAD, [*_rows(made)], left=len(_HEAD)))
    if roster is not None:
        click.echo(f"roster {shown(made.roster)}: {counted(len(roster.rows), 'row')}")
    if unprinted:
        click.echo(unprinted)


def _check_print(template: Template, roster: Roster | None, font: Path | None) -> str:
    """Return why it is not known whether ``template`` can be printed for ``roster``, or "".

    One that has a reference is on paper already. Raises :class:`FormError` where it cannot be.
    """
    if any(page.code is None for page in template.pages):
        return ""
    from emnist_device.forms.printing.document import Copy, check_print, copies_of

    try:
        check_print(template, font, (Copy(),) if roster is None else copies_of(template, roster))
    except RuntimeMissingError as error:
        return f"whether its texts fit on paper is not looked at: {error}"
    return ""


@click.command(short_help="Print the JSON Schema of templates.")
def schema() -> None:
    """Print the JSON Schema of templates, by which editors complete and check what is typed."""
    from emnist_device.forms.grammar import schema_text

    click.echo(schema_text(), nl=False)


def _rows(template: Template) -> Iterator[tuple[str, ...]]:
    """Yield a row of the table for each field."""
    for page in template.pages:
        for field in page.fields:
            place = ", ".join(f"{value:g}" for value in field.area)
            known = [*_known(field), *_related(template, field.name)]
            yield (
                field.name,
                _kind(field),
                str(page.number),
                place,
                _cells(field),
                "; ".join(known) or NONE,
            )


def _related(template: Template, name: str) -> Iterator[str]:
    """Yield what a field has to do with others, and with the roster."""
    if name in template.roster_columns:
        yield f"column {template.roster_columns[name]} of the roster"
    for each in template.sums:
        if each.field == name:
            few = len(each.parts) <= _MOST_NAMED
            yield f"sum of {', '.join(each.parts) if few else f'{len(each.parts)} others'}"
    cells = {each.field for each in template.sums if each.field.startswith(f"{name}.")}
    if cells:
        yield f"{counted(len(cells), 'cell')} with sums"


def _kind(field: Field) -> str:
    from emnist_device.forms.model import GridField

    return f"grid of {field.cells[0].kind}" if isinstance(field, GridField) else field.kind


def _cells(field: Field) -> str:
    """Return how many cells, rows and columns, or options a field has."""
    from emnist_device.forms.model import GridField, MarkField

    if isinstance(field, GridField):
        return f"{len(field.rows)} x {len(field.columns)}"
    if isinstance(field, MarkField):
        return counted(len(field.options), "option")
    return str(len(field.cells)) if field.cells else NONE


def _known(field: Field) -> Iterator[str]:
    """Yield what is known of the text of a field, in words."""
    from emnist_device.forms.model import GridField, TextField

    if isinstance(field, GridField):
        yield from _known(field.cells[0])
        return
    if field.required:
        yield "required"
    if isinstance(field, TextField):
        yield from _known_text(field)
    else:
        yield ", ".join(option.value for option in field.options)
        if field.many:
            yield "several may be marked"


def _known_text(field: TextField) -> Iterator[str]:
    from emnist_device.forms.formats import DateFormat, NumberFormat
    from emnist_device.forms.model import CheckDigit, Length, Range

    match field.form:
        case DateFormat(text):
            yield text
        case NumberFormat(decimals=decimals) if decimals:
            yield counted(decimals, "decimal")
    if field.lexicon is not None:
        yield f"words of {shown(field.lexicon)}"
    elif field.words:
        yield f"one of {', '.join(field.words)}"
    elif field.kind == "pattern" and field.pattern is not None:
        is_mask = len(field.pattern) == len(field.cells)
        yield f"pattern {field.join(list(field.pattern)) if is_mask else field.pattern}"
    for each in field.checks:
        match each:
            case Range(least, most):
                yield f"{least} to {most}"
            case Length(least, most):
                count = str(least) if least == most else f"{least} to {most}"
                yield f"{count} characters"
            case CheckDigit(method):
                yield f"check digit {method}"
