"""Whether doubt is worth something: calibration, and what errors are left without the doubtful.

Risk is the share that is wrong among what is kept, coverage the share that is kept, the most
confident first (El-Yaniv, Wiener 2010). AURC is the mean risk over all coverages (Geifman et al.
2019), the calibration error that of Naeini et al. (2015) over bins of equal width.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.floating]
    Truths = NDArray[np.bool_]

#: Of the calibration error of a classifier; Guo et al. 2017 (arXiv 1706.04599) take as many.
BINS = 15
# A class that had no probability at all would cost infinitely much.
_LEAST = 1e-12


@dataclass(frozen=True)
class Calibration:
    """How well a classifier's probabilities tell right from wrong; see the module.

    calibration_error: over 15 bins of the confidence. nll: mean negative logarithm of the true
    class's probability, in nats. risk, risk_95, risk_90: at full, 95 % and 90 % coverage.
    """

    calibration_error: float
    nll: float
    aurc: float
    risk: float
    risk_95: float
    risk_90: float

    def as_dict(self) -> dict[str, float]:
        """Return the figures rounded to 6 digits, for a JSON file."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def calibrate(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> Calibration:
    """Measure ``probabilities`` (N, C) against the class indices ``labels`` (N,), N from 1."""
    confidence = probabilities.max(axis=1).astype(float)
    right = probabilities.argmax(axis=1) == labels
    true = probabilities[np.arange(len(labels)), labels].astype(float)
    coverage, risk = risk_coverage(confidence, right)
    return Calibration(
        calibration_error=calibration_error(confidence, right, BINS),
        nll=float(-np.log(np.maximum(true, _LEAST)).mean()),
        aurc=float(risk.mean()),
        risk=float(risk[-1]),
        risk_95=risk_at(coverage, risk, 0.95),
        risk_90=risk_at(coverage, risk, 0.9),
    )


def risk_coverage(confidence: Numbers, right: Truths) -> tuple[Numbers, Numbers]:
    """Return coverage and risk, (N,) each, as more and more is kept of N.

    Of those with the same confidence, each counts as the mean of them.
    """
    _, group = np.unique(-confidence, return_inverse=True)
    wrong = np.bincount(group, ~right) / np.bincount(group)
    of_each = wrong[np.sort(group)]
    count = np.arange(1, len(confidence) + 1)
    return count / len(confidence), np.cumsum(of_each) / count


def risk_at(coverage: Numbers, risk: Numbers, share: float) -> float:
    """Return the risk where ``share`` is kept."""
    return float(risk[np.searchsorted(coverage, share - 1e-9)])


def reliability(confidence: Numbers, right: Truths, bins: int) -> tuple[Numbers, ...]:
    """Return of each bin that is not empty: its middle, share, mean confidence and share right."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    kept = np.flatnonzero(count)
    mean, hits = (
        np.bincount(place, column, minlength=bins)[kept] / count[kept]
        for column in (confidence, right)
    )
    return (kept + 0.5) / bins, count[kept] / len(confidence), mean, hits


def calibration_error(confidence: Numbers, right: Truths, bins: int) -> float:
    """Return the mean distance of confidence from the share right, over ``bins``."""
    _, share, mean, hits = reliability(confidence, right, bins)
    return float(share @ np.abs(mean - hits))
