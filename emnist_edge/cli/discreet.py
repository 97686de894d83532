"""The command, which shows no password of an address, and ends by Ctrl-C as shells expect it."""

from __future__ import annotations

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


class Discreet(click.Group):
    """A group whose usage errors, and those of all its commands, show no password."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Parse the group's own arguments as any group does."""
        given = tuple(args)
        with _passwords_hidden(given):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[_ARGUMENTS] = given
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Parse the rest and call the command as any group does; one that Ctrl-C ends says so."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # see emnist_edge.cli.start
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with _passwords_hidden(ctx.meta[_ARGUMENTS]):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("emnist-edge: stopped", err=True)
            ctx.exit(EXIT_STOPPED)


@contextmanager
def _passwords_hidden(arguments: Sequence[str]) -> Iterator[None]:
    """Show those of ``arguments`` that have passwords without them in usage errors."""
    try:
        yield
    except click.UsageError as error:
        said = message = error.format_message()
        for argument in arguments:
            value = argument.partition("=")[2] if argument.startswith("--") else argument
            for secret in (value, str(Path(value))):  # as it stands, and as a path names it
                if (hidden := masked(secret)) != secret:
                    message = message.replace(secret, hidden)
        if message == said:
            raise
        raise click.UsageError(message, error.ctx) from None
