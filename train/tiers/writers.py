"""Whose writing a tier learns from beside EMNIST, as its training is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.declare import declare
from train.tiers.mixture import Blend

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Writers:
    """UNIPEN's packed files in ``unipen``, to learn from as well, as ``blend`` says.

    glyphs: folder of those that were drawn; None for one in the output folder.
    """

    unipen: Path
    blend: Blend = field(default_factory=Blend)
    glyphs: Path | None = None


def writers_options(command: Callable[..., None]) -> Callable[..., Any]:
    """Give ``command`` options of them; it gets ``writers``: :class:`Writers`, or None."""

    @wraps(command)
    def with_writers(
        *, unipen: Path | None, symbols: bool, glyphs: Path | None, **given: Any
    ) -> None:
        if (symbols or glyphs) and unipen is None:
            raise click.UsageError("--symbols and --glyphs need --unipen FOLDER")
        command(writers=Writers(unipen, Blend(symbols), glyphs) if unipen else None, **given)

    folder = click.Path(path_type=Path)
    return declare(
        with_writers,
        [
            click.option(
                "--unipen",
                type=folder,
                help="Folder of UNIPEN's packed files, to learn from its writers as well.",
            ),
            click.option(
                "--symbols", is_flag=True, help="Classes for symbols and for what is no character."
            ),
            click.option(
                "--glyphs",
                type=folder,
                help="Folder to keep glyphs of UNIPEN's strokes in.  [default: OUTPUT/glyphs]",
            ),
        ],
    )
