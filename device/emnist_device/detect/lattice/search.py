"""The set of characters that explains each piece of ink exactly once, with the largest score."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from emnist_device.detect.lattice.arcs import Members

    #: Members that are chosen so far, the last one first.
    Chosen = tuple[()] | tuple[Members, "Chosen"]

# So many partial covers are followed at most; without a bound, ink all over a page takes minutes.
_FOLLOWED = 64


def cover(scores: dict[Members, float]) -> list[Members]:
    """Return the unions that are characters: no two share a piece, and their scores sum to most.

    ``scores``: of unions, how much more probable each is than its pieces are as they stand.
    """
    return [members for part in _parts(scores) for members in _cover(part, scores)]


def _parts(unions: Iterable[Members]) -> Iterator[list[Members]]:
    """Yield ``unions`` in groups that have no piece in common."""
    parts: list[tuple[set[int], list[Members]]] = []
    for members in unions:
        shared = [part for part in parts if not part[0].isdisjoint(members)]
        parts = [part for part in parts if part[0].isdisjoint(members)]
        pieces = set(members).union(*(part[0] for part in shared))
        parts.append((pieces, [members, *(each for part in shared for each in part[1])]))
    return (sorted(part) for _, part in parts)


def _cover(unions: list[Members], scores: dict[Members, float]) -> list[Members]:
    """Return those of ``unions``, in ascending order, that are characters.

    Dynamic programming as of Viterbi 1967, piece by piece, over what is explained of the pieces
    that follow: members of a union need not follow one another.
    """
    states: dict[frozenset[int], tuple[float, Chosen]] = {frozenset(): (0.0, ())}
    for piece in sorted({piece for members in unions for piece in members}):
        starting = [members for members in unions if members[0] == piece]
        after: dict[frozenset[int], tuple[float, Chosen]] = {}
        for explained, (score, chosen) in states.items():
            options = [(explained - {piece}, score, chosen)]
            if piece not in explained:
                options += [
                    (explained.union(members) - {piece}, score + scores[members], (members, chosen))
                    for members in starting
                    if explained.isdisjoint(members)
                ]
            for rest, total, way in options:
                if rest not in after or total > after[rest][0]:
                    after[rest] = (total, way)
        best = sorted(after.items(), key=lambda state: -state[1][0])[:_FOLLOWED]
        states = dict(best)
    found: list[Members] = []
    chosen = max(states.values(), key=lambda state: state[0])[1]
    while chosen:
        members, chosen = chosen
        found.append(members)
    return found
