"""Two classifiers on the same images: is the one worse than the other, and by how much."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Truths = NDArray[np.bool_]

_Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True)
class Interval:
    """An estimate and its 95 % interval."""

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float]:
        """Return the figures rounded to 6 digits, for a JSON file."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class McNemar:
    """McNemar's exact test (1947) of two classifiers.

    first_only, second_only: images that it alone gets right. p: probability of so uneven a pair of
    numbers, or one more so, if both were equally good.
    """

    first_only: int
    second_only: int
    p: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures for a JSON file, p to 6 significant digits."""
        return {**asdict(self), "p": float(f"{self.p:.6g}")}


def mcnemar(first: Truths, second: Truths) -> McNemar:
    """Test ``first`` and ``second`` (N,), which say of each image whether it was read right."""
    one, other = int((first & ~second).sum()), int((second & ~first).sum())
    total = one + other
    term = tail = 1
    for number in range(min(one, other)):
        term = term * (total - number) // (number + 1)
        tail += term
    # Whole numbers throughout: only the last division is rounded.
    return McNemar(one, other, min(1.0, 2 * tail / 2**total) if one != other else 1.0)


def mean_of(values: NDArray[np.floating]) -> Interval:
    """Return the mean of ``values`` (N,), N from 2, with the interval of a normal mean."""
    mean = float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    return Interval(mean, mean - _Z * error, mean + _Z * error)


def drop(first: Truths, second: Truths) -> Interval:
    """Return how much less ``second`` gets right than ``first``, in points of 100.

    Both are (N,), or (S, N) for S versions of N images: images vary, their versions are theirs.
    """
    lost = first.astype(np.int8) - second.astype(np.int8)
    return mean_of(100 * lost.reshape(-1, lost.shape[-1]).mean(axis=0))


def corruption_error(wrong: Truths, reference: Truths) -> Interval | None:
    """Return the mean corruption error (mCE) of Hendrycks and Dietterich 2019, in percent.

    For each kind, the sum of the errors at all strengths, divided by that of the reference; then
    the mean over the kinds. ``wrong`` and ``reference`` are (K, S, N): kinds, strengths, images.
    The interval is the delta method's over images, both seeing the same ones. None where there are
    no kinds, or the reference makes no errors.
    """
    errors = wrong.mean(axis=1)  # (K, N)
    floor = reference.mean(axis=1)
    if not len(wrong) or not floor.any(axis=1).all():
        return None
    ratio = errors.mean(axis=1) / floor.mean(axis=1)
    influence = (errors - ratio[:, None] * floor) / floor.mean(axis=1, keepdims=True)
    spread = mean_of(100 * influence.mean(axis=0))
    centre = 100 * float(ratio.mean())
    return Interval(centre, centre + spread.low, centre + spread.high)


def relative_corruption_error(
    wrong: Truths, clean: Truths, reference: Truths, reference_clean: Truths
) -> float | None:
    """Return the relative mCE, in percent: errors that corruption adds, divided by the reference's.

    ``clean`` and ``reference_clean`` are (N,). None where corruption adds none to the reference's.
    Hendrycks and Dietterich 2019.
    """
    added = wrong.mean(axis=(1, 2)) - clean.mean()
    floor = reference.mean(axis=(1, 2)) - reference_clean.mean()
    return 100 * float((added / floor).mean()) if floor.all() else None
