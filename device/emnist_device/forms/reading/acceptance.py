"""How probable a field must be to be accepted, so that few of those that are accepted are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Share of accepted fields that may be wrong, where nothing else is asked for.
ACCEPT = 0.005
# A field that is as probably wrong as right is never accepted, however sure the others are.
_LEAST = 0.5


def find_threshold(probabilities: Sequence[float], accept: float) -> float:
    """Return the least probability of fields to be accepted.

    Of those that are as probable or more, a share of ``accept`` at most is expected to be wrong,
    and with any lower threshold more would be. None is accepted that is rather wrong than right.

    Args:
        probabilities: of all fields that nothing else speaks against.
        accept: share, 0..1.
    """
    ranked = np.sort(np.asarray(probabilities, float))[::-1]
    if not len(ranked):
        return 1.0
    expected = np.cumsum(1 - ranked) / np.arange(1, len(ranked) + 1)
    # Equal probabilities are accepted together, or not at all.
    last = np.append(ranked[1:] < ranked[:-1], True)
    fits = np.flatnonzero((expected <= accept) & last & (ranked > _LEAST))
    return float(ranked[fits[-1]]) if len(fits) else float(np.nextafter(1.0, 2.0))


def expected_wrong(probabilities: Sequence[float]) -> float:
    """Return how many of fields with these probabilities are expected to be wrong."""
    return float(sum(1 - chance for chance in probabilities))
