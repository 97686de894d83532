"""Score readers on lines as people wrote them: ``python -m evaluate.lines small-int8``.

UNIPEN's texts by the writers who are held out, drawn with three kinds of pens, each without what is
no letter or digit and with it; with ``--touching 0.6``, many neighbours are moved into one another.
The order in which lines are read is not scored, but counted among the causes of errors. Peers that
are installed read the same pictures in the same run.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cv2
import numpy as np

from emnist_device.image.picture import write_picture
from emnist_edge import Reader
from emnist_edge.cli.program import Program
from emnist_edge.dataset.unipen.packed import load_texts, unipen_dir
from emnist_edge.drawing.pens import TIPS
from emnist_edge.files import write_json
from emnist_edge.tables import markdown, percent
from evaluate.peers import Peer, make_peers
from evaluate.scoring.box_causes import BOX_CAUSES
from evaluate.scoring.lines import LineTally, placed
from evaluate.scoring.words import split_words
from evaluate.squeezed import squeeze
from evaluate.written import choose_texts, draw_text, room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from emnist_device.page import Page
    from emnist_edge.dataset.unipen.characters import Text, Texts
    from emnist_edge.drawing.pages import DrawnPage
    from evaluate.scoring.box_causes import BoxError

# A screen as in the experiment that lines were first measured with, a thin pen and a thick one.
_PENS = "stylus,ballpoint,felt"
_DRAWN = {False: "letters and digits", True: "all"}
_ERROR = (0, 0, 220)

#: What a picture is of: kind of pen, and whether symbols are drawn.
Kind = tuple[str, bool]
#: A picture with the truth about it, and its text with spaces where they are certain.
Sample = tuple["DrawnPage", str | None]


def draw_samples(
    texts: Texts, count: int, pens: Sequence[str], touching: float = 0.0
) -> Iterator[tuple[Kind, Sample]]:
    """Yield ``count`` of ``texts`` drawn with each of ``pens``, without symbols and with them.

    ``touching``: the share of neighbours that are moved into one another.
    """
    chosen = {symbols: choose_texts(texts, count, symbols=symbols) for symbols in _DRAWN}
    for pen in pens:
        for symbols in _DRAWN:
            for number, text in enumerate(chosen[symbols]):
                written = squeeze(text, touching, number) if touching else text
                drawn = draw_text(written, TIPS[pen], number, symbols=symbols)
                yield (pen, symbols), (drawn, _words(text))


def _words(text: Text) -> str | None:
    """Return ``text`` with spaces; None where it is not certain where they are."""
    written = "".join(character.label for character in text.characters)
    words = split_words(written, room(text))
    return " ".join(words) if words else None


def read_samples(
    samples: Sequence[tuple[Kind, Sample]], reader: Reader, output: Path | None = None
) -> dict[Kind, LineTally]:
    """Return how well ``reader`` reads ``samples``; those with errors are drawn to ``output``."""
    tallies: dict[Kind, LineTally] = {}
    for number, (kind, (drawn, words)) in enumerate(samples):
        tally = tallies.setdefault(kind, LineTally())
        start = time.perf_counter()
        page = reader.read(drawn.picture)
        tally.add_text(drawn.text, page.text, words, 1000 * (time.perf_counter() - start))
        errors = tally.add_page(drawn, page, symbols=kind[1])
        if output is not None and any(error.cause != "case" for error in errors):
            name = f"{kind[0]}-{'symbols' if kind[1] else 'plain'}-{number:04}.png"
            write_picture(output / name, mark(drawn, page, errors))
    return tallies


def read_by_peer(samples: Sequence[tuple[Kind, Sample]], peer: Peer) -> dict[Kind, LineTally]:
    """Return how well ``peer`` reads ``samples``."""
    tallies: dict[Kind, LineTally] = {}
    for kind, (drawn, words) in samples:
        start = time.perf_counter()
        text = peer.read(drawn.picture)
        milliseconds = 1000 * (time.perf_counter() - start)
        tallies.setdefault(kind, LineTally()).add_text(drawn.text, text, words, milliseconds)
    return tallies


def mark(drawn: DrawnPage, page: Page, errors: Sequence[BoxError]) -> np.ndarray:
    """Return the picture of ``drawn``, (H, W, 3), with its ``errors``: cause, written and read."""
    scale = 2
    truth, found = placed(drawn, page)
    canvas = cv2.resize(drawn.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    for cause, true, read in errors:
        sides = [truth[true]] if true is not None else []
        sides += [found[read]] if read is not None else []
        for _, (x, y, width, height) in sides:
            corners = (scale * x, scale * y), (scale * (x + width), scale * (y + height))
            cv2.rectangle(canvas, *corners, _ERROR, 1)
        (_, (x, y, _, _)) = sides[0]
        said = f"{cause} {'>'.join(char for char, _ in sides)}"
        cv2.putText(
            canvas, said, (scale * x, scale * y - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.45, _ERROR
        )
    return np.asarray(canvas, np.uint8)


def with_total(tallies: dict[Kind, LineTally]) -> dict[Kind, LineTally]:
    """Return ``tallies`` with those of all pens together, first."""
    totals = {
        ("all pens", symbols): sum(
            (tally for (_, drawn), tally in tallies.items() if drawn == symbols), LineTally()
        )
        for symbols in dict.fromkeys(symbols for _, symbols in tallies)
    }
    return totals | tallies


def table(readers: dict[str, dict[Kind, LineTally]]) -> str:
    """Return the scores of ``readers`` as a table in Markdown."""
    rows = [
        [
            name, *_named(kind), str(tally.texts), str(tally.characters),
            *(percent(value, 2) for value in tally.row().values()),
            f"{np.median(tally.milliseconds):.0f}",
        ]
        for name, tallies in readers.items()
        for kind, tally in tallies.items()
    ]  # fmt: skip
    heads = ["reader", "pen", "drawn", "texts", "characters", *LineTally().row(), "median ms"]
    return markdown(heads, rows)


def cause_table(readers: dict[str, dict[Kind, LineTally]]) -> str:
    """Return how many errors the package's own readers made by which cause, in Markdown."""
    rows = []
    for name, tallies in readers.items():
        for kind, tally in tallies.items():
            words = tally.boundaries
            counts = [str(tally.causes[cause]) for cause in (*BOX_CAUSES, "order")]
            spaces = [str(words.written - words.right), str(words.read - words.right)]
            rows.append([name, *_named(kind), *counts, *spaces])
    heads = ["reader", "pen", "drawn", *BOX_CAUSES, "order", "space lost", "space added"]
    return markdown(heads, rows)


