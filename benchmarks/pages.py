r"""Score the reader on a folder of transcribed pictures: ``python -m benchmarks.pages DIR``.

The folder holds pictures and a ``pages.csv`` with at least the columns ``file``, ``transcription``
(line breaks as ``\n``) and ``kind``. Spaces, punctuation and case are not compared. Pages of kind
``printed-control`` are read and listed, but do not count.
"""

from __future__ import annotations

import csv
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np

from benchmarks.edits import Edits, count_edits, normalize
from emnist_device import Reader
from emnist_device.annotate import annotate
from emnist_device.picture import read_picture, write_picture
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.errors import DataError, EmnistEdgeError

CONTROL = "printed-control"


@dataclass(frozen=True)
class PageScore:
    """What became of one page; ``milliseconds`` is for decoding the file and reading it."""

    file: str
    kind: str
    characters: int
    edits: Edits
    milliseconds: float
    truth: str
    read: str

    @property
    def error_rate(self) -> float:
        """Edits over characters, at most 1."""
        return min(1.0, self.edits.total / max(self.characters, 1))


@dataclass(frozen=True)
class Summary:
    """Scores over the pages that count.

    error_rate: all edits over all characters. mean_error_rate: mean over pages, each at most 1.
    """

    pages: int
    characters: int
    error_rate: float
    mean_error_rate: float
    substituted: int
    lost: int
    added: int
    median_milliseconds: float


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


def score_page(row: dict[str, str], folder: Path, reader: Reader, output: Path | None) -> PageScore:
    """Read one page, compare it with its transcription, and draw it to ``output``."""
    start = time.perf_counter()
    picture = read_picture(folder / row["file"])
    page = reader.read(picture)
    milliseconds = 1000 * (time.perf_counter() - start)
    if output is not None:
        write_picture(output / f"{Path(row['file']).stem}.png", annotate(picture, page))
    truth = row["transcription"].replace("\\n", "\n")
    return PageScore(
        row["file"],
        row["kind"],
        len(normalize(truth)),
        count_edits(normalize(truth), normalize(page.text)),
        milliseconds,
        truth,
        page.text,
    )


def summarize(scores: list[PageScore]) -> Summary:
    """Sum up the pages that count."""
    counted = [score for score in scores if score.kind != CONTROL]
    if not counted:
        raise DataError("no page to score: all are controls")
    characters = sum(score.characters for score in counted)
    return Summary(
        pages=len(counted),
        characters=characters,
        error_rate=sum(score.edits.total for score in counted) / characters,
        mean_error_rate=float(np.mean([score.error_rate for score in counted])),
        substituted=sum(score.edits.substituted for score in counted),
        lost=sum(score.edits.lost for score in counted),
        added=sum(score.edits.added for score in counted),
        median_milliseconds=float(np.median([score.milliseconds for score in counted])),
    )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Folder for annotated pictures.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="File for all scores.")
def main(
    folder: Path, model: str, threads: int, output: Path | None, json_path: Path | None
) -> None:
    r"""Score the reader on FOLDER, worst pages last."""
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    try:
        reader = Reader(model, threads=threads)
        scores = [score_page(row, folder, reader, output) for row in read_rows(folder)]
        summary = summarize(scores)
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    for score in sorted(scores, key=lambda score: (score.error_rate, score.file)):
        edits = score.edits
        click.echo(
            f"{score.file:<26}{edits.total:>4} of{score.characters:>4} wrong  "
            f"{edits.substituted:>3} other {edits.lost:>3} lost {edits.added:>3} added  "
            f"{score.milliseconds:>6.0f} ms{'  control' if score.kind == CONTROL else ''}"
        )
        if edits.total:
            click.echo(f"    written {score.truth!r}\n    read    {score.read!r}")
    click.echo(
        f"{summary.pages} pages, {summary.characters} characters: character error rate "
        f"{100 * summary.error_rate:.1f} %, mean over pages {100 * summary.mean_error_rate:.1f} % "
        f"({summary.substituted} other, {summary.lost} lost, {summary.added} added); "
        f"median {summary.median_milliseconds:.0f} ms a page, {reader.model}"
    )
    if json_path is not None:
        content = {"summary": asdict(summary), "pages": [asdict(score) for score in scores]}
        json_path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
