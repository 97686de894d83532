"""Score what a page benchmark has none of: ``python -m evaluate.crops``.

Single digits as EMNIST has them (28x28, white on black), drawn numbers that are cut out without a
margin, lines and words cut out of the samples by the boxes that were read, cells with the lines of
their box, and rows of one character with another one among them. And what has no writing at all:
blank, ruled, squared and boxed paper, shadows, boards, and tables of rules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cv2
import numpy as np

from emnist_device.image.picture import read_picture
from emnist_edge import Decoding, Reader
from emnist_edge.alphabet import DIGITS, UPPER, confusable_group
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.drawing.character import Glyphs, Pen, stroke_shape
from emnist_edge.drawing.compose import compose_blanks
from emnist_edge.drawing.handwriting import EmnistGlyphs
from emnist_edge.drawing.pages import Camera, draw_blank, draw_page
from emnist_edge.drawing.strokes import Hand
from emnist_edge.errors import DataError
from train.common.data import load_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from emnist_device.page import Line, Word
    from emnist_edge.dataset.emnist import Samples

_SAMPLES = Path(__file__).parent.parent / "samples"
#: Rows of one character with another one among them: what both are of.
ODD_ROWS = {
    "digits": (DIGITS, DIGITS),
    "capitals": (UPPER, UPPER),
    "a capital in digits": (DIGITS, UPPER),
    "a digit in capitals": (UPPER, DIGITS),
}
#: Rows whose odd one looks like the others: these, and it.
ALIKE_ROWS = ("0O", "O0", "1l", "l1", "1I", "I1", "5S", "S5", "2Z", "Z2", "4A", "A4", "8B", "B8")
# Colours of a table's rules, BGR.
_RULES = ((40, 40, 40), (120, 120, 120), (170, 110, 60), (60, 60, 190))
# Pixels of coverage from which drawn ink counts when it is cut out.
_INK = 100


@dataclass(frozen=True)
class Crop:
    """A picture, (H, W) or (H, W, 3) BGR uint8, and what is written on it."""

    picture: NDArray[np.uint8]
    text: str


def single_digits(samples: Samples, count: int) -> Iterator[Crop]:
    """Yield the first ``count`` digits of ``samples`` as they are."""
    digits = np.flatnonzero([samples.alphabet[label] in DIGITS for label in samples.labels])
    for index in digits[:count]:
        yield Crop(samples.images[index], samples.alphabet[samples.labels[index]])


def numbers(digits: int, count: int, seed: int, glyphs: Glyphs = stroke_shape) -> Iterator[Crop]:
    """Yield ``count`` drawn numbers of so many ``digits``, cut out along their ink."""
    for number in range(count):
        rng = np.random.default_rng([seed, digits, number])
        text = "".join(rng.choice(list(DIGITS), digits))
        yield Crop(_draw(text, rng, glyphs, margin=0), text)


def cells(count: int, seed: int) -> Iterator[Crop]:
    """Yield ``count`` digits in cells, cut out with the lines of the box."""
    for number in range(count):
        rng = np.random.default_rng([seed, 99, number])
        text = str(rng.choice(list(DIGITS)))
        picture = _draw(text, rng, stroke_shape, margin=30)
        corner = (picture.shape[1] - 1, picture.shape[0] - 1)
        cv2.rectangle(picture, (0, 0), corner, (70, 70, 70), int(rng.integers(2, 6)))
        yield Crop(picture, text)


def odd_rows(
    count: int, seed: int, glyphs: Glyphs = stroke_shape, kinds: tuple[str, str] = (DIGITS, DIGITS)
) -> Iterator[Crop]:
    """Yield ``count`` rows of 6 to 12 characters, all the same but for one.

    kinds: what they are of, and what the odd one is of; look-alikes are not put side by side.
    """
    for number in range(count):
        rng = np.random.default_rng([seed, 7, number])
        usual = str(rng.choice(list(kinds[0])))
        group = {usual, usual.swapcase(), *confusable_group(usual.upper())}
        odd = str(rng.choice([char for char in kinds[1] if char not in group]))
        yield _odd_row(usual, odd, rng, glyphs)


def alike_rows(count: int, seed: int, glyphs: Glyphs = stroke_shape) -> Iterator[Crop]:
    """Yield ``count`` rows of 6 to 12 characters, all the same but for one that looks like them."""
    for number in range(count):
        usual, odd = tuple(ALIKE_ROWS[number % len(ALIKE_ROWS)])
        yield _odd_row(usual, odd, np.random.default_rng([seed, 7, number]), glyphs)


def _odd_row(usual: str, odd: str, rng: np.random.Generator, glyphs: Glyphs) -> Crop:
    row = [usual] * int(rng.integers(6, 13))
    row[int(rng.integers(len(row)))] = odd
    return Crop(_draw("".join(row), rng, glyphs, margin=40), "".join(row))


def empty_pages(count: int, seed: int) -> Iterator[Crop]:
    """Yield at least ``count`` pages of all kinds of paper that nothing is written on."""
    rounds = -(-count // sum(1 for _ in compose_blanks(seed)))
    for number in range(rounds):
        for _, drawn in compose_blanks(seed + number):
            yield Crop(drawn.picture, "")


def empty_tables(count: int, seed: int) -> Iterator[Crop]:
    """Yield ``count`` tables of rules, thin or thick, dark or coloured, without any writing."""
    lens = Camera(blur=0.7, noise=3)
    for number in range(count):
        rng = np.random.default_rng([seed, 11, number])
        page = draw_blank(size=(800, 600), height=48, seed=int(rng.integers(2**32)), camera=lens)
        columns, rows = (np.cumsum(rng.uniform(40, 160, 12)) for _ in range(2))
        xs = columns[: int(rng.integers(3, 7))].astype(int).tolist()
        ys = rows[: int(rng.integers(3, 7))].astype(int).tolist()
        colour, thick = _RULES[int(rng.integers(len(_RULES)))], int(rng.integers(1, 9))
        for x in xs:
            cv2.line(page.picture, (x, ys[0]), (x, ys[-1]), colour, thick)
        for y in ys:
            cv2.line(page.picture, (xs[0], y), (xs[-1], y), colour, thick)
        yield Crop(page.picture, "")


def sample_lines(reader: Reader) -> Iterator[Crop]:
    """Yield each line of the samples, and each word of lines of several, cut out by its box."""
    for name in json.loads((_SAMPLES / "expected.json").read_text(encoding="utf-8")):
        picture = read_picture(_SAMPLES / name)
        for line in reader.read(picture).lines:
            parts: list[Line | Word] = [line, *(line.words if len(line.words) > 1 else ())]
            for part in parts:
                box = part.box
                yield Crop(picture[box.y : box.bottom, box.x : box.right], part.text)


def _draw(text: str, rng: np.random.Generator, glyphs: Glyphs, margin: int) -> NDArray[np.uint8]:
    """Return ``text``, drawn and cut out with a margin in pixels."""
    page = draw_page(
        text,
        size=(300 + 110 * len(text), 300),
        height=100,
        seed=int(rng.integers(2**32)),
        hand=Hand(wobble=float(rng.uniform(0.5, 1.3))),
        pen=Pen(width=float(rng.uniform(0.08, 0.2))),
        glyphs=glyphs,
    )
    x, y, width, height = cv2.boundingRect((page.coverage >= _INK).astype(np.uint8))
    rows = slice(max(y - margin, 0), y + height + margin)
    return np.ascontiguousarray(page.picture[rows, max(x - margin, 0) : x + width + margin])


def right(reader: Reader, crops: Iterator[Crop], *, case: bool = True) -> list[bool]:
    """Return of each of ``crops`` whether it was read right, spaces left out.

    ``case``: whether it is compared.
    """
    fold = str if case else str.lower
    return [
        "".join(fold(reader.read(crop.picture).text).split()) == "".join(fold(crop.text).split())
        for crop in crops
    ]


@click.command(cls=Program)
@click.option("--count", type=click.IntRange(1), default=40, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the EMNIST files.")
def main(count: int, seed: int, model: str, data: Path | None) -> None:
    """Score single characters, crops, cells, rows with one odd character, and empty pages."""
    free, alone = Reader(model), Reader(model, decoding=Decoding(context="none"))
    digits = Reader(model, decoding=Decoding(charset="digits"))
    for length in (1, 2, 3):
        show(f"numbers of {length}, digits", right(digits, numbers(length, count, seed)))
    show("cells with their box, digits", right(digits, cells(count, seed)))
    show("lines and words of samples", right(free, sample_lines(free)))
    show("pages without writing", right(free, empty_pages(count, seed)))
    show("tables without writing", right(free, empty_tables(count, seed)))
    shapes: dict[str, Glyphs] = {"strokes": stroke_shape}
    try:
        samples = load_test(data, None)
    except DataError as error:
        click.echo(f"EMNIST: left out ({error})")
    else:
        shapes["EMNIST"] = EmnistGlyphs(samples)
        show("EMNIST 28x28, digits", right(digits, single_digits(samples, 100)))
    for name, glyphs in shapes.items():
        drawn = {kind: odd_rows(count, seed, glyphs, chars) for kind, chars in ODD_ROWS.items()}
        for kind, crops in (drawn | {"look-alikes": alike_rows(count, seed, glyphs)}).items():
            same = list(crops)
            rows = [right(each, iter(same), case=False) for each in (free, alone)]
            show(f"one odd in a row, {kind}, {name}", rows[0])
            show("  without context", rows[1])
            show("  of those right without context", kept(*rows))


def kept(with_context: list[bool], without: list[bool]) -> list[bool]:
    """Return whether context kept each row that is read right without it."""
    return [now for now, before in zip(with_context, without, strict=True) if before]


def show(name: str, found: list[bool]) -> None:
    """Print how many are right."""
    click.echo(f"{name:<50}{sum(found):>4} of {len(found)}")


if __name__ == "__main__":
    main()
