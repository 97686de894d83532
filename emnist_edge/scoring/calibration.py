"""How far confidence can be relied on: calibration, and errors among the most confident answers.

Risk is the fraction of answers that are wrong among those kept, coverage the fraction that is
kept, the most confident first (El-Yaniv, Wiener 2010). AURC is the mean risk over all coverages
(Geifman et al. 2019), the calibration error that of Naeini et al. (2015) over bins of equal width.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BINS = 15
_LEAST = 1e-30  # probability that the logarithm is taken of


@dataclass(frozen=True)
class Calibration:
    """How well probabilities say what is right; all in 0..1 but for the logarithm.

    calibration_error: over 15 bins of the confidence. log_loss: mean negative log-likelihood.
    aurc: see the module. risk_95, risk_90: fraction of errors among the 95 % and 90 % with the
    highest confidence.
    """

    calibration_error: float
    log_loss: float
    aurc: float
    risk_95: float
    risk_90: float

    def to_dict(self) -> dict[str, float]:
        """Return the figures rounded to 6 digits, for a JSON file."""
        return {name: round(value, 6) for name, value in asdict(self).items()}


def calibrate(probabilities: NDArray[np.floating], labels: NDArray[np.uint8]) -> Calibration:
    """Judge ``probabilities`` (N, C) by the true classes ``labels`` (N,); N from 1."""
    confidence = probabilities.max(axis=1).astype(float)
    right = probabilities.argmax(axis=1) == labels
    coverage, risk = risk_coverage(confidence, right)
    return Calibration(
        calibration_error=calibration_error(confidence, right, _BINS),
        log_loss=log_loss(probabilities, labels),
        aurc=float(risk.mean()),
        risk_95=risk_at(coverage, risk, 0.95),
        risk_90=risk_at(coverage, risk, 0.9),
    )


def log_loss(probabilities: NDArray[np.floating], labels: NDArray[np.uint8]) -> float:
    """Return the mean negative log-likelihood of the true classes ``labels`` (N,); N from 1.

    It is the cross-entropy that a network which is trained on labels makes small.
    """
    own = probabilities[np.arange(len(labels)), labels].astype(float)
    return float(-np.log(np.maximum(own, _LEAST)).mean())


def risk_coverage(
    confidence: NDArray[np.floating], right: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coverage and risk, (N,) each, as more and more answers are kept.

    ``confidence`` (N,) 0..1, ``right`` (N,) of truth values. Of answers with the same confidence,
    each counts as the mean of them.
    """
    _, group = np.unique(-confidence, return_inverse=True)
    wrong = np.bincount(group, 1 - np.asarray(right, float)) / np.bincount(group)
    of_each = wrong[np.sort(group)]
    count = np.arange(1, len(confidence) + 1)
    return count / len(confidence), np.cumsum(of_each) / count


def risk_at(coverage: NDArray[np.float64], risk: NDArray[np.float64], level: float) -> float:
    """Return the risk at a coverage of ``level``, from what :func:`risk_coverage` returns."""
    return float(risk[np.searchsorted(coverage, level - 1e-9)])


def reliability(
    confidence: NDArray[np.floating], right: NDArray[Any], bins: int
) -> tuple[NDArray[np.float64], ...]:
    """Return the bins of equal width of ``confidence`` (N,) in 0..1 that are not empty.

    Returns:
        For each, four arrays: its middle, the fraction of the answers in it, their mean confidence,
        and the fraction of them that is ``right`` (N,).
    """
    chosen = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(chosen, minlength=bins)
    kept = np.flatnonzero(count)
    mean, hits = (
        np.bincount(chosen, np.asarray(values, float), minlength=bins)[kept] / count[kept]
        for values in (confidence, right)
    )
    return (kept + 0.5) / bins, count[kept] / len(confidence), mean, hits


def calibration_error(confidence: NDArray[np.floating], right: NDArray[Any], bins: int) -> float:
    """Return the mean distance of confidence and accuracy, in ``bins`` bins weighted by answers."""
    _, weight, mean, hits = reliability(confidence, right, bins)
    return float(weight @ np.abs(mean - hits))
