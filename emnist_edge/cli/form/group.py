"""The ``emnist-edge form`` command, and the commands it has."""

from __future__ import annotations

import click

from emnist_edge.cli.form.apply import apply
from emnist_edge.cli.form.check import check, schema
from emnist_edge.cli.form.define import define
from emnist_edge.cli.form.print_form import print_form
from emnist_edge.cli.form.read import read
from emnist_edge.cli.form.review import review


@click.group(short_help="Describe, print and read forms.")
def form() -> None:
    """Describe forms by templates, print them, and read what was filled in.

    A template is a YAML file; docs/forms.md says what is in it.
    """


for _command in (define, check, schema, print_form, read, review, apply):
    form.add_command(_command)
