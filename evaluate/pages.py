r"""Score readers on a folder of transcribed pictures: ``python -m evaluate.pages DIR``.

The folder holds pictures and a ``pages.csv`` with at least the columns ``file``, ``transcription``
(line breaks as ``\n``) and ``kind``. Spaces, punctuation and case are not compared; where words are
parted is scored apart. Pages of kind ``printed-control`` are read and listed, but do not count.
Peers that are installed read the same pictures in the same run, by the same score.
"""

from __future__ import annotations

import csv
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_device.decoding import CONTEXTS, Context
from emnist_device.image.picture import read_picture, write_picture
from emnist_edge import Decoding, Reader
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.errors import DataError, EmnistEdgeError
from emnist_edge.scoring.edits import normalize
from evaluate.peers import Peer, make_peers
from evaluate.scoring.causes import CAUSES, find_causes
from evaluate.scoring.coverage import Judged, draw, judge, measure
from evaluate.scoring.scores import PageScore, Summary, score_text, summarize, written
from evaluate.scoring.sheet import side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of ``pages.csv``."""
    try:
        with (folder / "pages.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise DataError(f"{folder / 'pages.csv'}: cannot be read ({error.strerror})") from error
    if not rows or not {"file", "transcription", "kind"} <= rows[0].keys():
        raise DataError(f"{folder / 'pages.csv'}: needs columns file, transcription and kind")
    return rows


def score_page(
    row: dict[str, str], folder: Path, reader: Reader, output: Path | None = None
) -> tuple[PageScore, list[Judged]]:
    """Read one page, compare it with its transcription, and draw it to ``output``.

    Returns its scores, and of each character that was read whether it is right.
    """
    picture = read_picture(folder / row["file"])
    start = time.perf_counter()
    page = reader.read(picture)
    milliseconds = 1000 * (time.perf_counter() - start)
    truth = written(row)
    if output is not None:
        path = output / f"{Path(row['file']).stem}.png"
        write_picture(path, side_by_side(picture, page, truth))
    score = score_text(row, page.text, milliseconds, dict(find_causes(truth, page.lines)))
    return score, judge(truth, page)


def score_pages(
    rows: Sequence[dict[str, str]], folder: Path, reader: Reader, output: Path | None = None
) -> tuple[list[PageScore], list[Judged]]:
    """Score all pages; characters are judged on those that count."""
    scores, judged = [], []
    for row in rows:
        score, characters = score_page(row, folder, reader, output)
        scores.append(score)
        judged += characters if score.counts else []
    return scores, judged


def score_by_peer(row: dict[str, str], folder: Path, peer: Peer) -> PageScore:
    """Let ``peer`` read one page and compare what it read with the transcription."""
    picture = read_picture(folder / row["file"])
    start = time.perf_counter()
    text = peer.read(picture)
    return score_text(row, text, 1000 * (time.perf_counter() - start))


def show_pages(scores: Sequence[PageScore], worst: int) -> None:
    """Print a line for each page, and what is written and read on the ``worst``, worst last."""
    ordered = sorted(scores, key=lambda score: (score.error_rate, score.file))
    width = max(len(score.file) for score in scores) + 1
    for score in ordered:
        edits = score.edits
        click.echo(
            f"{score.file:<{width}}{edits.total:>4} of{score.characters:>4} wrong  "
            f"{edits.substituted:>3} other {edits.lost:>3} lost {edits.added:>3} added  "
            f"{score.milliseconds:>6.0f} ms{'' if score.counts else '  control'}"
        )
    bad = [score for score in ordered if score.counts and score.edits.total]
    for score in bad[max(len(bad) - worst, 0) :]:
        causes = ", ".join(
            f"{score.causes[name]} {name}" for name in CAUSES if name in score.causes
        )
        click.echo(f"\n{score.file}: {causes}")
        click.echo(f"    written {score.truth!r}\n    read    {score.read!r}")


def show_summary(summary: Summary) -> None:
    """Print the scores of the package's own reader."""
    edits = summary.substituted + summary.lost + summary.added
    click.echo(
        f"\n{summary.pages} pages, {summary.characters} characters: character error rate "
        f"{100 * summary.error_rate:.1f} %, mean over pages {100 * summary.mean_error_rate:.1f} % "
        f"({summary.substituted} other, {summary.lost} lost, {summary.added} added); "
        f"in 47 classes, where case counts, {100 * summary.folded_error_rate:.1f} %"
    )
    click.echo(
        f"word boundaries: precision {100 * summary.boundary_precision:.1f} %, "
        f"recall {100 * summary.boundary_recall:.1f} %, F1 {100 * summary.boundary_f1:.1f} %"
    )
    causes = ", ".join(f"{name} {summary.causes.get(name, 0)}" for name in CAUSES)
    click.echo(f"{edits} edits by cause: {causes}\n")


