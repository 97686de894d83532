"""The ``emnist-edge`` command and how it ends; its commands import what they need when called."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from emnist_edge import __version__
from emnist_edge.cli.benchmark import benchmark
from emnist_edge.cli.classify import classify
from emnist_edge.cli.data import data
from emnist_edge.cli.discreet import Discreet
from emnist_edge.cli.doctor import doctor
from emnist_edge.cli.exits import EXIT_FAILED
from emnist_edge.cli.form.group import form
from emnist_edge.cli.live import live
from emnist_edge.cli.models import models
from emnist_edge.cli.review import review
from emnist_edge.cli.streams import close_output, open_streams
from emnist_edge.errors import EmnistEdgeError, shown


def main() -> NoReturn:
    """Run the command; whatever goes wrong ends in one line on stderr and an exit code."""
    open_streams()
    try:
        cli.main(standalone_mode=True)
    except EmnistEdgeError as error:
        click.echo(f"emnist-edge: {shown(error)}", err=True)
    except Exception as error:  # a user is never shown a traceback
        if os.environ.get("EMNIST_EDGE_DEBUG"):
            raise
        click.echo(
            f"emnist-edge: internal error ({type(error).__name__}: {error}); please report it with "
            "what EMNIST_EDGE_DEBUG=1 prints",
            err=True,
        )
    finally:
        close_output()
    sys.exit(EXIT_FAILED)


@click.group(cls=Discreet, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="emnist-edge")
def cli() -> None:
    """Read hand-printed characters from pictures, on the device."""


for _command in (classify, live, form, doctor, benchmark, models, review, data):
    cli.add_command(_command)
