"""The ``emnist-edge form print`` command: a template -> a PDF."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.cli.form.named import font_option, template_argument
from emnist_edge.cli.targets import check_folder
from emnist_edge.errors import OutputError, shown
from emnist_edge.files import written_whole
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from emnist_device.forms.model import Template
    from emnist_device.forms.printing.document import Copy

_MOST_COPIES = 5000


@click.command("print", short_help="Make a PDF of a form.")
@template_argument
@click.argument("out", type=click.Path(path_type=Path), metavar="OUT.pdf")
@click.option(
    "--copies",
    type=click.IntRange(1, _MOST_COPIES),
    metavar="N",
    help="Print N copies with numbers from 1.",
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Print a copy for each row of a CSV table, with what is in it.",
)
@font_option
@click.option("--overwrite", is_flag=True, help="Replace OUT.pdf.")
def print_form(
    template: Path,
    out: Path,
    copies: int | None,
    roster: Path | None,
    font: Path | None,
    overwrite: bool,
) -> None:
    """Make a PDF of the form that a template describes, to print at 100 %.

    Each page has markers in its corners, and a QR code with the form, the page, and the number of
    the copy if it has one. Without an option, it is one copy without a number, to be multiplied.

    Exit codes: 0 the PDF is written, 1 it is not, 2 wrong usage.
    """
    if copies is not None and roster is not None:
        raise click.UsageError("choose one of --copies and --roster")
    if out.suffix.lower() != ".pdf":
        raise click.BadParameter(f"{shown(out)}: name a file that ends in .pdf", param_hint="OUT")
    check_folder(out.parent, "OUT", "name a file in one that exists")
    if os.path.lexists(out) and not overwrite:
        raise OutputError(
            f"{shown(out)}: is there already; name another file, or replace it by --overwrite"
        )
    load_base()
    from emnist_device.forms.printing.document import make_pdf
    from emnist_device.forms.template import load_template

    form = load_template(template)
    made = _copies(form, copies, roster)
    content = make_pdf(form, made, font)
    try:
        with written_whole(out) as part:
            part.write_bytes(content)
    except OSError as error:
        raise OutputError(f"{shown(out)}: cannot be written ({error.strerror})") from error
    count = f"{len(made)} copies" if len(made) > 1 else "1 copy"
    pages = f"{len(form.pages)} pages" if len(form.pages) > 1 else "1 page"
    click.echo(f"{shown(out)}: {count} of {pages}; print at 100 %, not fitted to the page")


def _copies(form: Template, count: int | None, roster: Path | None) -> tuple[Copy, ...]:
    """Return the copies that the options ask for."""
    from emnist_device.forms.printing.document import Copy, copies_of
    from emnist_device.forms.roster import read_roster

    if roster is not None:
        table = read_roster(roster)
        table.check_columns(form.roster_columns, shown(roster))
        return copies_of(form, table)
    if count is not None:
        return tuple(Copy(number) for number in range(1, count + 1))
    return (Copy(),)
