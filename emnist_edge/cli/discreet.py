"""The command: its errors show no password, and nothing at length; Ctrl-C ends it as in shells."""

from __future__ import annotations

import re
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.exits import EXIT_STOPPED
from emnist_edge.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ARGUMENTS = f"{__name__}.arguments"
# What is longer is no name of a file, and of it only so much is shown at both ends.
_LONG = re.compile(r"(\S{60})\S{200,}(\S{20})")


class Discreet(click.Group):
    """A group whose usage errors, and those of its commands, show no password, and are short."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Parse the group's own arguments as any group does."""
        given = tuple(args)
        with _shown_discreetly(given):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[_ARGUMENTS] = given
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Parse the rest and call the command as any group does; one that Ctrl-C ends says so."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # see emnist_edge.cli.start
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with _shown_discreetly(ctx.meta[_ARGUMENTS]):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("emnist-edge: stopped", err=True)
            ctx.exit(EXIT_STOPPED)


@contextmanager
def _shown_discreetly(arguments: Sequence[str]) -> Iterator[None]:
    """Show in usage errors ``arguments`` without passwords, and not whole where they are long."""
    try:
        yield
    except click.UsageError as error:
        said = message = error.format_message()
        for argument in arguments:
            value = argument.partition("=")[2] if argument.startswith("--") else argument
            for secret in (value, str(Path(value))):  # as it stands, and as a path names it
                if (hidden := masked(secret)) != secret:
                    message = message.replace(secret, hidden)
        message = _LONG.sub(r"\1...\2", message)
        if message == said:
            raise
        raise click.UsageError(message, error.ctx) from None
