"""What programs of the checkout do with errors: one line on stderr, exit code 1, no traceback."""

from __future__ import annotations

from typing import Any

import click

from emnist_edge.errors import EmnistEdgeError, shown


class Program(click.Command):
    """A program whose known errors, and those of files that cannot be written, end it in words."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the program; raises :class:`click.ClickException` for those errors."""
        try:
            return super().invoke(ctx)
        except EmnistEdgeError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.filename is None:
                raise
            name = shown(error.filename)
            raise click.ClickException(f"{name}: cannot be used ({error.strerror})") from error
