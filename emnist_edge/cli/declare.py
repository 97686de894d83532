"""Several options -> one command that has them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def declare(
    command: Callable[..., Any],
    options: Iterable[Callable[[Callable[..., Any]], Callable[..., Any]]],
) -> Callable[..., Any]:
    """Return ``command`` with ``options``, decorators of click's, in the order of its help."""
    for option in reversed(list(options)):
        command = option(command)
    return command
