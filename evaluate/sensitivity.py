"""What each threshold of detection is worth: ``python -m evaluate.sensitivity DIR ... --output F``.

Each is made smaller and larger, alone, and the pages are read again: how many more characters are
wrong then? Where nothing changes, the threshold decides nothing on these pages, or its value is far
from where it would. The half of a folder that is to report on is not read: nothing is chosen by it.

All pages are read some two hundred times; the file takes a line for each page that was read, and a
run that was stopped goes on from there.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import click
import cv2

from emnist_device.detect.thresholds import THRESHOLDS, Thresholds
from emnist_device.image.picture import read_picture
from emnist_edge import Reader
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError, EmnistEdgeError
from emnist_edge.tables import markdown
from evaluate.scoring.scores import APART, score_text
from evaluate.scoring.sets import read_sets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: What thresholds are multiplied by.
SMALLER, LARGER = 0.7, 1.4
# What a reading may end with where a value makes no sense; it costs all characters of the page.
_FAILURES = (cv2.error, EmnistEdgeError, ValueError, ArithmeticError, LookupError)


@dataclass(frozen=True)
class Move:
    """A threshold with another value: of which step, its name there, and the value."""

    step: str
    name: str
    value: float


@dataclass(frozen=True)
class Picture:
    """A picture file and its row of ``pages.csv``."""

    path: Path
    row: dict[str, str]


#: Nothing is moved.
BASE = Move("", "", 0.0)


def steps_of(thresholds: Any) -> dict[str, Any]:
    """Return the dataclasses that hold thresholds by their names, in the order of a picture."""
    steps: dict[str, Any] = {}
    for field in fields(thresholds):
        value = getattr(thresholds, field.name)
        if is_dataclass(value):
            steps |= steps_of(value)
            steps[type(value).__name__] = value
    return steps


def values_beside(value: float) -> tuple[float, float]:
    """Return the values that a threshold is moved to, the smaller first.

    Counts stay whole, and move by one at least. A fraction that would pass 1 is moved half of the
    way there.
    """
    smaller, larger = SMALLER * value, LARGER * value
    if isinstance(value, int):
        return min(round(smaller), value - 1), max(round(larger), value + 1)
    return smaller, (1 + value) / 2 if value < 1 <= larger else larger


def moves_of(step: Any) -> Iterator[Move]:
    """Yield the moves of each threshold of the dataclass ``step``."""
    for field in fields(step):
        value = getattr(step, field.name)
        if not is_dataclass(value):
            for moved in values_beside(value):
                yield Move(type(step).__name__, field.name, moved)


def apply(thresholds: Any, move: Move) -> Any:
    """Return ``thresholds`` with the one of ``move`` at its value, wherever its step is held."""
    held = {field.name: getattr(thresholds, field.name) for field in fields(thresholds)}
    changed = {name: apply(value, move) for name, value in held.items() if is_dataclass(value)}
    if type(thresholds).__name__ == move.step:
        changed[move.name] = move.value
    return replace(thresholds, **changed)


def find_pictures(folder: Path, count: int | None = None) -> list[Picture]:
    """Return the pictures of ``folder`` that may be chosen by, or ``count`` of them."""
    sets = (each for each in read_sets([folder]) if not each.hidden)
    rows = [row for each in sets for row in each.rows if row["kind"] not in APART]
    # In an order of no meaning, the first few are of all kinds, and among any more of them.
    rows.sort(key=lambda row: crc32(row["file"].encode()))
    return [Picture(folder / row["file"], row) for row in rows[:count]]


class Results:
    """How many characters were wrong, by move and picture: kept in a file, a line for each.

    Raises :class:`DataError` where the file is of another model or other thresholds.
    """

    def __init__(self, path: Path, model: str, thresholds: Thresholds = THRESHOLDS) -> None:
        self._path = path
        self._errors: dict[Move, dict[str, int]] = defaultdict(dict)
        self.characters: dict[str, int] = {}
        head = json.dumps({"model": model, "thresholds": asdict(thresholds)})
        lines = path.read_text("utf-8").splitlines(keepends=True) if path.is_file() else []
        if lines and lines[0].rstrip("\n") != head:
            raise DataError(f"{path}: is of another model or other thresholds; name another file")
        whole = [line for line in lines if line.endswith("\n")]  # the last may be cut off
        path.write_text("".join(whole or [f"{head}\n"]), "utf-8")
        for line in whole[1:]:
            self._keep(json.loads(line))

    def _keep(self, entry: dict[str, Any]) -> None:
        move = Move(entry["step"], entry["name"], entry["value"])
        self._errors[move][entry["picture"]] = entry["errors"]
        self.characters[entry["picture"]] = entry["characters"]

    def __contains__(self, key: tuple[Move, Picture]) -> bool:
        """Whether the picture was read with the move."""
        move, picture = key
        return str(picture.path) in self._errors[move]

    def add(self, move: Move, picture: Picture, errors: int, characters: int) -> None:
        """Keep how many ``errors`` there are in so many ``characters`` of ``picture``."""
        entry = asdict(move) | {
            "picture": str(picture.path), "errors": errors, "characters": characters,
        }  # fmt: skip
        self._keep(entry)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def errors(self, move: Move, pictures: Iterable[Picture]) -> int | None:
        """Return how many characters of ``pictures`` are wrong; None where one was not read."""
        found = [self._errors[move].get(str(picture.path)) for picture in pictures]
        known = [errors for errors in found if errors is not None]
        return sum(known) if len(known) == len(found) else None


def read_all(
    moves: Iterable[Move], pictures: Sequence[Picture], results: Results, model: str
) -> None:
    """Read ``pictures`` with each of ``moves``, as far as ``results`` has not."""
    for move in moves:
        missing = [picture for picture in pictures if (move, picture) not in results]
        if not missing:
            continue
        click.echo(f"{move.step} {move.name} {move.value:g}: {len(missing)} pages", err=True)
        reader = Reader(model, thresholds=apply(THRESHOLDS, move))
        for picture in missing:
            results.add(move, picture, *count_errors(reader, picture))


def count_errors(reader: Reader, picture: Picture) -> tuple[int, int]:
    """Return how many characters of ``picture`` are read wrong, and how many there are."""
    try:
        text = reader.read(read_picture(picture.path)).text
    except _FAILURES as error:
        click.echo(f"{picture.path}: {error}", err=True)
        text = ""
    score = score_text(picture.row, text, 0.0)
    return score.edits.total, score.characters


def table(steps: dict[str, Any], pictures: Sequence[Picture], results: Results) -> str:
    """Return what each move of ``steps`` costs, in characters, as a table in Markdown."""
    base = results.errors(BASE, pictures)
    rows = []
    for name, step in steps.items():
        cells: dict[str, list[str]] = defaultdict(list)
        for move in moves_of(step):
            errors = results.errors(move, pictures)
            cost = "" if errors is None or base is None else f"{errors - base:+d}"
            cells[move.name] += [f"{move.value:.3g}", cost]
        rows += [[name, key, f"{getattr(step, key):.3g}", *row] for key, row in cells.items()]
    head = ["step", "threshold", "value", "smaller", "errors", "larger", "errors"]
    return markdown(head, rows)


@click.command(cls=Program)
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="File of JSON lines, which a run goes on from.",
)
@click.option(
    "--only", multiple=True, type=click.Choice(list(steps_of(THRESHOLDS))), help="One step alone."
)
@click.option("--pages", type=click.IntRange(1), help="So many pages of each folder.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
def main(
    folders: tuple[Path, ...], output: Path, only: tuple[str, ...], pages: int | None, model: str
) -> None:
    """Move each threshold of detection, and print what that costs on the pages of FOLDERS."""
    steps = {name: step for name, step in steps_of(THRESHOLDS).items() if not only or name in only}
    pictures = [picture for folder in folders for picture in find_pictures(folder, pages)]
    results = Results(output, model)
    moves = [BASE, *(move for step in steps.values() for move in moves_of(step))]
    read_all(moves, pictures, results, model)
    characters = sum(results.characters[str(picture.path)] for picture in pictures)
    wrong = results.errors(BASE, pictures)
    click.echo(f"{len(pictures)} pages, {wrong} of {characters} characters are read wrong.\n")
    click.echo(table(steps, pictures, results))


if __name__ == "__main__":
    main()
