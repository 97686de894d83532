"""Score boxes, combs and tables of drawn sheets, and what is read in them.

``python -m evaluate.structure``. Cells belong together from an intersection over union of 0.6 on.
The same options give the same scores.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_edge import Reader
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.drawing.compose import compose_blanks
from emnist_edge.scoring.edits import count_edits, normalize
from evaluate.drawn_cells import draw_sheet
from evaluate.scoring.matching import match_boxes, overlaps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge import Page
    from evaluate.drawn_cells import DrawnCell, DrawnSheet
    from evaluate.scoring.matching import BoxLike

# Cells belong together from this intersection over union on.
_LEAST = 0.6
# Characters that a hand writes alike.
_ALIKE = {"O": "0", "I": "1"}


@dataclass
class Tally:
    """Counts over sheets.

    cells, found, hits: drawn cells, found ones, and those that belong together; cells by the form
    that they are of. characters, wrong: in cells, and how many edits part what was read there from
    what was written. empty, filled: cells without writing, and how many of them were read as if
    there were any. stray: characters that were read where nothing is written. lines, broken: rows
    of cells, and how many of them are not read as a line each.
    """

    cells: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    found: int = 0
    characters: int = 0
    wrong: int = 0
    empty: int = 0
    filled: int = 0
    stray: int = 0
    lines: int = 0
    broken: int = 0

    def add(self, sheet: DrawnSheet, page: Page) -> None:
        """Count what was found and read on ``sheet``."""
        self._add_cells(sheet, page)
        self._add_texts(sheet, page)
        self._add_lines(sheet, page)

    def _add_cells(self, sheet: DrawnSheet, page: Page) -> None:
        drawn = [(form.form, cell) for form in sheet.forms for row in form.rows for cell in row]
        truth = [_around(cell.corners) for _, cell in drawn]
        found = [_around(np.array(cell.corners)) for box in page.boxes for cell in box.cells]
        self.found += len(found)
        matched = match_boxes(truth, found, _LEAST) if found else {}
        for number, (form, _) in enumerate(drawn):
            self.cells[form] += 1
            self.hits[form] += number in matched

    def _add_texts(self, sheet: DrawnSheet, page: Page) -> None:
        cells = [cell for form in sheet.forms for row in form.rows for cell in row]
        read = _texts_in(cells, page)
        for cell, text in zip(cells, read, strict=True):
            if cell.text:
                self.characters += len(cell.text)
                self.wrong += count_edits(_fold(cell.text), _fold(text)).total
            else:
                self.empty += 1
                self.filled += bool(text)
        written = [each.box for line in sheet.page.lines for each in line.characters]
        boxes: list[BoxLike] = [character.box for character in page.characters]
        if boxes and written:
            shared, _, _ = overlaps(written, boxes)
            self.stray += int((shared.max(axis=0) == 0).sum())
        else:
            self.stray += len(boxes)

    def _add_lines(self, sheet: DrawnSheet, page: Page) -> None:
        rows = [
            _around(np.concatenate([cell.corners for cell in row]))
            for form in sheet.forms
            for row in form.rows
            if any(cell.text for cell in row)
        ]
        lines = Counter(
            (_row_of(character.box, rows), number)
            for number, line in enumerate(page.lines)
            for character in line.characters
        )
        for row in range(len(rows)):
            self.lines += 1
            self.broken += sum(place == row for place, _ in lines) > 1

    def describe(self) -> str:
        """Return the scores in words."""
        hits, cells = self.hits.total(), self.cells.total()
        forms = ", ".join(
            f"{form} {100 * self.hits[form] / count:.1f}" for form, count in self.cells.items()
        )
        return (
            f"cells: recall {100 * hits / cells:.1f} % of {cells}, "
            f"precision {100 * hits / max(self.found, 1):.1f} % of {self.found}\n"
            f"   recall by form, %: {forms}\n"
            f"characters in cells: {100 * self.wrong / self.characters:.1f} % of "
            f"{self.characters} wrong; {self.filled} of {self.empty} empty cells read\n"
            f"characters read where nothing is written: {self.stray}\n"
            f"rows in several lines: {self.broken} of {self.lines}"
        )


def _fold(text: str) -> str:
    """Return ``text`` with one character for each group of look-alikes."""
    return "".join(_ALIKE.get(char, char) for char in normalize(text).upper())


def _around(corners: NDArray[np.float64]) -> BoxLike:
    """Return the box around ``corners`` (N, 2)."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return round(left), round(top), round(right - left), round(bottom - top)


def _texts_in(cells: list[DrawnCell], page: Page) -> list[str]:
    """Return what was read in each of ``cells``, from left to right."""
    boxes = [_around(cell.corners) for cell in cells]
    texts: list[list[tuple[float, str]]] = [[] for _ in cells]
    for character in page.characters:
        place = _row_of(character.box, boxes)
        if place is not None:
            texts[place].append((character.box[0], character.char))
    return ["".join(char for _, char in sorted(text)) for text in texts]


def _row_of(box: BoxLike, places: list[BoxLike]) -> int | None:
    """Return which of ``places`` the middle of ``box`` is in."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    for number, (left, top, width, height) in enumerate(places):
        if left <= x < left + width and top <= y < top + height:
            return number
    return None


def score(reader: Reader, count: int, seed: int, *, photographed: bool) -> Tally:
    """Return the scores of ``reader`` on ``count`` sheets."""
    tally = Tally()
    for number in range(count):
        sheet = draw_sheet(_seeded(seed, number, photographed), photographed=photographed)
        tally.add(sheet, reader.read(sheet.page.picture))
    return tally


def count_strays(readers: Sequence[Reader], count: int, seed: int) -> list[int]:
    """Return how many characters each of ``readers`` reads on sheets without writing.

    They are ``count`` scanned ones, and as many photographed.
    """
    strays = [0] * len(readers)
    for photographed, number in product((False, True), range(count)):
        rng = _seeded(seed, number, photographed)
        picture = draw_sheet(rng, photographed=photographed, filled=0).page.picture
        for place, reader in enumerate(readers):
            strays[place] += len(reader.read(picture).characters)
    return strays


def _seeded(seed: int, number: int, photographed: bool) -> np.random.Generator:
    return np.random.default_rng([seed, number, photographed])


@click.command(cls=Program)
@click.option("--count", type=click.IntRange(1), default=12, show_default=True, help="Sheets.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
def main(count: int, seed: int, model: str) -> None:
    """Score boxes, combs and tables: scanned, photographed, and without writing."""
    reader = Reader(model, boxes=True)
    for name, photographed in (("scanned", False), ("photographed", True)):
        click.echo(f"{name}, {count} sheets")
        click.echo(score(reader, count, seed, photographed=photographed).describe())
    asked, unasked = count_strays([reader, Reader(model)], count, seed)
    click.echo(
        f"without writing: {asked} characters read on {2 * count} sheets, "
        f"{unasked} where boxes are not asked for"
    )
    papers = {
        name: len(reader.read(page.picture).characters) for name, page in compose_blanks(seed)
    }
    wrong = ", ".join(f"{name} {number}" for name, number in papers.items() if number) or "none"
    click.echo(f"characters read on blank, ruled, squared and boxed paper: {wrong}")


if __name__ == "__main__":
    main()
