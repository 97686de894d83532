"""What a run of ``classify`` keeps beside what it prints, and what it says where it is ended."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.signals import Ended, ended_by_signals
from emnist_edge.cli.targets import check_folder
from emnist_edge.errors import EmnistEdgeError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from emnist_device.batch.results import Results
    from emnist_device.decoding import Decoding
    from emnist_device.review.page import Doubts
    from emnist_edge.cli.console import Console

# Suffixes of what --review may write, or write over.
_PAGES = (".html", ".htm")


@contextmanager
def results_kept(
    output: Path | None, resume: bool, model: str, options: Mapping[str, Any], names: list[str]
) -> Iterator[Results | None]:
    """Hold the file of results open, if there is to be one.

    ``options`` are what a Reader is given beside ``model``, and ``names`` the pictures.
    """
    if output is None:
        yield None
        return
    from emnist_device.batch.results import Results
    from emnist_device.batch.run_record import describe

    run = describe(model, options)
    try:
        results = Results(output, resume=resume, run=run, names=names)
    except EmnistEdgeError as error:
        raise click.BadParameter(str(error), param_hint="--output") from error
    with results:
        yield results


@contextmanager
def doubts_kept(
    page: Path | None, decoding: Decoding, console: Console, before: int, *, resume: bool
) -> Iterator[Doubts | None]:
    """Collect doubtful characters, and write them to ``page`` at the end, also after an error.

    It takes the characters of ``decoding``. ``before`` pictures were read by an earlier run, whose
    page stays as it is.
    """
    if page is None:
        yield None
        return
    from emnist_device.review.page import Doubts

    if page.suffix.lower() not in _PAGES:  # a picture, such as one of those to be read, is not lost
        raise click.BadParameter(
            f"{shown(page)}: name a file that ends in .html", param_hint="--review"
        )
    check_folder(page.parent, "--review", "name a file in one that exists")
    if resume and page.exists():
        raise click.BadParameter(
            f"{shown(page)}: is there already, and what is read now would take the place of what "
            "was read before; name another file",
            param_hint="--review",
        )
    with Doubts(page, decoding.charset) as doubts:
        try:
            yield doubts
        finally:
            if doubts.pictures or sys.exc_info()[0] is None:
                doubts.write()
                rest = f"; nothing of {before} images that were read before" if before else ""
                count = f"{len(doubts)} character{'' if len(doubts) == 1 else 's'}"
                console.complain(f"{shown(page)}: {count} to look at{rest}")


def say_what_failed_before(
    console: Console, output: Path | None, done: Mapping[str, bool], names: list[str]
) -> bool:
    """Say how many of ``names`` an earlier run could not read; return whether there are any."""
    count = sum(done.get(name, False) for name in names)
    if count:
        images = "image" if count == 1 else "images"
        console.complain(
            f"{shown(output)}: says of {count} {images} why reading failed; what was not replaced "
            "since is not tried again"
        )
    return count > 0


@contextmanager
def said_where_ended(
    console: Console, output: Path | None, done: Mapping[str, bool], names: list[str]
) -> Iterator[None]:
    """Where a signal ends the block, say how far it came and how to go on, and exit."""
    with ended_by_signals():
        try:
            yield
        except Ended as end:
            where = "nothing was kept; --output OUT keeps what was read"
            if output is not None:
                count = sum(name in done for name in names)
                where = f"{shown(output)} has {count} of {len(names)} images; go on with --resume"
            console.complain(f"ended by {end}: {where}")
            sys.exit(end.exit_code)
