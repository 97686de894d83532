"""What the classifier says of characters in a row -> the strings that they most probably make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.text.automaton import Automaton

#: So many strings are followed at each place, and so many characters looked at.
_BEAM, _WIDE = 48, 6

#: Labels of the characters, and the weight of the string.
String = tuple[tuple[int, ...], float]


def best_strings(emissions: NDArray[np.float64], automaton: Automaton | None) -> list[String]:
    """Return the strings with the largest products of ``emissions``, the largest first.

    Args:
        emissions: (N, C), how well each of C characters explains each of N places.
        automaton: accepts the strings that there may be; None for all.
    """
    ways: list[tuple[float, tuple[int, ...], int]] = [(1.0, (), 0)]
    arcs = None if automaton is None else _arcs(automaton)
    for row in emissions:
        wide = len(row) if arcs is not None else _WIDE
        order = np.argsort(-row, kind="stable")[:wide].tolist()
        labels = [label for label in order if row[label] > 0]
        further = []
        for weight, string, state in ways:
            known = None if arcs is None else arcs.get(state, {})
            taken = 0
            for label in labels:
                if known is not None and label not in known:
                    continue
                target, share = (0, 1.0) if known is None else known[label]
                further.append((weight * row[label] * share, (*string, label), target))
                taken += 1
                if taken == _WIDE:
                    break
        ways = sorted(further, key=lambda way: -way[0])[:_BEAM]
    ends = None if automaton is None else automaton.end
    found = [
        (string, weight * (1.0 if ends is None else float(ends[state])))
        for weight, string, state in ways
    ]
    return sorted((each for each in found if each[1] > 0), key=lambda each: -each[1])


def _arcs(automaton: Automaton) -> dict[int, dict[int, tuple[int, float]]]:
    """Return the arcs of each state: label -> target and weight."""
    arcs: dict[int, dict[int, tuple[int, float]]] = {}
    columns = (automaton.source, automaton.label, automaton.target, automaton.weight)
    for source, label, target, weight in zip(*(c.tolist() for c in columns), strict=True):
        arcs.setdefault(source, {})[label] = (target, weight)
    return arcs
