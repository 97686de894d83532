"""Where words come from: the kinds of words of a page, a lexicon, or either."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.automaton import Automaton, Reading, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from emnist_device.context import Context


@dataclass(frozen=True)
class Words:
    """Words of a page whose kinds have these ``shares``.

    ``known`` is what has been read already, by the bytes of the emissions.
    """

    context: Context
    shares: NDArray[np.float64]
    known: Mapping[bytes, Reading]

    def evidence(self, emissions: NDArray[np.float64]) -> float:
        """See :class:`Source`."""
        (level,) = self.context.read(emissions, np.array([len(emissions)])).evidence
        with np.errstate(divide="ignore"):
            return float(np.logaddexp.reduce(level + np.log(self.shares)))

    def read(self, emissions: NDArray[np.float64]) -> Reading:
        """See :class:`Source`."""
        known = self.known.get(emissions.tobytes())
        if known is not None:
            return known
        kinds = self.context.read(emissions, np.array([len(emissions)]))
        (reading,) = kinds.readings(self.shares)
        return reading


@dataclass(frozen=True)
class Either:
    """Words of a lexicon, but for a share ``out`` that comes from elsewhere."""

    lexicon: Automaton
    other: Source
    out: float

    def evidence(self, emissions: NDArray[np.float64]) -> float:
        """See :class:`Source`."""
        levels = self.lexicon.evidence(emissions), self.other.evidence(emissions)
        return float(np.logaddexp(*self._weigh(*levels)))

    def read(self, emissions: NDArray[np.float64]) -> Reading:
        """See :class:`Source`; the word is the lexicon's where that is more probable than not."""
        listed, other = self.lexicon.read(emissions), self.other.read(emissions)
        inside, outside = self._weigh(listed.evidence, other.evidence)
        evidence = float(np.logaddexp(inside, outside))
        share = np.exp(inside - evidence) if np.isfinite(evidence) else 0.0
        marginals = share * listed.marginals + (1 - share) * other.marginals
        return Reading(evidence, marginals, listed.best if share > 0.5 else other.best)

    def _weigh(self, listed: float, other: float) -> tuple[float, float]:
        """Return both evidences once each source's share is taken into account."""
        with np.errstate(divide="ignore"):
            inside, outside = np.log([1 - self.out, self.out])
        return float(listed + inside), float(other + outside)
