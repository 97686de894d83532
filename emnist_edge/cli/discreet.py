"""Commands that are given addresses with passwords."""

from __future__ import annotations

import click

from emnist_edge.masking import masked


class Discreet(click.Command):
    """A command whose usage errors show no password of an address among its arguments."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as any command does."""
        secrets = {arg: shown for arg in args if (shown := masked(arg)) != arg}
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            said = message = error.format_message()
            for secret, shown in secrets.items():
                message = message.replace(secret, shown)
            if message == said:
                raise
        raise click.UsageError(message, ctx)
