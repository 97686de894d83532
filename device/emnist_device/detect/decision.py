"""Which hypotheses are right, by how probable the classifier finds the characters that they make.

Of each character: with or without the ink that hangs on it. Of the picture: which layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import NOTHING, confusable_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.layout import Layout
    from emnist_device.detect.look import Look


@dataclass(frozen=True)
class Decisions:
    """Thresholds of decisions, all probabilities.

    sure: a mark that is read as surely as this is not looked at for being several characters.
    as_well: a character keeps ink that hangs on it where it is read with this fraction of the
        probability that it has without: a stroke that is left out needs a reason.
    """

    sure: float = 0.95
    as_well: float = 0.9


DECISIONS = Decisions()


@dataclass(frozen=True)
class Found:
    """The characters of a picture, in reading order.

    layout: where they are.
    glyphs: (N, 28, 28) uint8, what the model saw of them.
    probabilities: (N, C) float32 of all classes of the model.
    confidence: how probable it is that all are read right, 0..1, each by itself and but for what
        looks alike; 0 where none is.
    looks: what the page network saw and said for all hypotheses that it was asked for.
    """

    layout: Layout
    glyphs: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    confidence: float
    looks: tuple[Look, ...] = ()


def which_look_alike(alphabet: str) -> NDArray[np.float64]:
    """Return which of the C classes of ``alphabet`` look alike: (C, C), 1 where they do.

    What is no character looks like nothing, and not like itself.
    """
    groups = confusable_groups(alphabet)
    alike = np.array([[one == other for other in groups] for one in groups], float)
    return alike * np.array([char != NOTHING for char in alphabet])


def decide_inks(
    layout: Layout,
    glyphs: NDArray[np.uint8],
    probabilities: NDArray[np.float32],
    alike: NDArray[np.float64],
    *,
    decisions: Decisions = DECISIONS,
) -> Found:
    """Return the characters of ``layout``, each with or without the ink that hangs on it.

    Args:
        layout: with N hypotheses of characters, in the order of :meth:`Layout.inks`.
        glyphs: (N, 28, 28) uint8, of all of them.
        probabilities: (N, C) float32, of their classes.
        alike: (C, C), as of :func:`which_look_alike`.
        decisions: thresholds.
    """
    blobs, owners = layout.blobs, layout.owners
    most = (probabilities * (alike.diagonal() > 0)).max(axis=1)
    chosen = np.arange(len(blobs))
    for number, owner in enumerate(owners):
        if number >= len(blobs) and most[number] >= decisions.as_well * most[owner]:
            chosen[owner] = number
    kept = {blobs[row].label for row in np.flatnonzero(chosen >= len(blobs)).tolist()}
    shapes = (probabilities[chosen] @ alike).max(axis=1)
    confidence = float(shapes.prod()) if len(shapes) else 0.0
    return Found(layout.completed(kept), glyphs[chosen], probabilities[chosen], confidence)


def is_sure(found: Sequence[Found], *, decisions: Decisions = DECISIONS) -> bool:
    """Say whether one of ``found`` is so probable that no other hypothesis need be tried."""
    return any(each.confidence >= decisions.sure for each in found)


def surest(found: Sequence[Found]) -> Found:
    """Return the most probable of ``found``; of equals the first."""
    return max(found, key=lambda each: each.confidence)
