"""Score how well characters are found on drawn pages: ``python -m evaluate.detection``.

Boxes are matched one to one with the drawn ones from an intersection over union of 0.5 on. The same
options give the same scores; only times differ.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cv2
import numpy as np

from emnist_device.image.picture import write_picture
from emnist_edge import Reader
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.dataset import emnist
from emnist_edge.drawing.character import Glyphs, stroke_shape
from emnist_edge.drawing.compose import compose_blanks, compose_pages
from emnist_edge.drawing.handwriting import EmnistGlyphs
from emnist_edge.drawing.levels import LEVELS, TOUCHING_TARGET, Level
from emnist_edge.files import write_json
from emnist_edge.scoring.edits import count_edits, normalize
from evaluate.scoring.matching import BoxLike, f1, match_boxes, name_faults

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge import Page
    from emnist_edge.drawing.pages import DrawnPage

# Of each level, this many pages are drawn with what went wrong.
_WORST = 4
_FOUND, _MISSED, _ALARM = (60, 160, 0), (0, 0, 255), (255, 0, 200)


@dataclass
class Tally:
    """Counts over pages; ``milliseconds`` holds one figure for each page.

    touching, parted: pairs that touch, and those of them with both boxes matched.
    misses, alarms: see :func:`evaluate.scoring.matching.name_faults`.
    """

    pages: int = 0
    characters: int = 0
    found: int = 0
    hits: int = 0
    touching: int = 0
    parted: int = 0
    edits: int = 0
    misses: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Found boxes that are right, over all found."""
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """True boxes that were found, over all true."""
        return self.hits / self.characters if self.characters else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return f1(self.hits, self.characters, self.found)

    @property
    def error_rate(self) -> float:
        """Edits over characters, spaces and case aside."""
        return self.edits / self.characters if self.characters else 0.0

    @property
    def parted_share(self) -> float | None:
        """Touching pairs that were parted right; None without any."""
        return self.parted / self.touching if self.touching else None

    def add(self, drawn: DrawnPage, page: Page, milliseconds: float) -> float:
        """Count one page and return its F1."""
        truth, found = true_boxes(drawn), found_boxes(page)
        matched = match_boxes(truth, found)
        pairs = touching_pairs(drawn)
        misses, alarms = name_faults(truth, found, matched)
        self.pages += 1
        self.characters += len(truth)
        self.found += len(found)
        self.hits += len(matched)
        self.touching += len(pairs)
        self.parted += sum(one in matched and other in matched for one, other in pairs)
        self.edits += count_edits(normalize(drawn.text), normalize(page.text)).total
        self.misses += misses
        self.alarms += alarms
        self.milliseconds.append(milliseconds)
        return f1(len(matched), len(truth), len(found))

    def to_dict(self) -> dict[str, object]:
        """Return counts and scores for a JSON file, times to the tenth of a millisecond."""
        content = vars(self) | {"milliseconds": round(float(np.median(self.milliseconds)), 1)}
        scores = {
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "character_error_rate": self.error_rate,
            "parted_share": self.parted_share,
        }
        return content | {
            name: None if value is None else round(value, 6) for name, value in scores.items()
        }


def true_boxes(drawn: DrawnPage) -> list[BoxLike]:
    """Return the boxes of all characters in reading order."""
    return [character.box for line in drawn.lines for character in line.characters]


def found_boxes(page: Page) -> list[BoxLike]:
    """Return the boxes of all that was read."""
    return [character.box for character in page.characters]


def touching_pairs(drawn: DrawnPage) -> list[tuple[int, int]]:
    """Return the pairs of characters that touch, as numbers of :func:`true_boxes`."""
    pairs, start = [], 0
    for line in drawn.lines:
        pairs += [(start + number, start + number + 1) for number in line.touching]
        start += len(line.characters)
    return pairs


def read_timed(reader: Reader, picture: NDArray[np.uint8]) -> tuple[Page, float]:
    """Return what is read on ``picture``, and the milliseconds that it took."""
    start = time.perf_counter()
    page = reader.read(picture)
    return page, 1000 * (time.perf_counter() - start)


