"""Rows of one character and series, as on sheets of samples: read by forward and backward sums.

Each is of digits, of capitals or of small letters. In a row the next character is the same, in a
series the next one, but for a fraction of breaks, after which it is any of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.frequencies import CHARACTER_KINDS
from emnist_edge.alphabet import BYCLASS

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Rows of digits, of capitals, of small letters, then series of each.
CHAINS = 6


@dataclass(frozen=True)
class Breaks:
    """How rows and series are broken.

    fraction: of the steps from a character to the next, how many go to any character of the kind.
        By hand: one odd one in about thirty; with half and with twice as much, as many
        characters of development pages are wrong.
    """

    fraction: float = 0.03


BREAKS = Breaks()
# Nothing is divided by less.
_LEAST = 1e-300
# Of each character, the size of its kind, the kind's first, and how far it is from that.
_SIZE = CHARACTER_KINDS @ CHARACTER_KINDS.sum(axis=0)
_START = (CHARACTER_KINDS @ (CHARACTER_KINDS.argmax(axis=0))).astype(np.intp)
_PLACE = np.arange(len(BYCLASS)) - _START
_EVEN = 1 / _SIZE


def _columns(shift: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return for each shift (T,) which character is so many steps after each, (T, 62); cyclic."""
    return np.asarray(_START + (_PLACE + shift[:, None]) % _SIZE.astype(np.intp))


@dataclass(frozen=True)
class Chains:
    """W words, the longest first, of up to T characters, by rows and series.

    Of a series, state j at place t is the character t steps after j: nothing moves. own: (T, W, 2,
    62), how well a row's or series' state explains a place. ahead: the probability of each by the
    places up to there. lengths: (W,). evidence: (W, 6) logarithms.
    """

    own: NDArray[np.float64]
    ahead: NDArray[np.float64]
    lengths: NDArray[np.intp]
    evidence: NDArray[np.float64]

    @classmethod
    def follow(cls, table: NDArray[np.float64], lengths: NDArray[np.intp]) -> Chains:
        """Follow words whose emissions are ``table`` (T, W, 62), the longest first."""
        places, words, _ = table.shape
        own = np.empty((places, words, 2, len(BYCLASS)))
        own[:, :, 0] = table
        columns = _columns(np.arange(places))[:, None]
        own[:, :, 1] = np.take_along_axis(table, np.broadcast_to(columns, table.shape), axis=2)
        ahead = np.empty_like(own)
        totals = np.ones((places, words, 2, CHARACTER_KINDS.shape[1]))
        state = own[0] * _EVEN
        for place, (flow, count) in enumerate(zip(_flows(places), _counts(lengths), strict=True)):
            if place:
                state = (flow * state[:count] + BREAKS.fraction * _EVEN) * own[place, :count]
            totals[place, :count] = _sum_kinds(state)
            state = state / _spread(np.maximum(totals[place, :count], _LEAST))
            ahead[place, :count] = state
        with np.errstate(divide="ignore"):
            evidence = np.log(totals).sum(axis=0).reshape(words, CHAINS)
        return cls(own, ahead, lengths, evidence)

    def marginals(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (T, W, 62): probabilities of characters, of chains with ``weights`` (W, 6)."""
        places, words = self.own.shape[:2]
        found = np.zeros_like(self.own)
        after = np.ones(self.own.shape[1:])
        flows, counts = _flows(places), _counts(self.lengths)
        for place in range(places - 1, -1, -1):
            active = after[: counts[place]]
            found[place, : counts[place]] = self.ahead[place, : counts[place]] * active
            rest = self.own[place, : counts[place]] * active
            before = flows[place] * rest + BREAKS.fraction * _spread(_sum_kinds(rest * _EVEN))
            active[:] = before / _spread(np.maximum(_sum_kinds(before), _LEAST))
        found *= _spread(weights.reshape(words, 2, -1) / np.maximum(_sum_kinds(found), _LEAST))
        columns = _columns(-np.arange(places))[:, None]
        series = np.take_along_axis(
            found[:, :, 1], np.broadcast_to(columns, found[:, :, 1].shape), axis=2
        )
        return np.asarray(found[:, :, 0] + series)


def chain_steps(labels: NDArray[np.intp], place: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how probable rows and series make each of ``labels`` (N,) after the last: (6, N).

    ``place`` (N,) is where each stands in its word.
    """
    states = np.stack([labels, _columns(-place)[np.arange(len(labels)), labels]])
    same = states == np.roll(states, 1, axis=1)
    flow = np.where(same, 1 - BREAKS.fraction, 0)
    flow[1, (labels == _START[labels]) & (_START[labels] > 0)] = 0  # nothing comes before A and a
    kind = CHARACTER_KINDS[labels].T
    stays = np.where(place > 0, kind * np.roll(kind, 1, axis=1), kind)
    step = np.where(place > 0, flow + BREAKS.fraction * _EVEN[labels], _EVEN[labels])
    return np.asarray((step[:, None] * stays).reshape(CHAINS, -1))


def _sum_kinds(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of ``values`` (..., 62) over digits, capitals and small letters, (..., 3)."""
    return (values.reshape(-1, len(BYCLASS)) @ CHARACTER_KINDS).reshape(*values.shape[:-1], -1)


def _spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each character what ``values`` (..., 3) has for its kind, (..., 62)."""
    return (values.reshape(-1, values.shape[-1]) @ CHARACTER_KINDS.T).reshape(
        *values.shape[:-1], -1
    )


def _counts(lengths: NDArray[np.intp]) -> list[int]:
    """Return for each place how many words have it; ``lengths`` (W,) fall."""
    return np.searchsorted(-lengths, -np.arange(lengths[0])).tolist()


def _flows(places: int) -> NDArray[np.float64]:
    """Return (T, 2, 62): what goes on from a state to itself at the next place, but for breaks.

    After 9 comes 0; after Z and z nothing.
    """
    flows = np.full((places, 2, len(BYCLASS)), 1 - BREAKS.fraction)
    begins = (_columns(np.arange(places)) == _START) & (_START > 0)
    flows[:, 1][begins] = 0
    return flows
