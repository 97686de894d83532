"""Score how well printed lines are told from written ones: ``python -m evaluate.printed FONTS``.

UNIPEN's texts as their writers wrote them, with all kinds of pens, and set in fonts, both
photographed alike and read. Measured on are the held-out writers, and each third family of fonts.
``--fit`` prints what tells both apart, fitted to the train writers and the other families, and to
the pages of people in ``--pages``, which are measured on as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.image.picture import read_picture
from emnist_device.text.printed import (
    NAMES,
    RATHER,
    SIGNS,
    Habit,
    Sign,
    Signs,
    measure_all,
    weigh,
    weigh_together,
)
from emnist_edge import Reader
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.dataset.unipen.packed import load_texts, unipen_dir
from emnist_edge.drawing.pens import TIPS
from emnist_edge.tables import markdown, percent
from evaluate.scoring.sets import REPORTED, read_rows
from evaluate.typeset import find_fonts, set_text
from evaluate.written import choose_texts, draw_text, room, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Text

# Heights of capitals in pixels; between those of a hand, words are so far apart, in heights.
_HEIGHTS, _APART = (14.0, 60.0), 0.5
# Numbers of characters of a line that are reported together.
_LENGTHS = ((1, 3), (4, 7), (8, 14), (15, 999))
# A line with so few deviations says little of how lines differ.
_FEWEST = 3
# Pages of people count so often as lines of UNIPEN do, of which there are many.
_PAGES_COUNT = 3
# Kinds of lines differ at least by so much among themselves.
_LEAST_BETWEEN = 0.1


@dataclass(frozen=True)
class Measured:
    """The lines of one picture that was read, all ``printed`` or all written.

    source: where they are from. lengths: how many characters each has. deviations: of each, for
    each sign; see :func:`emnist_device.text.printed.measure`.
    """

    printed: bool
    source: str
    lengths: list[int]
    deviations: list[dict[str, NDArray[np.float64]]]


def look_at(reader: Reader, picture: NDArray[np.uint8], source: str, *, printed: bool) -> Measured:
    """Return what ``reader`` finds on ``picture``, all of which is ``printed``, or written."""
    page, glyphs = reader.read_with_glyphs(picture)
    lengths = [len(line.characters) for line in page.lines]
    return Measured(printed, source, lengths, measure_all(page.lines, glyphs))


def look_at_texts(
    reader: Reader, texts: Sequence[Text], fonts: Sequence[Path], seed: int
) -> Iterator[Measured]:
    """Yield what ``reader`` finds of each of ``texts``, written and set in one of ``fonts``."""
    rng = np.random.default_rng(seed)
    tips = list(TIPS)
    for number, text in enumerate(texts):
        low, high = np.log(_HEIGHTS)
        heights = np.exp(rng.uniform(low, high, 2)).tolist()
        tip = TIPS[tips[number % len(tips)]]
        drawn = draw_text(text, tip, number, symbols=True, height=round(heights[0]))
        yield look_at(reader, drawn.picture, "UNIPEN", printed=False)
        font = fonts[int(rng.integers(len(fonts)))]
        picture = set_text(_spaced(text), font, heights[1], rng)
        yield look_at(reader, picture, "fonts", printed=True)


def _spaced(text: Text) -> list[str]:
    """Return the lines of ``text``, with a space where its writer left room."""
    before = iter([np.inf, *room(text)])
    lines = []
    for line in split_lines(text.characters):
        said = [(" " if next(before) > _APART else "") + char.label for char in line]
        lines.append("".join(said).strip())
    return lines


def look_at_pages(reader: Reader, folders: Sequence[Path]) -> Iterator[Measured]:
    """Yield what ``reader`` finds on pages of people in ``folders``, but for those with print."""
    for folder in folders:
        for row in read_rows(folder):
            if "printed" in row["kind"] or row.get("printed") or row.get("half") == REPORTED:
                continue
            name = f"{folder.name} {row.get('half') or ''}".strip()
            yield look_at(reader, read_picture(folder / row["file"]), name, printed=False)


def fit(measured: Sequence[Measured], counts: Sequence[int]) -> Signs:
    """Return what tells print from writing, by lines that were ``measured``, each ``counts`` times.

    How much signs say together is fitted by logistic regression, print and writing counting alike.
    """
    from sklearn.linear_model import LogisticRegression

    lines = [
        (each.printed, deviations)
        for each, count in zip(measured, counts, strict=True)
        for deviations in each.deviations * count
    ]
    level, height, alike = (
        Sign(*(_habit([own[name] for is_one, own in lines if is_one == printed])
               for printed in (True, False)))
        for name in NAMES
    )  # fmt: skip
    signs = Signs(level, height, alike, slope=1.0)
    said = np.array([[weigh(each, signs)] for _, each in lines])
    model = LogisticRegression(C=100.0, class_weight="balanced", fit_intercept=False)
    model.fit(said, [printed for printed, _ in lines])
    return replace(signs, slope=round(float(model.coef_[0, 0]), 2))


def _habit(lines: Sequence[NDArray[np.float64]]) -> Habit:
    """Return how a sign is among ``lines``, by the deviations of each."""
    several = [own for own in lines if len(own) > 1]
    squares = sum(((own - own.mean()) ** 2).sum() for own in several)
    within = np.sqrt(squares / sum(len(own) - 1 for own in several))
    many = [own for own in lines if len(own) >= _FEWEST]
    means = np.array([own.mean() for own in many])
    noise = np.mean([within**2 / len(own) for own in many])
    between = np.sqrt(max(means.var() - noise, _LEAST_BETWEEN**2))
    return Habit(*(round(float(value), 2) for value in (means.mean(), between, within)))


def table(measured: Sequence[Measured], signs: Signs) -> str:
    """Return, by source and length of lines, how many are taken for the other kind, in Markdown."""
    told = [
        (each.source, each.printed, length, chance)
        for each in measured
        for length, chance in zip(each.lengths, _chances(each, signs), strict=True)
    ]
    rows = []
    for source, printed in dict.fromkeys((one[0], one[1]) for one in told):
        own = [(length, chance) for name, _, length, chance in told if name == source]
        counts = []
        for low, high in _LENGTHS:
            chances = [chance for length, chance in own if low <= length <= high]
            wrong = sum((chance >= RATHER) != printed for chance in chances)
            counts += [str(len(chances)), percent(wrong / len(chances), 1) if chances else "-"]
        rows.append([source, "printed" if printed else "written", *counts])
    spans = [
        f"{low} to {high}" if high < _LENGTHS[-1][1] else f"{low} on" for low, high in _LENGTHS
    ]
    heads = [head for span in spans for head in (f"lines of {span}", "wrong")]
    return markdown(["source", "is", *heads], rows)


def _chances(each: Measured, signs: Signs) -> list[float]:
    """Return how probable it is that each line is printed, beside the others of its picture."""
    odds = np.array([weigh(own, signs) for own in each.deviations])
    chances: list[float] = weigh_together(odds, signs).tolist()
    return chances


@click.command(cls=Program)
@click.argument("fonts", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--unipen", type=click.Path(path_type=Path), help="Folder of UNIPEN's packed files.")
@click.option("--count", type=click.IntRange(1), default=150, show_default=True, help="Of texts.")
@click.option(
    "--pages", multiple=True, type=click.Path(path_type=Path), help="Folder of people's pages."
)
@click.option("--fit", "fits", is_flag=True, help="Fit what tells to twice as many texts.")
def main(
    fonts: tuple[Path, ...],
    model: str,
    unipen: Path | None,
    count: int,
    pages: tuple[Path, ...],
    fits: bool,
) -> None:
    """Print how well printed lines are told from written ones, by FONTS, folders of font files."""
    families = list(find_fonts(fonts).items())
    held = [path for _, paths in families[2::3] for path in paths]
    others = [path for n, (_, paths) in enumerate(families) if n % 3 != 2 for path in paths]
    reader, folder = Reader(model), unipen_dir(unipen)
    own = list(look_at_pages(reader, pages))
    signs = SIGNS
    if fits:
        texts = choose_texts(load_texts("train", folder), 2 * count, symbols=True)
        learned = list(look_at_texts(reader, texts, others, 1))
        first = [each for each in own if each.source == pages[0].name]
        counts = [1] * len(learned) + [_PAGES_COUNT] * len(first)
        signs = fit([*learned, *first], counts)
        click.echo(signs)
    texts = choose_texts(load_texts("heldout", folder), count, symbols=True)
    measured = [*look_at_texts(reader, texts, held or others, 2), *own]
    click.echo(f"{len(families)} families of fonts, every third one held out\n")
    click.echo(table(measured, signs))


if __name__ == "__main__":
    main()
