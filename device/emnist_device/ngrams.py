"""English letter sequences: how probable each letter is after the ones before it."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.artifact import MODELS
from emnist_edge.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LETTERS = string.ascii_lowercase
#: The table holds logarithms to base 2 in steps of this.
BITS_PER_STEP = 1 / 8

# Letters that explain a place worse than its best by this factor are left out there, and at most
# so many are kept: the rest would not change what is read.
_NEGLIGIBLE, _MOST = 1e-3, 8


@dataclass(frozen=True)
class NGrams:
    """Probabilities of a letter after the ones before, as many as the table has axes less one.

    table: (27, ..., 27) float64; symbol 0 is the edge of a word, 1 to 26 are letters.
    """

    table: NDArray[np.float64]

    def read(
        self, emissions: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Read one word, in several variants at once, such as in capitals and in small letters.

        Args:
            emissions: (V, N, 26), how well each letter explains each place of each variant.

        Returns:
            Logarithms of the evidence (V,), and the probability of each letter (V, N, 26).
        """
        evidence, steps, flows, kept = self._forward(emissions)
        return evidence, self._backward(steps, flows, kept, emissions.shape)

    def evidence(self, emissions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the first of what :meth:`read` does, in less time."""
        return self._forward(emissions)[0]

    def _forward(
        self, emissions: NDArray[np.float64]
    ) -> tuple[
        NDArray[np.float64],
        list[NDArray[np.float64]],
        list[NDArray[np.float64]],
        list[NDArray[np.int64]],
    ]:
        """Return the evidence, the steps and flows at each place, and the letters looked at."""
        order, (variants, places, _) = self.table.ndim, emissions.shape
        kept = _keep(emissions)
        edge = np.zeros(1, np.int64)
        symbols = [edge] * (order - 1) + [letters + 1 for letters in kept] + [edge]
        # state: (V, letters of order - 1 places); flows: what goes from a state to the next letter.
        state = np.ones((variants, *[1] * (order - 1)))
        evidence = np.zeros(variants)
        steps: list[NDArray[np.float64]] = []
        flows: list[NDArray[np.float64]] = []
        for place in range(places + 1):
            step = self.table[_mesh(symbols[place : place + order])]
            if place < places:
                step = step * emissions[:, place, kept[place]].reshape(
                    variants, *[1] * (order - 1), -1
                )
            flow = state[..., None] * step
            total = flow.reshape(variants, -1).sum(axis=1)
            flow = flow / total.reshape(-1, *[1] * order)
            evidence += np.log(total)
            steps.append(step)
            flows.append(flow)
            state = flow.sum(axis=1)
        return evidence, steps, flows, kept

    def _backward(
        self,
        steps: Sequence[NDArray[np.float64]],
        flows: Sequence[NDArray[np.float64]],
        kept: Sequence[NDArray[np.int64]],
        shape: tuple[int, ...],
    ) -> NDArray[np.float64]:
        found = np.zeros(shape)
        variants, places = shape[:2]
        # after: how well what follows is explained, for each state that a flow ends in.
        after = np.ones(flows[-1].shape[:1] + flows[-1].shape[2:])
        for place in range(places, -1, -1):
            through = flows[place] * after[:, None]
            if place < places:
                share = through.sum(axis=tuple(range(1, through.ndim - 1)))
                found[:, place, kept[place]] = share / share.sum(axis=1, keepdims=True)
            if place == 0:
                break
            step = steps[place]
            before = (step * after[:, None]).sum(axis=-1)
            after = before / before.reshape(variants, -1).max(axis=1).reshape(
                -1, *[1] * (before.ndim - 1)
            )
        return found


def load_ngrams(path: Path = MODELS / "english.npz") -> NGrams:
    """Return the table in ``path``; ModelError where there is none."""
    try:
        with np.load(path, allow_pickle=False) as content:
            costs = content["costs"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ModelError(f"{path}: cannot be read ({error}); install the package again") from error
    if costs.dtype != np.uint8 or costs.ndim < 2 or set(costs.shape) != {len(LETTERS) + 1}:
        raise ModelError(f"{path}: is no table of letter sequences; install the package again")
    return NGrams(np.exp2(-BITS_PER_STEP * costs.astype(np.float64)))


def _mesh(symbols: Sequence[NDArray[np.int64]]) -> tuple[NDArray[np.int64], ...]:
    """Return an index of all combinations of one symbol each: ``np.ix_`` in less time."""
    last = len(symbols) - 1
    return tuple(each.reshape(-1, *[1] * (last - axis)) for axis, each in enumerate(symbols))


def _keep(emissions: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """Return for each place the letters that are worth a look, in order."""
    best = (emissions / emissions.max(axis=2, keepdims=True).clip(1e-300)).max(axis=0)
    ranked = np.argsort(-best, axis=1, kind="stable")[:, :_MOST]
    return [
        np.sort(letters[row[letters] >= _NEGLIGIBLE])
        for row, letters in zip(best, ranked, strict=True)
    ]
