"""Whether doubt about the characters of pages is worth something; see ``scoring.calibration``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.scoring.calibration import calibration_error, reliability, risk_at, risk_coverage
from emnist_edge.scoring.edits import align, normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge import Character, Page

#: A character that was read: its confidence, and whether it is right.
Judged = tuple[float, bool]

_BINS = 10


@dataclass(frozen=True)
class Doubt:
    """How well confidence tells right from wrong.

    characters: that were read. risk: the share that is wrong. risk_95, risk_90: among the 95 % and
    90 % with the highest confidence. aurc, calibration_error: see
    emnist_edge.scoring.calibration.
    """

    characters: int
    risk: float
    risk_95: float
    risk_90: float
    aurc: float
    calibration_error: float

    def __str__(self) -> str:
        fall = f", {100 * (1 - self.risk_95 / self.risk):.0f} % less" if self.risk else ""
        return (
            f"doubt: of {self.characters} characters read {100 * self.risk:.2f} % are wrong; at "
            f"95 % coverage {100 * self.risk_95:.2f} %{fall}, at 90 % {100 * self.risk_90:.2f} %; "
            f"AURC {100 * self.aurc:.3f} %, calibration error {100 * self.calibration_error:.2f} %"
        )


def judge(truth: str, page: Page, compared: Callable[[str], str] = normalize) -> list[Judged]:
    """Say of each character of ``page`` whether it is right, ignoring case.

    Its confidence is that of the letter, in either case. ``compared``: what of a text is compared,
    in small letters; characters of which nothing is are left out.
    """
    read = [c for c in page.characters if compared(c.char)]
    shown = "".join(character.char.lower() for character in read)
    written = compared(truth)
    pairs = [(i, j) for i, j in align(written, shown) if i is not None and j is not None]
    right = {j for i, j in pairs if written[i] == shown[j]}
    return [(_confidence(character), j in right) for j, character in enumerate(read)]


def _confidence(character: Character) -> float:
    same = [a for a in character.alternatives if a.char.lower() == character.char.lower()]
    return min(1.0, character.confidence + sum(other.confidence for other in same))


def measure(judged: Sequence[Judged]) -> Doubt:
    """Sum up all characters of all pages; there must be some."""
    confidence, right = _columns(judged)
    coverage, risk = risk_coverage(confidence, right)
    return Doubt(
        characters=len(judged),
        risk=float(risk[-1]),
        risk_95=risk_at(coverage, risk, 0.95),
        risk_90=risk_at(coverage, risk, 0.9),
        aurc=float(risk.mean()),
        calibration_error=calibration_error(confidence, right, _BINS),
    )


def _columns(judged: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return confidences (N,) and whether they are right (N,)."""
    table = np.array(judged, float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def draw(path: Path, curves: Mapping[str, Sequence[Judged]]) -> None:
    """Draw a reliability diagram and risk over coverage of several sets to ``path``."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.5), layout="constrained")
    left.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name, judged in curves.items():
        _, share, confidence, hits = reliability(*_columns(judged), _BINS)
        (line,) = left.plot(confidence, hits, label=name, linewidth=1)
        left.scatter(confidence, hits, s=10 + 300 * share, color=line.get_color(), alpha=0.6)
        coverage, risk = risk_coverage(*_columns(judged))
        right.plot(100 * coverage, 100 * risk, label=name)
    left.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1))
    right.set(xlabel="coverage, %", ylabel="wrong, %", xlim=(50, 100), ylim=(0, None))
    left.set_title("Reliability (area: number of characters)")
    right.set_title("Risk over coverage")
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)
