"""Templates and tables among the arguments of a command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.errors import FormError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.forms.model import Template

_TEMPLATES = (".yaml", ".yml")


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
