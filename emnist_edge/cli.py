"""The ``emnist-edge`` command: thin commands, each imports what it needs when it is called."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from emnist_edge import __version__
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.errors import EmnistEdgeError, ModelError
from emnist_edge.options import decoding_options
from emnist_edge.review import review

if TYPE_CHECKING:
    from emnist_device import Page, Reader
    from emnist_device.decoding import Decoding
    from emnist_device.review import Review

#: Exit codes, as documented in the README.
EXIT_OK, EXIT_UNREAD, EXIT_USAGE = 0, 1, 2


def main() -> NoReturn:
    """Run the command; whatever goes wrong ends in one line on stderr and an exit code."""
    try:
        cli.main(standalone_mode=True)
    except EmnistEdgeError as error:
        click.echo(f"emnist-edge: {error}", err=True)
    except Exception as error:  # a user is never shown a traceback
        if os.environ.get("EMNIST_EDGE_DEBUG"):
            raise
        click.echo(
            f"emnist-edge: internal error ({type(error).__name__}: {error}); please report it with "
            "what EMNIST_EDGE_DEBUG=1 prints",
            err=True,
        )
    sys.exit(EXIT_UNREAD)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="emnist-edge")
def cli() -> None:
    """Read hand-printed characters from pictures, on the device."""


@cli.command()
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...", type=click.Path())
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help="Installed name, or file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per image and line.")
@click.option(
    "--annotate",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Draw what was read on the picture: a file, or a folder for several images.",
)
@click.option(
    "--review",
    "review_page",
    type=click.Path(path_type=Path),
    metavar="OUT.html",
    help="Write a page of the doubtful characters, for a person to correct.",
)
@click.option(
    "--top-k", type=click.IntRange(0, 61), default=3, show_default=True, help="Alternatives."
)
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@decoding_options
def classify(
    images: tuple[str, ...],
    model: str,
    as_json: bool,
    annotate: Path | None,
    review_page: Path | None,
    top_k: int,
    threads: int,
    decoding: Decoding,
) -> None:
    """Print the text of each IMAGE; - reads a picture from standard input.

    Exit codes: 0 read (or nothing there to read), 1 at least one image could not be read (the
    others are), 2 wrong usage.
    """
    targets = _annotation_targets(images, annotate)
    from emnist_device import Reader

    try:
        reader = Reader(model, threads=threads, top_k=top_k, decoding=decoding)
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--model") from error
    doubtful = _start_review(review_page, reader, decoding)
    failed = printed = False
    for image, target in zip(images, targets, strict=True):
        try:
            page = _read(image, reader, target, doubtful)
        except EmnistEdgeError as error:
            click.echo(f"emnist-edge: {error}", err=True)
            failed = True
            continue
        name = click.format_filename(image)
        if not page.lines:
            click.echo(f"emnist-edge: {name}: nothing to read", err=True)
        for number, line in enumerate(page.lines, start=1):
            if line.matched is False:
                click.echo(
                    f"emnist-edge: {name}: line {number} ({line.text}) was read without pattern or "
                    "lexicon: nothing in them has as many characters",
                    err=True,
                )
        if as_json:
            click.echo(json.dumps({"image": name, **page.as_dict()}, ensure_ascii=False))
        elif len(images) == 1:
            click.echo(page.text, nl=bool(page.lines))
        else:
            click.echo(("\n" if printed else "") + f"{name}:\n{page.text}")
        printed = True
    if doubtful is not None and review_page is not None:
        doubtful.write(review_page)
        click.echo(f"emnist-edge: {review_page}: {len(doubtful)} characters to look at", err=True)
    sys.exit(EXIT_UNREAD if failed else EXIT_OK)


def _start_review(path: Path | None, reader: Reader, decoding: Decoding) -> Review | None:
    """Return what collects doubtful characters, if there is to be a page of them."""
    if path is None:
        return None
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise click.BadParameter(
            f"{path}: name a file in a folder that exists", param_hint="--review"
        )
    from emnist_device.review import DOUBTFUL, Review

    return Review(reader.model, decoding.min_confidence or DOUBTFUL)


def _read(image: str, reader: Reader, target: Path | None, doubtful: Review | None) -> Page:
    """Read one image, draw it to ``target`` if there is one, and time the whole."""
    from emnist_device.annotate import annotate
    from emnist_device.picture import decode_picture, read_picture, write_picture

    start = time.perf_counter()
    if image == "-":
        picture = decode_picture(sys.stdin.buffer.read(), "standard input")
    else:
        picture = read_picture(image)
    loaded = time.perf_counter()
    if doubtful is None:
        page = reader.read(picture)
    else:
        page, glyphs = reader.read_with_glyphs(picture)
        doubtful.add(click.format_filename(image), picture, page, glyphs)
    page = page.timed(load=loaded - start, total=time.perf_counter() - start)
    if target is not None:
        write_picture(target, annotate(picture, page))
    return page


def _annotation_targets(images: tuple[str, ...], out: Path | None) -> list[Path | None]:
    """Return for each image the file to draw to, or None."""
    if out is None:
        return [None] * len(images)
    if len(images) == 1 and not out.is_dir():
        return [out]
    if not out.is_dir():
        raise click.BadParameter(
            f"{out}: with several images, name a folder that exists", param_hint="--annotate"
        )
    targets: list[Path | None] = []
    for image in images:
        stem = "stdin" if image == "-" else Path(image).name
        target, number = out / f"{stem}.png", 2
        while target in targets:  # pictures of one name from several folders
            target, number = out / f"{stem}-{number}.png", number + 1
        targets.append(target)
    return targets


@cli.command()
def models() -> None:
    """List the installed models with size, input type, accuracy and hash."""
    from emnist_edge.artifact import installed

    click.echo(
        f"{'model':<14}{'size':>8}  {'input':<9}{'accuracy':>9}  {'macro recall':>12}  sha256"
    )
    for artifact in installed():
        test = artifact.accuracy.get("test", {})
        accuracy, recall = (
            f"{100 * test[key]:.2f} %" if key in test else "-"
            for key in ("accuracy", "macro_recall")
        )
        click.echo(
            f"{artifact.name:<14}{artifact.bytes / 1000:>5.0f} kB  {artifact.input_type:<9}"
            f"{accuracy:>9}  {recall:>12}  {artifact.sha256}"
        )
    click.echo("Accuracy and macro recall on EMNIST's ByMerge test images.")


cli.add_command(review)


@cli.group()
def data() -> None:
    """Fetch the EMNIST data set."""


@data.command()
@click.argument(
    "split", type=click.Choice(["byclass", "bymerge", "balanced", "letters", "digits", "mnist"])
)
@click.option("--data", "folder", type=click.Path(path_type=Path), help="Folder to fetch into.")
def fetch(split: str, folder: Path | None) -> None:
    """Fetch one SPLIT out of NIST's archive, without the rest of it."""
    from emnist_edge import emnist
    from emnist_edge.fetch import fetch as fetch_split

    target = emnist.data_dir(folder)
    for path in fetch_split(emnist.SPLITS[split], target):
        click.echo(path)