def _named(kind: Kind) -> list[str]:
    return [kind[0], _DRAWN[kind[1]]]


def parse_pens(_context: object, _parameter: object, value: str) -> list[str]:
    """Return the kinds of pens that ``value`` lists; for click."""
    pens = value.split(",")
    if unknown := [pen for pen in pens if pen not in TIPS]:
        raise click.BadParameter(f"{unknown[0]!r} is none of {', '.join(TIPS)}")
    return pens


@click.command(cls=Program)
@click.argument("models", nargs=-1, required=True)
@click.option("--unipen", type=click.Path(path_type=Path), help="Folder of UNIPEN's packed files.")
@click.option("--count", type=click.IntRange(1), default=60, show_default=True, help="Of texts.")
@click.option(
    "--pens", default=_PENS, show_default=True, callback=parse_pens,
    help=f"Of {', '.join(TIPS)}.",
)  # fmt: skip
@click.option(
    "--touching", type=click.FloatRange(0, 1), default=0.0, show_default=True,
    help="Share of neighbours that are moved into one another.",
)  # fmt: skip
@click.option(
    "--peers", "peer_names", default="all", show_default=True,
    help="all that are installed, none, or a list: rapidocr,tesseract",
)  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), help="Folder for pictures with errors.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="File for all scores.")
def main(
    models: tuple[str, ...],
    unipen: Path | None,
    count: int,
    pens: list[str],
    touching: float,
    peer_names: str,
    output: Path | None,
    json_path: Path | None,
) -> None:
    """Print how well MODELS and peers read lines of UNIPEN's held-out writers."""
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    readers = [Reader(model) for model in models]
    peers = make_peers(peer_names)
    texts = load_texts("heldout", unipen_dir(unipen))
    samples = list(draw_samples(texts, count, pens, touching))
    own = {reader.model: with_total(read_samples(samples, reader, output)) for reader in readers}
    others = {peer.name: with_total(read_by_peer(samples, peer)) for peer in peers}
    click.echo(table(own | others))
    click.echo(f"\n{cause_table(own)}")
    if json_path is not None:
        content = {
            name: {" ".join(_named(kind)): tally.to_dict() for kind, tally in tallies.items()}
            for name, tallies in (own | others).items()
        }
        write_json(json_path, content)


if __name__ == "__main__":
    main()
