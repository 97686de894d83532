"""Score the reader on photographed single characters: ``python -m evaluate.glyphs FILE.npz``.

The file holds ``images`` (N, H, W) uint8, one cell each, and ``labels`` (N,), one character each.
Case is not compared. Cells are read whole, by :meth:`Reader.read_character`, twice: with any of the
model's classes allowed, and with the kinds of characters that the labels are of (letters, digits)
taken as known. What that gains over inverting the cell and shrinking it to 28x28 is shown beside.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cv2
import numpy as np

from emnist_device.runtime.engine import Engine
from emnist_edge import Reader
from emnist_edge.artifact import DEFAULT_MODEL, SIDE
from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError
from emnist_edge.scoring.metrics import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SHOWN = 10


@dataclass(frozen=True)
class GlyphScore:
    """How many of ``samples`` characters were read right, and which were taken for which.

    confusions: (truth, read) -> count, both in upper case; read is empty where nothing was found.
    """

    samples: int
    right: int
    confusions: Counter[tuple[str, str]]

    def __str__(self) -> str:
        low, high = wilson_interval(self.right, self.samples)
        return (
            f"{100 * self.right / self.samples:6.2f} % "
            f"({100 * low:.2f} to {100 * high:.2f}) of {self.samples}"
        )


def read_cells(path: Path) -> tuple[NDArray[np.uint8], list[str]]:
    """Return the images (N, H, W) uint8 and the labels of ``path``; DataError if it is no such."""
    try:
        with np.load(path, allow_pickle=False) as content:
            images, labels = content["images"], [str(label) for label in content["labels"]]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: is no NPZ file with images and labels ({error})") from error
    if images.ndim != 3 or images.dtype != np.uint8 or not 0 < len(images) == len(labels):
        raise DataError(
            f"{path}: needs images (N, H, W) uint8 and N labels, "
            f"not {images.shape} {images.dtype} and {len(labels)}"
        )
    return images, labels


def known_charset(labels: Sequence[str], alphabet: str) -> str:
    """Return those of ``alphabet`` that are letters or digits where ``labels`` are."""
    kinds = {label.isdigit() for label in labels}
    return "".join(char for char in alphabet if char.isdigit() in kinds)


def compare(labels: Sequence[str], read: Sequence[str]) -> GlyphScore:
    """Compare what was ``read`` with ``labels``, ignoring case."""
    pairs = [(label.upper(), char.upper()) for label, char in zip(labels, read, strict=True)]
    wrong = Counter((label, char) for label, char in pairs if label != char)
    return GlyphScore(len(pairs), len(pairs) - wrong.total(), wrong)


def read_by_shrinking(cells: NDArray[np.uint8], engine: Engine, charset: str) -> list[str]:
    """Classify ``cells`` (N, H, W) uint8, dark on light, inverted and shrunk to 28x28, no more."""
    glyphs = [
        cv2.resize(cv2.bitwise_not(cell), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        for cell in cells
    ]
    alphabet = engine.letters.alphabet
    allowed = np.array([char in charset for char in alphabet])
    probabilities: NDArray[Any] = engine.read_letters(np.stack(glyphs)) * allowed
    return [alphabet[index] for index in probabilities.argmax(axis=1)]


@click.command(cls=Program)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
def main(file: Path, model: str) -> None:
    """Score the reader on the cells of FILE, with the most frequent confusions."""
    cells, labels = read_cells(file)
    reader, engine = Reader(model), Engine(model)
    alphabet = engine.letters.alphabet
    charsets = {"any class": alphabet, "kinds known": known_charset(labels, alphabet)}
    click.echo(f"accuracy ignoring case, Wilson's 95 % interval; {reader.model}")
    for name, charset in charsets.items():
        found = [reader.read_character(cell, charset) for cell in cells]
        score = compare(labels, [character.char if character else "" for character in found])
        naive = compare(labels, read_by_shrinking(cells, engine, charset))
        click.echo(f"{name:<12} read_character   {score}")
        click.echo(f"{name:<12} inverted, shrunk {naive}")
        click.echo(f"    read_character takes {_most_frequent(score)}")


def _most_frequent(score: GlyphScore) -> str:
    pairs = score.confusions.most_common(_SHOWN)
    return ", ".join(f"{a} for {b or 'nothing'} {count}x" for (a, b), count in pairs) or "none"


if __name__ == "__main__":
    main()