def show_comparison(
    context: str, scores: Sequence[PageScore], other: str, others: Sequence[PageScore]
) -> None:
    """Print what ``context`` gains over ``other``, and each page where they differ."""
    pairs = [(a, b) for a, b in zip(scores, others, strict=True) if a.counts]
    edits, before = (sum(pair[side].edits.total for pair in pairs) for side in (0, 1))
    characters = sum(score.characters for score, _ in pairs)
    click.echo(
        f"context {context} against {other}: {edits} and {before} of {characters} wrong, "
        f"{100 * edits / characters:.2f} % and {100 * before / characters:.2f} %"
        + (f"; {100 * (1 - edits / before):.1f} % fewer errors" if before else "")
    )
    width = max(len(score.file) for score, _ in pairs) + 1
    for one, another in sorted(pairs, key=lambda pair: pair[0].edits.total - pair[1].edits.total):
        change = one.edits.total - another.edits.total
        if change:
            click.echo(f"  {one.file:<{width}}{change:>+4} of{one.characters:>4}")
    digits = [(a, b) for a, b in pairs if normalize(a.truth).isdigit()]
    click.echo(
        f"  pages of digits alone: {len(digits)}, "
        f"{sum(a.edits.total for a, _ in digits)} and {sum(b.edits.total for _, b in digits)} wrong"
    )
    worse = max((a.edits.total - b.edits.total for a, b in pairs), default=0)
    click.echo(f"  worst page: {max(worse, 0)} more wrong\n")


def show_table(summaries: Sequence[Summary]) -> None:
    """Print all readers side by side; times are compared with the first one's."""
    width = max(len(summary.reader) for summary in summaries) + 1
    head = ("CER", "mean", "47 classes", "boundary F1", "median ms", "time")
    click.echo(f"{'reader':<{width}}" + "".join(f"{name:>12}" for name in head))
    for summary in summaries:
        ratio = summary.median_milliseconds / max(summaries[0].median_milliseconds, 1e-3)
        shares = (
            summary.error_rate,
            summary.mean_error_rate,
            summary.folded_error_rate,
            summary.boundary_f1,
        )
        click.echo(
            f"{summary.reader:<{width}}"
            + "".join(f"{100 * share:>10.1f} %" for share in shares)
            + f"{summary.median_milliseconds:>12.0f}{ratio:>11.1f}x"
        )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
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
    folder: Path,
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
    """Score the reader and its peers on FOLDER, worst pages last."""
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    try:
        rows = read_rows(folder)
        contexts = [context] if against is None else [context, against]
        readers = {
            name: Reader(model, threads=threads, decoding=Decoding(context=name))
            for name in contexts
        }
        reader = readers[context]
        peers = make_peers(peer_names)
        scores, judged = score_pages(rows, folder, reader, output)
        curves: dict[str, list[Judged]] = {context: judged}
        summary = summarize(reader.model, scores)
        others: list[PageScore] = []
        if against is not None:
            others, curves[against] = score_pages(rows, folder, readers[against])
        by_peer = {peer.name: [score_by_peer(row, folder, peer) for row in rows] for peer in peers}
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    summaries = [summary, *(summarize(name, found) for name, found in by_peer.items())]
    show_pages(scores, worst)
    show_summary(summary)
    doubts = {name: measure(curve) for name, curve in curves.items() if curve}
    for name, doubt in doubts.items():
        click.echo(f"context {name}: {doubt}")
    if against is not None:
        show_comparison(context, scores, against, others)
    show_table(summaries)
    if figure is not None:
        draw(figure, curves)
    if json_path is not None:
        content = {
            "context": context,
            "summary": asdict(summary),
            "doubt": {name: asdict(doubt) for name, doubt in doubts.items()},
            "pages": [asdict(score) for score in scores],
            "against": [asdict(score) for score in others],
            "peers": {
                each.reader: {
                    "summary": asdict(each),
                    "pages": [asdict(score) for score in by_peer[each.reader]],
                }
                for each in summaries[1:]
            },
        }
        json_path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
