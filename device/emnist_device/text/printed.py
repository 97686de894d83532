"""Whether a line was printed by a machine, or written by a hand.

A machine sets all letters on one line, equally tall, and equal ones alike; a hand does so about.
How far a line is from that is compared with how far lines are that machines print, and that people
write: for each sign, the mean of the logarithms of deviations, which varies between lines (each of
a font, or of a hand) and within each. The lines of a page are mostly of one kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import DIGITS, UPPER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.page import Line

_TALL = frozenset(DIGITS + UPPER + "bdfhklt")
_SMALL = frozenset("acemnorsuvwxz")
# Of a cap height: what is taken for one where a line has no tall characters.
_SMALL_HEIGHT = 0.65
# Added to what is measured of boxes: half a pixel, since they end at whole ones, or so much of a
# cap height, below which pictures are no more even than print. The second by trial.
_HALF, _EVEN = 0.5, 0.03
# Least distance of two glyphs, as one less their cosine: what noise makes of equal ones.
_NOISE = 0.005
# One line of ten is odd: with three times the usual deviations. Nothing is less probable than the
# last.
_SHARES, _WIDTHS, _LEAST = np.array([0.9, 0.1]), np.array([1.0, 3.0]), 1e-12
#: What is so probably printed is rather that than written.
RATHER = 0.5
#: The signs of :class:`Signs`.
NAMES = ("level", "height", "alike")
_TWO = 2
# How often what the lines say of each other is asked for: from then on little changes.
_ROUNDS = 2


@dataclass(frozen=True)
class Habit:
    """How a sign is among lines of one kind, in logarithms of deviations.

    mean: of all lines. between: standard deviation of the lines' own means. within: that of single
    deviations of a line.
    """

    mean: float
    between: float
    within: float

    def evidence(self, mean: float, count: int) -> float:
        """Return the logarithm of how probable the ``mean`` of ``count`` deviations is."""
        deviation = np.hypot(self.between, self.within / np.sqrt(count)) * _WIDTHS
        bells = np.exp(-0.5 * ((mean - self.mean) / deviation) ** 2) / deviation
        return float(np.log(_SHARES @ bells + _LEAST))


@dataclass(frozen=True)
class Sign:
    """A sign among lines that machines print, and that people write."""

    printed: Habit
    written: Habit

    def weigh(self, deviations: NDArray[np.float64]) -> float:
        """Return by how much, in logarithms, ``deviations`` speak for a machine."""
        if not len(deviations):
            return 0.0
        mean, count = float(deviations.mean()), len(deviations)
        return self.printed.evidence(mean, count) - self.written.evidence(mean, count)


@dataclass(frozen=True)
class Signs:
    """What tells a machine from a hand, and how much.

    Fitted to lines of fonts, of UNIPEN's train writers and of development pages, but for ``usual``
    and ``known``, which are by trial: ``python -m evaluate.printed FONTS --fit``.

    level: lower ends beside the straight line between those of the two neighbours, in cap heights.
    height: heights beside the median of the others of the line that are as tall, or as small, as
        the logarithm of the ratio.
    alike: glyphs of equal characters, as one less their cosine.
    slope: the sum of what these say, times this, is what they say together.
    usual, known: how common printed lines are among what is read, and of how many lines that is
        known before the others of the page are looked at.
    """

    level: Sign = Sign(Habit(-3.09, 0.30, 0.41), Habit(-2.40, 0.24, 0.57))
    height: Sign = Sign(Habit(-2.96, 0.31, 0.54), Habit(-2.14, 0.33, 0.66))
    alike: Sign = Sign(Habit(-3.46, 0.63, 0.93), Habit(-1.18, 0.24, 0.48))
    slope: float = 0.81
    usual: float = 0.2
    known: float = 2.0


SIGNS = Signs()


def tell_printed(
    lines: Sequence[Line], glyphs: NDArray[np.uint8], *, signs: Signs = SIGNS
) -> tuple[Line, ...]:
    """Return ``lines``, each with how probable it is that a machine printed it.

    Args:
        lines: of a picture that is the right way up.
        glyphs: (N, 28, 28) of their characters, in order.
        signs: what tells.
    """
    odds = [weigh(deviations, signs) for deviations in measure_all(lines, glyphs)]
    chances = weigh_together(np.array(odds), signs).tolist()
    return tuple(replace(line, printed=each) for line, each in zip(lines, chances, strict=True))


def measure_all(
    lines: Sequence[Line], glyphs: NDArray[np.uint8]
) -> list[dict[str, NDArray[np.float64]]]:
    """Return what :func:`measure` does of each of ``lines``, whose ``glyphs`` are in order."""
    ends = np.cumsum([len(line.characters) for line in lines])
    parts = np.split(glyphs, ends[:-1]) if len(lines) else []
    return [measure(line, part) for line, part in zip(lines, parts, strict=True)]


def weigh(deviations: dict[str, NDArray[np.float64]], signs: Signs = SIGNS) -> float:
    """Return the logarithm of the odds that ``deviations``, of :func:`measure`, give a machine."""
    said = [getattr(signs, name).weigh(own) for name, own in deviations.items()]
    return signs.slope * sum(said)


def weigh_together(odds: NDArray[np.float64], signs: Signs = SIGNS) -> NDArray[np.float64]:
    """Return how probable it is that each line of a page is printed, (N,).

    ``odds`` (N,) are those of :func:`weigh`, each by the line's own signs.
    """
    usual = np.full(len(odds), signs.usual)
    for _ in range(1 + _ROUNDS):
        chances = 1 / (1 + np.exp(-odds) * (1 - usual) / usual)
        others = chances.sum() - chances
        usual = (signs.usual * signs.known + others) / (signs.known + len(odds) - 1)
    return np.asarray(chances)


def measure(line: Line, glyphs: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """Return the logarithms of what deviates in a line, for each sign of :class:`Signs`.

    ``glyphs`` (N, 28, 28) are of its characters.
    """
    chars = [character.likeliest.char for character in line.characters]
    boxes = np.array([character.box for character in line.characters], np.float64)
    tall = [place for place, char in enumerate(chars) if char in _TALL]
    small = [place for place, char in enumerate(chars) if char in _SMALL]
    if not (tall or small):
        return dict.fromkeys(NAMES, np.zeros(0))
    heights = boxes[:, 3]
    cap = np.median(heights[tall]) if tall else np.median(heights[small]) / _SMALL_HEIGHT
    least = max(_HALF / cap, _EVEN)
    beside = np.concatenate([_beside_others(np.log(heights[group])) for group in (tall, small)])
    return {
        "level": _logs(_rises(boxes[sorted(tall + small)]) / cap, least),
        "height": _logs(beside, least),
        "alike": _logs(_unlike(glyphs, _pairs_of_equal(chars)), _NOISE),
    }


def _logs(deviations: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Return the logarithms of how large ``deviations`` are, ``least`` more than they are."""
    return np.asarray(np.log(np.abs(deviations) + least))


