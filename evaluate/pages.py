r"""Score readers on folders of transcribed pictures: ``python -m evaluate.pages DIR...``.

Each folder holds pictures and a ``pages.csv``, see :mod:`evaluate.scoring.sets`. Spaces,
punctuation and case are not compared; where words are parted is scored apart. Pages of kind
``form-printed`` and ``printed-control`` are scored apart, each kind by itself. Peers that are
installed read the same pictures in the same run, by the same score.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_device.decoding import CONTEXTS, Context
from emnist_device.image.picture import read_picture, write_picture
from emnist_edge import Decoding, Reader
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError
from emnist_edge.files import write_json
from evaluate.peers import Peer, make_peers
from evaluate.scoring.causes import find_causes
from evaluate.scoring.coverage import Doubt, Judged, draw, judge, measure
from evaluate.scoring.page_report import cause_table, show_comparison, show_pages, summary_table
from evaluate.scoring.rules import find_rules
from evaluate.scoring.scores import APART, PageScore, score_text, summarize, written
from evaluate.scoring.sets import PageSet, read_sets
from evaluate.scoring.sheet import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evaluate.scoring.scores import Summary


@dataclass
class Result:
    """What a reader made of a set: scores of its pages, and its characters, right or wrong."""

    scores: list[PageScore] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)

    def __add__(self, other: Result) -> Result:
        return Result(self.scores + other.scores, self.judged + other.judged)

    @property
    def doubt(self) -> Doubt | None:
        """What confidence is worth on the pages that count; None where nothing tells."""
        return measure(self.judged) if self.judged else None

    def parts(self) -> Iterator[tuple[str, list[PageScore]]]:
        """Yield the pages that count, under an empty name, and those of each kind apart."""
        for kind in ("", *APART):
            own = [s for s in self.scores if (s.counts if not kind else s.kind == kind)]
            if own:
                yield kind, own


#: Name of a set -> what each reader made of it.
Results = dict[str, dict[str, Result]]


def read_set(pages: PageSet, reader: Reader, output: Path | None = None) -> Result:
    """Return what ``reader`` makes of ``pages``, drawn to ``output`` unless they are hidden."""
    result = Result()
    for row in pages.rows:
        score, characters = _read_page(row, pages.folder, reader, None if pages.hidden else output)
        result.scores.append(score)
        result.judged += characters if score.counts else []
    return result


def _read_page(
    row: dict[str, str], folder: Path, reader: Reader, output: Path | None
) -> tuple[PageScore, list[Judged]]:
    """Read one page, compare it with its transcription, and draw it to ``output``."""
    picture = read_picture(folder / row["file"])
    start = time.perf_counter()
    page = reader.read(picture)
    milliseconds = 1000 * (time.perf_counter() - start)
    truth = written(row)
    if output is not None:
        path = output / f"{Path(row['file']).stem}.png"
        write_picture(path, side_by_side(picture, page, truth))
    causes = find_causes(truth, page.lines, find_rules(picture))
    return score_text(row, page.text, milliseconds, dict(causes)), judge(truth, page)


def read_set_by_peer(pages: PageSet, peer: Peer) -> Result:
    """Return what ``peer`` makes of ``pages``."""
    result = Result()
    for row in pages.rows:
        picture = read_picture(pages.folder / row["file"])
        start = time.perf_counter()
        text = peer.read(picture)
        result.scores.append(score_text(row, text, 1000 * (time.perf_counter() - start)))
    return result


def read_all(
    sets: Sequence[PageSet],
    readers: dict[str, Reader],
    peers: Sequence[Peer],
    output: Path | None,
) -> Results:
    """Return what all ``readers`` by their names, and ``peers``, make of all ``sets``.

    What the first reader makes is drawn to ``output``, in a folder for each set where there are
    several.
    """
    if not any(row["kind"] not in APART for pages in sets for row in pages.rows):
        raise DataError(f"no page to score: all are {' or '.join(APART)}")
    first = next(iter(readers))
    results: Results = {}
    for pages in sets:
        folder = output
        if output is not None and not pages.hidden:
            folder = output / pages.name if len(sets) > 1 else output
            folder.mkdir(parents=True, exist_ok=True)
        results[pages.name] = {
            name: read_set(pages, reader, folder if name == first else None)
            for name, reader in readers.items()
        } | {peer.name: read_set_by_peer(pages, peer) for peer in peers}
    return results


def judged_by(reader: str, results: Results) -> list[Judged]:
    """Return all characters that ``reader`` read, right or wrong."""
    return [each for readers in results.values() for each in readers[reader].judged]


def with_wholes(results: Results, sets: Sequence[PageSet]) -> Results:
    """Return ``results`` with those of whole folders after their halves."""
    joined: Results = {}
    for pages in sets:
        joined[pages.name] = results[pages.name]
        halves = [each for each in sets if each.folder == pages.folder]
        if len(halves) > 1 and pages is halves[-1]:
            joined[" + ".join(each.name for each in halves)] = {
                reader: sum((results[each.name][reader] for each in halves), Result())
                for reader in results[pages.name]
            }
    return joined


def summaries(results: Results) -> Iterator[tuple[str, str, Summary, Doubt | None]]:
    """Yield the rows of the table: name of the set, reader, scores, doubt."""
    for name, readers in results.items():
        for reader, result in readers.items():
            for kind, scores in result.parts():
                doubt = result.doubt if not kind else None
                yield f"{name} {kind}".strip(), reader, summarize(reader, scores), doubt


def as_json(results: Results, opened: Sequence[str]) -> dict[str, Any]:
    """Return ``results`` as plain values; single pages and causes of ``opened`` sets alone."""
    content: dict[str, Any] = {}
    for name, reader, summary, doubt in summaries(results):
        shown = summary if name in opened else replace(summary, causes={})
        row = {"summary": asdict(shown), "doubt": asdict(doubt) if doubt else None}
        content.setdefault(name, {})[reader] = row
    for name in opened:
        for reader, result in results[name].items():
            pages = [asdict(score) for score in result.scores]
            content.setdefault(name, {}).setdefault(reader, {})["pages"] = pages
    return content


@click.command(cls=Program)
@click.argument("folders", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Folder for annotated pictures.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="File for all scores.")
@click.option(
    "--peers",
    "peer_names",
    default="all",
    show_default=True,
    help="all that are installed, none, or a list: rapidocr,tesseract",
)
@click.option("--context", type=click.Choice(CONTEXTS), default=CONTEXTS[0], show_default=True)
@click.option("--against", type=click.Choice(CONTEXTS), help="Another context to compare with.")
@click.option(
    "--figure", type=click.Path(path_type=Path), help="File for reliability and risk over coverage."
)
@click.option("--worst", type=click.IntRange(0), default=10, show_default=True)
def main(  # noqa: PLR0913, PLR0917  # options
    folders: tuple[Path, ...],
    model: str,
    threads: int,
    output: Path | None,
    json_path: Path | None,
    peer_names: str,
    context: Context,
    against: Context | None,
    figure: Path | None,
    worst: int,
) -> None:
    """Score the reader and its peers on FOLDERS, worst pages last."""
    sets = read_sets(folders)
    names = _readers_names(model, context, against)
    readers = {
        name: Reader(model, threads=threads, decoding=Decoding(context=used))
        for used, name in names.items()
    }
    results = read_all(sets, readers, make_peers(peer_names), output)
    opened = [pages.name for pages in sets if not pages.hidden]
    for name in opened:
        own = results[name][names[context]]
        click.echo(f"{name}:")
        show_pages(own.scores, worst)
        click.echo(f"\n{own.doubt}\n" if own.doubt else "")
        if against is not None:
            others = results[name][names[against]].scores
            show_comparison(context, own.scores, against, others)
    joined = with_wholes(results, sets)
    click.echo("edits by cause, a split or merged character two:")
    click.echo(cause_table({name: results[name][names[context]].scores for name in opened}))
    click.echo(f"\n{summary_table(summaries(joined))}")
    if figure is not None:
        draw(figure, {used: judged_by(name, results) for used, name in names.items()})
    if json_path is not None:
        content = {"context": context, "sets": as_json(joined, opened)}
        write_json(json_path, content)


def _readers_names(model: str, context: Context, against: Context | None) -> dict[Context, str]:
    """Return context -> what tables call the reader that uses it."""
    names = {context: Path(model).stem}
    return names if against is None else names | {against: f"{names[context]}, context {against}"}


if __name__ == "__main__":
    main()
