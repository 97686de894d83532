"""How much more probable it is that pieces of ink are one character than that each is one.

Logarithms of odds, learned by logistic regression: ``python -m evaluate.lattice``. A piece alone,
found by the page network, is what others are compared with, and has a score of 0; so neither many
small characters nor few large ones are favoured by their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.lattice.arcs import MEASURES
from emnist_device.detect.lattice.cuts import CUT_MEASURES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from emnist_device.detect.lattice.atoms import Atoms

# Probabilities are told apart down to this, and what a model without that class says of what is no
# character.
_LEAST, _UNKNOWN = 1e-3, 0.02


@dataclass(frozen=True)
class Scores:
    """Weights of what tells for a character, fitted to lines of UNIPEN's train writers.

    The page network has learned from these lines: of the characters in them it splits and merges
    fewer than of others. So ``bias`` was moved from -4.54, and ``cut_bias`` from 4.51, to where
    lines of writers held out are read best and pages no worse. Weights of what is left over were
    fitted to what an earlier network left: with all fitted anew, decimal points were lost.

    bias, apart, touch, level, widest, size: of a union, and what :mod:`.arcs` measures of it.
    shape, nothing, parts: of the logarithms of how probable a union's shape is, that the union is
        no character, and that a piece of it is none.
    left_bias, left_middle, left_high, left_wide, left_near, left_beside: of a piece that is left
        over and may be a character, and of the probability of its middle, the logarithms of its
        height and width in usual heights, whether it has neighbours, and half of how many
        characters are beside it on its line, two at most: dirt has none.
    cut_bias, cut_neck, cut_apart, cut_spread, cut_beside, cut_over, cut_low, cut_share,
        cut_middle: of a piece as two characters, and what :mod:`.cuts` measures of it.
    cut_nothing, cut_parts: of the logarithms of how probable it is that the piece is no character,
        and of the shapes of both parts together.
    """

    bias: float = -2.8
    apart: float = -6.24
    touch: float = 2.04
    level: float = -0.33
    widest: float = 1.08
    size: float = 1.44
    shape: float = 0.61
    nothing: float = -0.72
    parts: float = -0.1
    left_bias: float = -0.24
    left_middle: float = 4.31
    left_high: float = 0.39
    left_wide: float = 0.28
    left_near: float = -2.77
    left_beside: float = 2.46
    cut_bias: float = 3.8
    cut_neck: float = -15.05
    cut_apart: float = 12.53
    cut_spread: float = -34.42
    cut_beside: float = -4.01
    cut_over: float = -3.28
    cut_low: float = -1.25
    cut_share: float = 3.4
    cut_middle: float = -1.65
    cut_nothing: float = 0.71
    cut_parts: float = 1.16


SCORES = Scores()
# A character is beside a piece whose edges are this near, in usual heights, and on the same line if
# the piece's middle is at most so far above or below it. By hand.
_BESIDE, _STRAYS = 1.0, 0.3


@dataclass(frozen=True)
class Evidence:
    """What the classifier says of N things, logarithms of probabilities, none lower than 0.001.

    most: (N,) of the most probable class, as far as it is like itself. shape: (N,) of the most
    probable shape, look-alikes together. nothing: (N,) that it is no character. sign: (N,) bool,
    whether it is most probably a dot or a bar: a character that is only partly like itself.
    """

    most: NDArray[np.float64]
    shape: NDArray[np.float64]
    nothing: NDArray[np.float64]
    sign: NDArray[np.bool_]

    @classmethod
    def of(cls, probabilities: NDArray[np.float32], alike: NDArray[np.float64]) -> Evidence:
        """Return what ``probabilities`` (N, C) say; ``alike`` (C, C) says which look alike."""
        character = alike.diagonal() > 0
        most = (probabilities * alike.diagonal()).max(axis=1, initial=0.0)
        shape = (probabilities @ alike).max(axis=1, initial=0.0)
        nothing = np.full(len(probabilities), _UNKNOWN)
        if not character.all():
            nothing = probabilities[:, ~character].sum(axis=1)
        likeliest = (probabilities * character).argmax(axis=1)
        sign = alike.diagonal()[likeliest] < 1
        logs = [np.log(np.maximum(each, _LEAST)) for each in (most, shape, nothing)]
        return cls(logs[0], logs[1], logs[2], sign)


def most_by_place(
    measures: NDArray[np.float64], parts: NDArray[np.float64], scores: Scores
) -> NDArray[np.float64]:
    """Return what unions with ``measures`` (N, 5) score at most, whatever they are read as.

    ``parts`` (N,): see :class:`Scores`.
    """
    least = np.log(_LEAST)
    by_class = max(scores.nothing * least, 0.0) + max(scores.shape * least, 0.0)
    return _by_place(measures, scores) + by_class + scores.parts * parts


def score_unions(
    measures: NDArray[np.float64],
    shape: NDArray[np.float64],
    nothing: NDArray[np.float64],
    parts: NDArray[np.float64],
    scores: Scores,
) -> NDArray[np.float64]:
    """Return the scores of N unions with ``measures`` (N, 5).

    ``shape``, ``nothing``, ``parts``, (N,): see :class:`Scores`.
    """
    by_class = scores.shape * shape + scores.nothing * nothing + scores.parts * parts
    return _by_place(measures, scores) + by_class


def _by_place(measures: NDArray[np.float64], scores: Scores) -> NDArray[np.float64]:
    weights = np.array([getattr(scores, name) for name in MEASURES])
    return measures @ weights + scores.bias


def measure_leftovers(atoms: Atoms, neighbours: Iterable[tuple[int, int]]) -> NDArray[np.float64]:
    """Return what is measured of the pieces that are left over, (N, 5), as of :class:`Scores`.

    ``neighbours``: pairs of pieces that are near each other.
    """
    near = np.zeros(len(atoms.blobs), bool)
    near[[piece for pair in neighbours for piece in pair]] = True
    middles = np.array([blob.middle for blob in atoms.blobs[atoms.found :]])
    edges = atoms.edges[atoms.found :]
    wide, high = np.log((edges[:, 2:] - edges[:, :2]) / max(atoms.height, 1)).T
    beside = [_beside(edge, atoms.edges[: atoms.found], atoms.height) for edge in edges]
    return np.stack([middles, high, wide, near[atoms.found :], np.array(beside, float)], axis=1)


def _beside(piece: NDArray[np.float64], found: NDArray[np.float64], height: float) -> float:
    """Return how many of the ``found`` characters are beside a ``piece``: 0, 0.5 for one, or 1."""
    middle, strays = (piece[1] + piece[3]) / 2, _STRAYS * height
    apart = np.maximum(found[:, 0] - piece[2], piece[0] - found[:, 2])
    level = (found[:, 1] - strays < middle) & (found[:, 3] + strays > middle)
    return min(int((level & (apart < _BESIDE * height)).sum()), 2) / 2


def score_leftovers(measures: NDArray[np.float64], scores: Scores) -> NDArray[np.float64]:
    """Return the scores of pieces that are left over, (N,), to be characters alone."""
    names = ("left_middle", "left_high", "left_wide", "left_near", "left_beside")
    return measures @ np.array([getattr(scores, name) for name in names]) + scores.left_bias


def most_by_line(
    measures: NDArray[np.float64], nothing: NDArray[np.float64], scores: Scores
) -> NDArray[np.float64]:
    """Return what cuts with ``measures`` (N, 8) score at most, whatever their parts are read as.

    ``nothing`` (N,): see :class:`Scores`.
    """
    by_class = scores.cut_nothing * nothing + max(2 * scores.cut_parts * np.log(_LEAST), 0.0)
    return _by_line(measures, scores) + by_class


def score_cuts(
    measures: NDArray[np.float64],
    nothing: NDArray[np.float64],
    parts: NDArray[np.float64],
    scores: Scores,
) -> NDArray[np.float64]:
    """Return the scores of N pieces to be two characters, with ``measures`` (N, 8) of each cut.

    ``nothing``, ``parts``, (N,): see :class:`Scores`.
    """
    by_class = scores.cut_nothing * nothing + scores.cut_parts * parts
    return _by_line(measures, scores) + by_class


def _by_line(measures: NDArray[np.float64], scores: Scores) -> NDArray[np.float64]:
    weights = np.array([getattr(scores, f"cut_{name}") for name in CUT_MEASURES])
    return measures @ weights + scores.cut_bias
