"""Scores of images that are not of EMNIST: UNIPEN's writers, symbols, and what is no character."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import BYMERGE
from emnist_edge.scoring.metrics import score

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Where images are from; their numbers are the places here. All but EMNIST are drawn of strokes.
SOURCES = ("emnist", "unipen", "symbols", "nothing")
EMNIST, UNIPEN, SYMBOLS, NOTHING = range(len(SOURCES))
#: Fraction of characters that are kept where it is measured how many others are refused.
KEPT = 0.99


def score_written(
    answers: NDArray[np.float32],
    labels: NDArray[np.uint8],
    sources: NDArray[np.uint8],
    alphabet: str,
) -> dict[str, float]:
    """Return what was read right of glyphs that are drawn of strokes.

    Args:
        answers: (N, C) probabilities at equal class frequencies.
        labels: (N,) indices into ``alphabet``.
        sources: (N,) places in :data:`SOURCES`.
        alphabet: the first classes are those of ByMerge, the last is what is no character, where
            there are more.

    Returns:
        What :func:`read_hands` does; where there are further classes, the macro recall of all of
        them and of symbols, any of which may be said, and the fraction of what is no character
        that is refused where :data:`KEPT` of the characters are kept.
    """
    letters = sources == UNIPEN
    row = read_hands(answers[letters], labels[letters])
    if len(alphabet) > len(BYMERGE):
        row["all_classes_macro_recall"] = score(answers, labels, alphabet).macro_recall
        symbols = sources == SYMBOLS
        row["symbols_macro_recall"] = score(
            answers[symbols], labels[symbols], alphabet
        ).macro_recall
        doubt = answers[:, -1]
        limit = np.quantile(doubt[sources != NOTHING], KEPT)
        row["nothing_refused"] = float((doubt[sources == NOTHING] > limit).mean())
    return row


def read_hands(answers: NDArray[np.float32], labels: NDArray[np.uint8]) -> dict[str, float]:
    """Return how many letters and digits were read right at equal class frequencies.

    Args:
        answers: (N, C), the first classes those of ByMerge, which alone may be said.
        labels: (N,) indices of ByMerge's classes.

    Returns:
        unipen_accuracy: any of the 47 classes. unipen_kind_known: letters among letters, digits
        among digits, case ignored.
    """
    told = answers[:, : len(BYMERGE)]
    digits = np.array([char.isdigit() for char in BYMERGE])
    of_kind = np.where(digits[labels][:, None] == digits, told, -1)
    capital = np.array([BYMERGE.index(char.upper()) for char in BYMERGE])
    return {
        "unipen_accuracy": float((told.argmax(axis=1) == labels).mean()),
        "unipen_kind_known": float((capital[of_kind.argmax(axis=1)] == capital[labels]).mean()),
    }
