"""Count a word list's letter sequences for the device: ``python -m export.ngrams``.

The corpus is the frequency dictionary inside symspellpy (MIT): 82,765 English words that are both
in SCOWL (which may be used for any purpose) and in Google's Books Ngram Viewer (CC BY 3.0), with
their counts there. What ships is one byte for each sequence of four letters: no word can be read
back from it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import json
import string
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.text.ngrams import BITS_PER_STEP, LETTERS
from emnist_edge.artifact import MODELS
from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError, RuntimeMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_CORPUS = "frequency_dictionary_en_82_765.txt"
_SOURCES = (
    "words of SCOWL (copyright 2000-2019 Kevin Atkinson, free for any purpose) with counts of the "
    "Google Books Ngram Viewer (http://books.google.com/ngrams, CC BY 3.0), as in symspellpy (MIT)"
)
# A word counts by this power of its frequency: between each word once and each as often as it
# comes in books, whose few commonest words are most of the text and little of what labels say.
_POWER = 0.5
# Names, codes and other languages have sequences that English has not.
_UNIFORM = 0.02
_MOST_BYTES = 300_000


def read_corpus() -> tuple[list[str], NDArray[np.float64], str]:
    """Return the words in small letters, their counts, and the SHA-256 of the file."""
    try:
        content = (importlib.resources.files("symspellpy") / _CORPUS).read_bytes()
    except ModuleNotFoundError as error:
        raise RuntimeMissingError(
            "symspellpy holds the corpus: pip install 'emnist-edge[train]'"
        ) from error
    except OSError as error:
        raise DataError(f"symspellpy/{_CORPUS}: cannot be read ({error.strerror})") from error
    rows = [line.split() for line in content.decode("utf-8-sig").splitlines()]
    known = set(string.ascii_lowercase)
    words = ["".join(char for char in word if char in known) for word, _ in rows]
    counts = np.array([float(count) for _, count in rows])
    return words, counts, hashlib.sha256(content).hexdigest()


def estimate(
    words: Iterable[str], weights: Iterable[float], order: int, uniform: float = _UNIFORM
) -> NDArray[np.float64]:
    """Return the probability of each symbol after ``order`` - 1 others, ``order`` axes of 27.

    Symbol 0 is the edge of a word, 1 to 26 are letters. Shorter contexts are interpolated by
    Witten and Bell (1991), and ``uniform`` is spread over all symbols.
    """
    sequences = ["\0" * (order - 1) + word + "\0" for word in words if word]
    weights = [weight for word, weight in zip(words, weights, strict=True) if word]
    lengths = np.array([len(sequence) for sequence in sequences])
    letters = np.frombuffer("".join(sequences).encode("ascii"), np.uint8).astype(np.int64)
    symbols = np.where(letters > 0, letters - ord(LETTERS[0]) + 1, 0)
    whole = np.ones(len(symbols), bool)  # windows that begin here end within their word
    whole[np.cumsum(lengths)[:, None] - np.arange(1, order)] = False
    windows = np.lib.stride_tricks.sliding_window_view(symbols, order)[whole[: 1 - order or None]]
    weight = np.repeat(weights, lengths - order + 1)
    size = len(LETTERS) + 1
    probabilities = np.full(size, 1 / size)
    for length in range(1, order + 1):
        index = np.ravel_multi_index(windows[:, order - length :].T, (size,) * length)
        counted, total = (
            np.bincount(index, by, minlength=size**length).reshape((size,) * length)
            for by in (None, weight)
        )
        seen = counted.sum(axis=-1, keepdims=True)
        kinds = (counted > 0).sum(axis=-1, keepdims=True)
        share = seen / np.maximum(seen + kinds, 1)
        relative = total / np.maximum(total.sum(axis=-1, keepdims=True), 1e-12)
        probabilities = share * relative + (1 - share) * probabilities
    return (1 - uniform) * probabilities + uniform / size


@click.command(cls=Program)
@click.option("--order", type=click.IntRange(2, 4), default=4, show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=MODELS / "english.npz")
def main(order: int, output: Path) -> None:
    """Write the table of letter sequences that English context uses."""
    try:
        words, counts, digest = read_corpus()
    except (DataError, RuntimeMissingError) as error:
        raise click.ClickException(str(error)) from error
    probabilities = estimate(words, counts**_POWER, order)
    costs = np.clip(np.rint(-np.log2(probabilities) / BITS_PER_STEP), 0, 255).astype(np.uint8)
    provenance = {
        "sources": _SOURCES,
        "symspellpy": importlib.metadata.version("symspellpy"),
        "corpus_sha256": digest,
        "words": len(words),
        "power": _POWER,
        "uniform": _UNIFORM,
    }
    np.savez_compressed(output, costs=costs, provenance=np.array(json.dumps(provenance)))
    size = output.stat().st_size
    if size > _MOST_BYTES:
        output.unlink()
        raise click.ClickException(f"{size} bytes are more than the {_MOST_BYTES} that may ship")
    click.echo(f"{output}: {costs.ndim} letters, {size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
