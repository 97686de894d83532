"""What ``form`` commands are given: templates and tables, a template first, and a font."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.correcting.by_now import Claims
    from emnist_device.correcting.said import Said
    from emnist_device.correcting.table import SheetsFile
    from emnist_device.forms.model import Template
    from emnist_device.forms.roster import Roster

_TEMPLATES = (".yaml", ".yml")
# What is surely no template: sheets, and what is made of them.
_OTHERS = (
    ".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".csv", ".jsonl",
)  # fmt: skip


def _first_named(context: click.Context, _: click.Parameter, path: Path) -> Path:
    """Return ``path``, unless it is that of something else, such as where names are swapped."""
    if path.suffix.lower() in _OTHERS:
        raise click.BadParameter(
            f"{shown(path)} is no template; name the template first: "
            f"{context.command_path} FORM.yaml ...",
            param_hint="FORM.yaml",
        )
    return path


template_argument = click.argument(
    "template", type=click.Path(path_type=Path), metavar="FORM.yaml", callback=_first_named
)
roster_option = click.option(
    "--roster",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV table of which each sheet of FORM.yaml has one row.",
)
font_option = click.option(
    "--font",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Set texts in this .ttf or .otf font; the built-in one has western Europe's letters.",
)


def split_names(names: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return those of ``names`` that are templates by their suffix, and the others."""
    templates = [Path(name) for name in names if name.lower().endswith(_TEMPLATES)]
    return templates, [name for name in names if not name.lower().endswith(_TEMPLATES)]


def split_table(names: Sequence[str]) -> tuple[list[Path], Path]:
    """Return the templates among ``names``, and the one table; UsageError for none or several."""
    templates, others = split_names(names)
    if len(others) != 1:
        count = f"{len(others)} are" if others else "none is"
        raise click.UsageError(f"name one table that form read wrote; {count} given")
    return templates, Path(others[0])


def load_forms(paths: Sequence[Path]) -> list[Template]:
    """Return the templates; raises :class:`FormError` where one is wrong, or two are alike."""
    from emnist_device.forms.template import load_template

    templates = [load_template(path) for path in paths]
    names = [each.form for each in templates]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FormError(f"form {twice} is in two templates; rename one")
    return templates


def load_rosters(
    templates: Sequence[Template], given: Path | None
) -> dict[Path, tuple[Path, Roster]]:
    """Return file and rows of the roster of each template that has one, by the template's path.

    ``given`` is that of the first, if not its own. Raises :class:`FormError` where one is wrong.
    """
    from emnist_device.forms.roster import read_roster

    files = {each.path: each.roster for each in templates if each.roster is not None}
    if given is not None:
        if not templates[0].roster_columns:
            name = shown(templates[0].path)
            raise FormError(f"{name}: no field has a column of the roster; give one roster: COLUMN")
        files[templates[0].path] = given
    found = {}
    for each in templates:
        if each.path in files:
            file = files[each.path]
            found[each.path] = file, read_roster(file)
            found[each.path][1].check_columns(each.roster_columns, shown(file))
    return found


def say_lacking(file: SheetsFile) -> None:
    """Say where a table lacks sheets that were read, once all of its records were gone through."""
    from emnist_device.batch.places import places_path
    from emnist_device.batch.tasks import title

    if not file.lacking:
        return
    (name, number), *more = file.lacking
    others = f" and {len(more)} more" if more else ""
    click.echo(
        f"emnist-edge: {shown(file.path)}: lacks {title(name, number, 2)}{others}, which "
        f"{shown(places_path(file.path).name)} has; unless you took that out, let form read "
        "--resume read it again",
        err=True,
    )


def say_cut(journal: Path, said: Said) -> None:
    """Say where a correction counts for nothing, since it was not written to its end."""
    if said.cut:
        click.echo(
            f"emnist-edge: {shown(journal)}: line {said.cut} is cut off, and counts for nothing; "
            "look at its field again",
            err=True,
        )


def say_claims(claims: Claims) -> None:
    """Say which sheets are taken for the same row of a roster."""
    from emnist_device.batch.claims import told

    for line in told(claims.every):
        click.echo(f"emnist-edge: {line}", err=True)
