"""Score decoding on EMNIST's images: ``python -m evaluate.decoding``.

How much it helps to know the charset of single characters, or the pattern of codes; what context
makes of words without meaning; and how well confidence tells right from wrong. Codes and words are
composed of ByMerge's test images at random, or of validation images to choose by
(``--validation``). The same options give the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.box import Box
from emnist_device.decoding import CHARSETS, CONTEXTS
from emnist_device.runtime.engine import Engine
from emnist_device.text.decode import Decoder
from emnist_edge import Decoding, Page
from emnist_edge.alphabet import DIGITS, LOWER, UPPER, fold
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError
from emnist_edge.scoring.metrics import wilson_interval
from evaluate.scoring.coverage import Judged, draw, judge, measure
from train.common.data import load_test, load_training

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.page import Line
    from emnist_edge.dataset.emnist import Samples

_PATTERN = "[A-Z]{2}[0-9]{3}"
# Height of capitals, of low letters, and how far some reach below the baseline, in pixels.
_CAP, _LOW, _BELOW = 50, 30, 15
# Texts that are decoded together: as a page would be, but with nothing to learn from one another.
_TOGETHER = 100


@dataclass(frozen=True)
class Images:
    """Images that the model has classified.

    probabilities: (N, C), of letters and digits. labels: (N,) indices into ``alphabet``. widths:
    (N,) over heights. class_shares: as the model's sidecar has them.
    """

    probabilities: NDArray[np.float32]
    labels: NDArray[np.uint8]
    widths: NDArray[np.float64]
    alphabet: str
    class_shares: list[float]

    @classmethod
    def of(cls, samples: Samples, model: str) -> Images:
        """Classify ``samples``."""
        ink = samples.images >= 100
        tall, wide = (ink.any(axis=axis).sum(axis=1) for axis in (2, 1))
        engine = Engine(model)
        if engine.letters.alphabet != samples.alphabet:
            raise DataError(f"{model}: has other classes than the data set")
        return cls(
            engine.read_letters(samples.images),
            samples.labels,
            wide / np.maximum(tall, 1),
            samples.alphabet,
            engine.letters.shares(engine.artifact.class_shares),
        )

    def decoder(self, decoding: Decoding) -> Decoder:
        """Return the decoder of what the model says."""
        return Decoder(self.alphabet, decoding, self.class_shares)

    def spell(self, text: str, rng: np.random.Generator) -> NDArray[np.intp]:
        """Return indices of images, at random, that spell ``text``."""
        return np.array(
            [
                rng.choice(np.flatnonzero(self.labels == self.alphabet.index(char)))
                for char in fold(text)
            ]
        )

    def boxes(self, text: str, images: NDArray[np.intp], top: int) -> list[Box]:
        """Return boxes for ``text``, as tall and as low as its characters are."""
        found, x = [], 0
        for char, width in zip(text, self.widths[images], strict=True):
            tall = _LOW if char in "acemnorsuvwxzgpqy" else _CAP
            below = _BELOW if char in "gjpqy" else 0
            height = tall + below
            found.append(Box(x, top + _CAP - tall, max(1, round(width * height)), height))
            x = found[-1].right + 8
        return found

    def decode(
        self, texts: Sequence[str], chosen: Sequence[NDArray[np.intp]], decoder: Decoder
    ) -> list[Line]:
        """Return what ``decoder`` makes of ``texts``, each a line."""
        found: list[Line] = []
        for start in range(0, len(texts), _TOGETHER):
            part = range(start, min(start + _TOGETHER, len(texts)))
            rows = np.concatenate([chosen[number] for number in part])
            lines = [
                self.boxes(texts[number], chosen[number], 3 * _CAP * line)
                for line, number in enumerate(part)
            ]
            found += decoder.decode(self.probabilities[rows], lines).lines(3)
        return found


def score_charsets(images: Images) -> None:
    """Print the accuracy on the images of each charset, with it known and without."""
    bare = images.probabilities.argmax(axis=1) == images.labels
    for name in ("digits", "upper", "lower", "letters"):
        classes = [images.alphabet.index(char) for char in set(fold(CHARSETS[name]))]
        rows = np.flatnonzero(np.isin(images.labels, classes))
        texts = [images.alphabet[images.labels[row]] for row in rows]
        decoder = images.decoder(Decoding(charset=name, context="none"))
        lines = images.decode(texts, list(rows[:, None]), decoder)
        right = sum(fold(line.text) == text for line, text in zip(lines, texts, strict=True))
        click.echo(
            f"charset {name:<8} {_share(right, len(rows))} right; bare "
            f"{_share(int(bare[rows].sum()), len(rows))}"
        )


def score_codes(images: Images, count: int, rng: np.random.Generator) -> None:
    """Print how many whole codes are read right: bare, by context, by their pattern."""
    texts = [
        "".join(rng.choice(list(UPPER), 2)) + "".join(rng.choice(list(DIGITS), 3))
        for _ in range(count)
    ]
    chosen = [images.spell(text, rng) for text in texts]
    click.echo(f"codes {_PATTERN}: {count}, whole ones right")
    for name, decoding in (
        ("bare argmax", Decoding(context="none")),
        ("context", Decoding()),
        ("pattern", Decoding(pattern=_PATTERN, context="none")),
        ("pattern and context", Decoding(pattern=_PATTERN)),
    ):
        lines = images.decode(texts, chosen, images.decoder(decoding))
        right = sum(line.text == text for line, text in zip(lines, texts, strict=True))
        click.echo(f"  {name:<20} {_share(right, count)}")


def score_words(images: Images, count: int, rng: np.random.Generator) -> dict[str, list[Judged]]:
    """Print how well random words are read by each context; return their characters, judged."""
    texts = [random_word(rng) for _ in range(count)]
    chosen = [images.spell(text, rng) for text in texts]
    curves: dict[str, list[Judged]] = {}
    click.echo(f"random words: {count}")
    for context in CONTEXTS:
        decoder = images.decoder(Decoding(context=context))
        lines = images.decode(texts, chosen, decoder)
        curves[context] = [
            judged
            for line, text in zip(lines, texts, strict=True)
            for judged in judge(text, Page((line,), "", {}))
        ]
        whole = sum(
            line.text.lower() == text.lower() for line, text in zip(lines, texts, strict=True)
        )
        click.echo(f"  context {context}: whole words {_share(whole, count)}")
        click.echo(f"    {measure(curves[context])}")
    return curves


def random_word(rng: np.random.Generator) -> str:
    """Return a number, capitals, small letters, a capitalized word or a code, without meaning."""
    length = int(rng.integers(3, 9))
    kind = rng.choice(5, p=(0.35, 0.25, 0.15, 0.15, 0.1))
    alphabet = (DIGITS, UPPER, LOWER, LOWER, UPPER + DIGITS)[kind]
    word = "".join(rng.choice(list(alphabet), length))
    return word.capitalize() if kind == 3 else word


def _share(right: int, count: int) -> str:
    low, high = wilson_interval(right, count)
    return f"{100 * right / count:6.2f} % ({100 * low:.2f} to {100 * high:.2f} of {count})"


@click.command(cls=Program)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the EMNIST files.")
@click.option("--validation", is_flag=True, help="Images held back from training, to choose by.")
@click.option("--codes", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--words", "word_count", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--limit", type=click.IntRange(100), help="Use the first N images only.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--figure", type=click.Path(path_type=Path), help="File for the words' diagrams.")
def main(
    model: str,
    data: Path | None,
    validation: bool,
    codes: int,
    word_count: int,
    limit: int | None,
    seed: int,
    figure: Path | None,
) -> None:
    """Score charsets, patterns, context and confidence on EMNIST's images."""
    if validation:
        training = load_training(None, data, None, 0.1, seed=1)  # as models are trained
        samples = training.samples.pick(training.held).first(limit)
    else:
        samples = load_test(data, limit)
    images = Images.of(samples, model)
    click.echo(f"{len(images.labels)} {'validation' if validation else 'test'} images, {model}")
    score_charsets(images)
    score_codes(images, codes, np.random.default_rng([seed, 1]))
    curves = score_words(images, word_count, np.random.default_rng([seed, 2]))
    if figure is not None:
        draw(figure, curves)


if __name__ == "__main__":
    main()
