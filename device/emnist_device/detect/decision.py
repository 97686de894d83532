"""Which layout of a picture is right, by how probable the classifier finds its characters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import NOTHING, confusable_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.layout import Layout
    from emnist_device.detect.look import Look
    from emnist_device.frames import Frame


@dataclass(frozen=True)
class Decisions:
    """Thresholds of decisions, all probabilities.

    sure: a mark that is read as surely as this is not looked at for being several characters.
    faint: dots and bars count this fraction of their probability. Part of a letter, such as the
        counters of a bold E with the wrong polarity, makes them more often than a hand does.
    nothing: what is so probably no character is not read: a lost character is worse than one too
        many.
    foreign: characters that there cannot be, by the charset, count this fraction of theirs: other
        writing may be on a picture, too. Two touching digits make a letter more often than one.
    """

    sure: float = 0.95
    faint: float = 0.5
    nothing: float = 0.9
    foreign: float = 0.1


DECISIONS = Decisions()
# Symbols that are but dots and bars.
_FAINT = ".,-:;='\"_"


@dataclass(frozen=True)
class Found:
    """The characters of a picture, in reading order.

    layout: where they are.
    glyphs: (N, 28, 28) uint8, what the model saw of them.
    probabilities: (N, C) float32 of all classes of the model.
    confidence: how probable it is that all are read right, 0..1, each by itself and but for what
        looks alike; 0 where none is.
    looks: what the page network saw and said for all hypotheses that it was asked for.
    refused: how many more there are that are no characters, or none of those that there can be.
    """

    layout: Layout
    glyphs: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    confidence: float
    looks: tuple[Look, ...] = ()
    refused: int = 0

    @property
    def frames(self) -> tuple[Frame, ...]:
        """Boxes, combs and tables, in pixels of the picture."""
        return tuple(frame.scaled(1 / self.layout.scale) for frame in self.layout.frames)


def which_look_alike(alphabet: str, *, decisions: Decisions = DECISIONS) -> NDArray[np.float64]:
    """Return how far the C classes of ``alphabet`` look alike: (C, C), 1 where they do.

    What is no character looks like nothing, and not like itself; dots and bars look little like
    themselves.
    """
    groups = confusable_groups(alphabet)
    alike = np.array([[one == other for other in groups] for one in groups], float)
    faint = {NOTHING: 0.0} | dict.fromkeys(_FAINT, decisions.faint)
    return alike * np.array([faint.get(char, 1.0) for char in alphabet])


def confidence_of(probabilities: NDArray[np.float32], alike: NDArray[np.float64]) -> float:
    """Return how probable it is that N characters are read right, as :class:`Found` has it.

    ``probabilities`` (N, C) are of their classes; ``alike`` (C, C) is as of
    :func:`which_look_alike`.
    """
    shapes = likeliest_shapes(probabilities, alike)
    return float(shapes.prod()) if len(shapes) else 0.0


def likeliest_shapes(
    probabilities: NDArray[np.float32], alike: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability of the likeliest shape of N characters, (N,), look-alikes together.

    For the arguments see :func:`confidence_of`.
    """
    return np.asarray((probabilities @ alike).max(axis=1, initial=0.0))


def is_sure(found: Sequence[Found], *, decisions: Decisions = DECISIONS) -> bool:
    """Say whether one of ``found`` is so probable that no other hypothesis need be tried."""
    return any(each.confidence >= decisions.sure for each in found)


def surest(found: Sequence[Found]) -> Found:
    """Return the most probable of ``found``; of equals the first."""
    return max(found, key=lambda each: each.confidence)


def refuse(found: Found, alphabet: str, *, decisions: Decisions = DECISIONS) -> Found:
    """Return ``found`` without what is no character by a model with classes of ``alphabet``."""
    if NOTHING not in alphabet:
        return found
    return keep(found, found.probabilities[:, alphabet.index(NOTHING)] < decisions.nothing)


def keep(found: Found, kept: NDArray[np.bool_]) -> Found:
    """Return ``found`` with those of its characters that are ``kept``, (N,); others are refused."""
    if kept.all():
        return found
    labels = {blob.label for blob, own in zip(found.layout.blobs, kept, strict=True) if own}
    return replace(
        found,
        layout=found.layout.only(labels),
        glyphs=found.glyphs[kept],
        probabilities=found.probabilities[kept],
        refused=found.refused + int((~kept).sum()),
    )