def mark(drawn: DrawnPage, page: Page) -> NDArray[np.uint8]:
    """Return the picture with found boxes green, missed ones red and false alarms magenta."""
    truth, found = true_boxes(drawn), found_boxes(page)
    matched = match_boxes(truth, found)
    scale = 2
    canvas = cv2.resize(drawn.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    hits = set(matched.values())
    marks = [(box, _FOUND if number in hits else _ALARM) for number, box in enumerate(found)]
    marks += [(box, _MISSED) for number, box in enumerate(truth) if number not in matched]
    for (x, y, width, height), colour in marks:
        corners = (scale * x, scale * y), (scale * (x + width), scale * (y + height))
        cv2.rectangle(canvas, *corners, colour, 2)
    return np.asarray(canvas, np.uint8)


def run_level(
    level: Level, characters: int, seed: int, glyphs: Glyphs, reader: Reader, output: Path | None
) -> Tally:
    """Score ``reader`` on pages of ``level``; write the worst ones to ``output``."""
    tally = Tally()
    pages = []
    for page_seed, drawn in compose_pages(level, characters, seed, glyphs):
        page, milliseconds = read_timed(reader, drawn.picture)
        pages.append((tally.add(drawn, page, milliseconds), page_seed, drawn, page))
    if output is not None:
        for score, page_seed, drawn, page in sorted(pages, key=lambda row: row[:2])[:_WORST]:
            if score == 1:
                break
            name = f"level{level.number}-f1-{1000 * score:04.0f}-seed-{page_seed}.png"
            write_picture(output / name, mark(drawn, page))
    return tally


def run_blanks(seed: int, reader: Reader, output: Path | None) -> dict[str, int]:
    """Return how many characters ``reader`` sees on each page without any."""
    seen = {}
    for name, drawn in compose_blanks(seed):
        page = reader.read(drawn.picture)
        seen[name] = len(found_boxes(page))
        if output is not None and seen[name]:
            write_picture(output / f"{name.replace(', ', '-')}.png", mark(drawn, page))
    return seen


def describe(level: Level, tally: Tally) -> str:
    """Return the lines that tell how a level went, targets beside the scores."""
    parted = tally.parted_share
    pairs = (
        "no touching pairs"
        if parted is None
        else f"touching pairs {100 * parted:.1f} % of {tally.touching} parted (target "
        f"{100 * TOUCHING_TARGET:.0f})"
    )
    faults = (
        ", ".join(f"{count} {name}" for name, count in counter.most_common()) or "none"
        for counter in (tally.misses, tally.alarms)
    )
    return (
        f"{level.number}  {level.title}: {tally.pages} pages, {tally.characters} characters\n"
        f"   F1 {tally.f1:.4f} (target {level.f1:.2f})  precision {tally.precision:.4f}  "
        f"recall {tally.recall:.4f}  character error {100 * tally.error_rate:.1f} %\n"
        f"   {pairs}  median {np.median(tally.milliseconds):.0f} ms a page\n"
        f"   missed: {next(faults)}; false: {next(faults)}"
    )


def parse_levels(_context: object, _parameter: object, value: str) -> list[Level]:
    """Return the levels that ``value`` lists, such as 1,3; for click."""
    try:
        return [LEVELS[int(word)] for word in value.split(",")]
    except (ValueError, KeyError) as error:
        raise click.BadParameter(f"{value!r} is no list of levels such as 1,2,5") from error


@click.command(cls=Program)
@click.option("--characters", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--levels", default="1,2,3,4,5", show_default=True, callback=parse_levels)
@click.option(
    "--glyphs", type=click.Choice(["strokes", "emnist"]), default="strokes", show_default=True,
    help="The table of strokes, or EMNIST ByMerge's test images.",
)  # fmt: skip
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the EMNIST files.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="File for all scores.")
@click.option("--output", type=click.Path(path_type=Path), help="Folder for the worst pages.")
def main(
    characters: int,
    seed: int,
    levels: list[Level],
    glyphs: str,
    data: Path | None,
    model: str,
    json_path: Path | None,
    output: Path | None,
) -> None:
    """Score the reader on drawn pages of five levels of difficulty, and on blank ones."""
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
    source: Glyphs = stroke_shape
    if glyphs == "emnist":
        source = EmnistGlyphs(emnist.load(emnist.SPLITS["bymerge"], "test", data))
    reader = Reader(model)
    tallies = {}
    for level in levels:
        tally = run_level(level, characters, seed, source, reader, output)
        tallies[level.number] = tally
        click.echo(describe(level, tally))
    blanks = run_blanks(seed, reader, output)
    if json_path is not None:
        content = {
            "options": {"characters": characters, "seed": seed, "glyphs": glyphs},
            "model": reader.model,
            "levels": {
                number: {"title": LEVELS[number].title, "f1_target": LEVELS[number].f1}
                | tally.to_dict()
                for number, tally in tallies.items()
            },
            "blanks": blanks,
        }
        write_json(json_path, content)
    wrong = ", ".join(f"{name} {count}" for name, count in blanks.items() if count)
    click.echo(
        f"-  blank: {len(blanks)} pages, {sum(blanks.values())} characters read (target 0)"
        + (f": {wrong}" if wrong else "")
    )


if __name__ == "__main__":
    main()
