"""Score how well c and C are told apart, and the like: ``python -m evaluate.case``.

EMNIST ByMerge files c i j k l m o p s u v w x y z under their capitals. Words without meaning in
small letters, capitalized, and in capitals are drawn on pages, in the project's own strokes and,
where the data set is at hand, in the shapes of images that no model was trained on. Counted are
merged letters that were read as the right letter, in whichever case.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from emnist_device.decoding import CONTEXTS, Context
from emnist_edge import Decoding, Reader
from emnist_edge.alphabet import MERGED
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.drawing.character import Glyphs, stroke_shape
from emnist_edge.drawing.handwriting import EmnistGlyphs
from emnist_edge.drawing.pages import Camera, Pen, draw_page
from emnist_edge.drawing.strokes import Hand
from emnist_edge.errors import DataError
from emnist_edge.scoring.edits import align, compared
from emnist_edge.scoring.metrics import wilson_interval
from train.common.data import load_test

_LINES, _WORDS = 4, 3


@dataclass
class CaseScore:
    """Merged letters that were read, those in the right case, and all characters of the pages."""

    merged: int = 0
    right: int = 0
    characters: int = 0

    def add(self, truth: str, read: str) -> None:
        """Count one page."""
        written, found = compared(truth), compared(read)
        self.characters += len(written)
        for i, j in align(written.lower(), found.lower()):
            if i is None or j is None or written[i].lower() != found[j].lower():
                continue
            if written[i].lower() in MERGED:
                self.merged += 1
                self.right += written[i] == found[j]

    def __str__(self) -> str:
        low, high = wilson_interval(self.right, self.merged)
        return (
            f"{100 * self.right / self.merged:.2f} % ({100 * low:.2f} to {100 * high:.2f}) of "
            f"{self.merged} merged letters in the right case, of {self.characters} characters"
        )


def compose_text(rng: np.random.Generator) -> str:
    """Return lines of words without meaning, of three to seven letters."""
    lines = []
    for _ in range(_LINES):
        words = [
            "".join(rng.choice(list(string.ascii_lowercase), rng.integers(3, 8)))
            for _ in range(_WORDS)
        ]
        kinds = rng.integers(3, size=_WORDS)
        lines.append(
            " ".join(
                (word, word.capitalize(), word.upper())[kind]
                for word, kind in zip(words, kinds, strict=True)
            )
        )
    return "\n".join(lines)


def score_pages(reader: Reader, glyphs: Glyphs, pages: int, seed: int) -> CaseScore:
    """Draw ``pages`` and score ``reader`` on them."""
    score = CaseScore()
    for number in range(pages):
        rng = np.random.default_rng([seed, number])
        text = compose_text(rng)
        drawn = draw_page(
            text,
            size=(1400, 600),
            height=float(rng.uniform(38, 48)),
            seed=int(rng.integers(2**32)),
            hand=Hand(
                wobble=float(rng.uniform(0.5, 1.3)),
                slant=float(rng.uniform(-0.05, 0.15)),
                skew=float(rng.uniform(-0.02, 0.02)),
            ),
            pen=Pen(width=float(rng.uniform(0.08, 0.13))),
            camera=Camera(noise=3, blur=0.7),
            glyphs=glyphs,
        )
        score.add(text, reader.read(drawn.picture).text)
    return score


@click.command(cls=Program)
@click.option("--pages", type=click.IntRange(1), default=40, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--context", type=click.Choice(CONTEXTS), default=CONTEXTS[0], show_default=True)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the EMNIST files.")
def main(pages: int, seed: int, context: Context, model: str, data: Path | None) -> None:
    """Score the case of letters on drawn pages of mixed-case words."""
    reader = Reader(model, decoding=Decoding(context=context))
    click.echo(f"strokes: {score_pages(reader, stroke_shape, pages, seed)}")
    try:
        samples = load_test(data, None)
    except DataError as error:
        click.echo(f"emnist: left out ({error})")
    else:
        click.echo(f"emnist: {score_pages(reader, EmnistGlyphs(samples), pages, seed)}")


if __name__ == "__main__":
    main()