def _beside_others(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each of ``values`` (M,) is from the median of the others; of one, nothing."""
    count = len(values)
    if count < _TWO:
        return values[:0]
    order = np.argsort(values, kind="stable")
    ranks = np.empty(count, np.intp)
    ranks[order] = np.arange(count)
    # Of those that are left without one, in order, the middle one or both.
    middles = [middle + (middle >= ranks) for middle in ((count - 2) // 2, (count - 1) // 2)]
    return np.asarray(values - values[order][middles].mean(axis=0))


def _rises(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far lower ends are from the line between those beside them, (M - 2,), in pixels.

    ``boxes`` (M, 4) are from left to right; those whose neighbours are not are left out.
    """
    middles, ends = boxes[:, 0] + boxes[:, 2] / 2, boxes[:, 1] + boxes[:, 3]
    before, here, after = middles[:-2], middles[1:-1], middles[2:]
    ordered = (before < here) & (here < after)
    share = (here - before)[ordered] / (after - before)[ordered]
    straight = (1 - share) * ends[:-2][ordered] + share * ends[2:][ordered]
    return np.asarray(ends[1:-1][ordered] - straight)


def _pairs_of_equal(chars: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of each letter or digit and of the next one that is the same."""
    seen: dict[str, int] = {}
    found = []
    for place, char in enumerate(chars):
        if char.isalnum():
            found += [(seen[char], place)] if char in seen else []
            seen[char] = place
    return found


def _unlike(glyphs: NDArray[np.uint8], pairs: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return one less the cosine of the two ``glyphs`` of each of ``pairs``."""
    if not pairs:
        return np.zeros(0)
    flat = glyphs.reshape(len(glyphs), -1).astype(np.float64)
    ones, others = (flat[list(side)] for side in zip(*pairs, strict=True))
    lengths = np.linalg.norm(ones, axis=1) * np.linalg.norm(others, axis=1)
    return np.asarray(1 - (ones * others).sum(axis=1) / np.maximum(lengths, 1))


def keep_written(
    lines: Sequence[Line], glyphs: NDArray[np.uint8]
) -> tuple[tuple[Line, ...], NDArray[np.uint8]]:
    """Return those of ``lines`` that are rather written by a hand, and their ``glyphs``."""
    kept = [line.printed is None or line.printed < RATHER for line in lines]
    rows = np.repeat(np.array(kept, bool), [len(line.characters) for line in lines])
    return tuple(line for line, own in zip(lines, kept, strict=True) if own), glyphs[rows]
