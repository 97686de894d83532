"""Gate between training and device: the exported files must do on real images what was trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.errors import ParityError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Parity:
    """How far one classifier is from another on the same samples.

    accuracy_drop: reference accuracy less the candidate's, in points (1/100).
    agreement: fraction of samples with the same most probable class.
    largest_difference: largest difference of any probability.
    """

    samples: int
    accuracy_drop: float
    agreement: float
    largest_difference: float

    def __str__(self) -> str:
        return (
            f"drop {self.accuracy_drop:+.2f} points, same class {self.agreement:.2%}, "
            f"largest probability difference {self.largest_difference:.2g} "
            f"({self.samples} validation images)"
        )


def compare(
    reference: NDArray[np.floating], candidate: NDArray[np.floating], labels: NDArray[np.uint8]
) -> Parity:
    """Compare two (N, C) arrays of probabilities for samples of true classes ``labels`` (N,)."""
    first, second = reference.argmax(axis=1), candidate.argmax(axis=1)
    return Parity(
        samples=len(labels),
        accuracy_drop=100 * float((first == labels).mean() - (second == labels).mean()),
        agreement=float((first == second).mean()),
        largest_difference=float(np.abs(reference - candidate).max()),
    )


def require(parity: Parity, name: str, *, most: float) -> None:
    """Raise :class:`ParityError` if ``name`` lost more than ``most`` points of accuracy."""
    if parity.accuracy_drop > most:
        raise ParityError(
            f"{name} loses {parity.accuracy_drop:.2f} points where {most} are allowed; nothing was "
            "written. Try more calibration images, or train longer."
        )


def require_same(
    reference: NDArray[np.floating], candidate: NDArray[np.float32], name: str, *, least: float
) -> None:
    """Raise :class:`ParityError` unless two (N, C) arrays of probabilities have the same classes.

    At least the fraction ``least`` of the rows must, and the others must be ties in ``reference``.
    """
    first, second = reference.argmax(axis=1), candidate.argmax(axis=1)
    rows = np.flatnonzero(first != second)
    gap = reference[rows, first[rows]] - reference[rows, second[rows]]
    if len(rows) > (1 - least) * len(reference) or (gap > 1e-9).any():
        raise ParityError(
            f"{name} has another class for {len(rows)} of {len(reference)} images, "
            f"{int((gap > 1e-9).sum())} of them no ties; nothing was written. Report it, with the "
            "versions of scikit-learn and onnxruntime."
        )
