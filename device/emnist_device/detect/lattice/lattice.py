"""The characters of a picture: all hypotheses of what ink makes one, and those that are chosen.

A character is a piece of ink, with or without what hangs on it, or several pieces together; a
piece that is left over may be none. Each piece is of one character at most, but for one that is cut
in two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.grouping import GROUPING
from emnist_device.detect.lattice.arcs import (
    MEASURES,
    UNIONS,
    Unions,
    find_neighbours,
    join,
    measure,
)
from emnist_device.detect.lattice.atoms import find_atoms
from emnist_device.detect.lattice.cuts import CUTS, Cuts, find_cuts
from emnist_device.detect.lattice.leftover import LEFTOVERS, Leftovers
from emnist_device.detect.lattice.scores import (
    SCORES,
    Evidence,
    Scores,
    measure_leftovers,
    most_by_line,
    most_by_place,
    score_cuts,
    score_leftovers,
    score_unions,
)
from emnist_device.detect.lattice.search import cover

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.grouping import Blob
    from emnist_device.detect.lattice.arcs import Members
    from emnist_device.detect.lattice.atoms import Atoms
    from emnist_device.detect.lattice.cuts import Cut
    from emnist_device.detect.layout import Layout


@dataclass(frozen=True)
class Settings:
    """Thresholds and weights of the steps to the characters of a picture.

    as_well: a character keeps ink that hangs on it where it is read with this fraction of the
        probability that it has without: a stroke that is left out needs a reason.
    lowest, highest: of a character that is left over whole, in usual heights. A lower one may be a
        dot or a bar, if the model reads these; a higher one is a rule of a box.
    leftovers, unions, cuts, scores: of the steps.
    """

    as_well: float = 0.9
    lowest: float = 0.5
    highest: float = 1.3
    leftovers: Leftovers = LEFTOVERS
    unions: Unions = UNIONS
    cuts: Cuts = CUTS
    scores: Scores = SCORES


SETTINGS = Settings()


@dataclass(frozen=True)
class Arc:
    """A hypothesis of a character: numbers of its pieces, its blob, and its ink (H, W) uint8."""

    members: Members
    blob: Blob
    ink: NDArray[np.uint8]


class Lattice:
    """All hypotheses of the characters of ``layout``, with what is measured of them.

    arcs: the pieces of ink as they are, then those that have ink which hangs on them, with it;
        once these are read and :meth:`join` was called, also unions of pieces, and then the halves
        of pieces that are cut, two and two.
    """

    def __init__(self, layout: Layout, *, settings: Settings = SETTINGS) -> None:
        self._settings = settings
        self._maps = None if layout.look is None else layout.look.maps
        self._atoms = atoms = find_atoms(layout, leftovers=settings.leftovers)
        self._neighbours = find_neighbours(atoms, unions=settings.unions)
        self._left = measure_leftovers(atoms, self._neighbours)
        pieces = [((piece,), blob) for piece, blob in enumerate(atoms.blobs)]
        hung = [
            Arc(members, layout.wholes[blob.label].blob, layout.wholes[blob.label].ink)
            for members, blob in pieces
            if blob.label in layout.wholes
        ]
        self.arcs = (
            *(Arc(members, blob, atoms.crop(members, blob.box)) for members, blob in pieces),
            *hung,
        )
        self._first_union = self._first_half = len(self.arcs)
        self._measures = np.zeros((0, len(MEASURES)))
        self._cuts: list[Cut] = []

    def join(
        self, probabilities: NDArray[np.float32], alike: NDArray[np.float64]
    ) -> tuple[Arc, ...]:
        """Return unions and halves of pieces, which are added to :attr:`arcs`.

        Those that cannot be chosen, whatever they are read as, are left out: no glyph is made of
        them.

        Args:
            probabilities: (N, C), of the classes of each of :attr:`arcs`, the pieces.
            alike: as of :meth:`choose`.
        """
        atoms, settings = self._atoms, self._settings
        nothing = Evidence.of(probabilities, alike).nothing
        sets = join(atoms, self._neighbours, unions=settings.unions)
        measures = measure(atoms, sets, self._neighbours)
        parts = _most_of(nothing, sets)
        kept = np.flatnonzero(most_by_place(measures, parts, settings.scores) > 0)
        self._measures = measures[kept]
        unions = [(sets[row], _join(atoms, sets[row])) for row in kept.tolist()]

        def may_be(pieces: NDArray[np.intp], measures: NDArray[np.float64]) -> NDArray[np.bool_]:
            return most_by_line(measures, nothing[pieces], settings.scores) > 0

        if self._maps is not None:
            self._cuts = [*find_cuts(atoms, self._maps, may_be, cuts=settings.cuts)]
        label = int(atoms.labels.max(initial=0)) + 1
        more = (
            *(Arc(members, blob, atoms.crop(members, blob.box)) for members, blob in unions),
            *(
                half
                for number, cut in enumerate(self._cuts)
                for half in _halve(atoms.blobs[cut.piece], cut, label + number)
            ),
        )
        self._first_half = self._first_union + len(unions)
        self.arcs += more
        return more

    def choose(
        self, probabilities: NDArray[np.float32], alike: NDArray[np.float64]
    ) -> tuple[list[int], NDArray[np.int32]]:
        """Return the numbers of the arcs that explain the ink best, and whose each pixel is then.

        Args:
            probabilities: (N, C), of the classes of each of :attr:`arcs`.
            alike: (C, C), as of :func:`emnist_device.detect.decision.which_look_alike`.

        Returns:
            The numbers, in ascending order of the pieces; and labels (H, W) int32, those of the
            blobs of these arcs and 0.
        """
        atoms = self._atoms
        scored = self._score(Evidence.of(probabilities, alike))
        best = {
            self.arcs[number].members: number
            for number in sorted(scored, key=lambda number: scored[number])
        }
        cut = {members: scored[number] for members, number in best.items()}
        chosen = [best[members] for members in cover(cut)]
        others = [number + 1 for number in chosen if number >= self._first_half]
        chosen += others
        used = {piece for number in chosen for piece in self.arcs[number].members}
        chosen += [piece for piece in range(atoms.found) if piece not in used]
        chosen.sort(key=lambda number: self.arcs[number].members)
        whose = np.zeros(int(atoms.labels.max(initial=0)) + 1, np.int32)
        for arc in (self.arcs[number] for number in chosen if number not in others):
            whose[[atoms.blobs[piece].label for piece in arc.members]] = arc.blob.label
        labels = whose[atoms.labels]
        for arc in (self.arcs[number] for number in others):
            box = arc.blob.box
            labels[box.y : box.bottom, box.x : box.right][arc.ink > 0] = arc.blob.label
        return chosen, labels

    def _score(self, evidence: Evidence) -> dict[int, float]:
        """Return the scores of arcs that are better than the pieces as they were found."""
        count, found, weights = len(self._atoms.blobs), self._atoms.found, self._settings.scores
        scores = dict(enumerate(score_leftovers(self._left, weights), found))
        for number in range(count, self._first_union):
            (piece,) = self.arcs[number].members
            gain = evidence.most[number] - evidence.most[piece]
            scores[number] = gain - np.log(self._settings.as_well)
        own = slice(self._first_union, self._first_half)
        parts = _most_of(evidence.nothing, [arc.members for arc in self.arcs[own]])
        values = score_unions(
            self._measures, evidence.shape[own], evidence.nothing[own], parts, weights
        )
        scores |= dict(enumerate(values, self._first_union))
        halves = range(self._first_half, len(self.arcs), 2)
        scores |= dict(zip(halves, self._score_cuts(evidence), strict=True))
        return {
            number: float(score)
            for number, score in scores.items()
            if score >= 0 and self._may_be_one(self.arcs[number], sign=bool(evidence.sign[number]))
        }

    def _score_cuts(self, evidence: Evidence) -> NDArray[np.float64]:
        """Return the scores of pieces that are cut."""
        if not self._cuts:
            return np.zeros(0)
        halves = evidence.shape[self._first_half :].reshape(-1, 2)
        return score_cuts(
            np.array([cut.measures for cut in self._cuts]),
            evidence.nothing[[cut.piece for cut in self._cuts]],
            halves.sum(axis=1),
            self._settings.scores,
        )

    def _may_be_one(self, arc: Arc, *, sign: bool) -> bool:
        """Say whether ``arc`` is as high as a character, where all of it is left over.

        sign: whether it reads as a dot or a bar, which may be low.
        """
        if arc.members[0] < self._atoms.found:
            return True
        high = arc.blob.box.height / self._atoms.height
        return high <= self._settings.highest and (sign or high >= self._settings.lowest)


def _most_of(nothing: NDArray[np.float64], sets: Sequence[Members]) -> NDArray[np.float64]:
    """Return the largest of ``nothing`` (N,) of the pieces in each of ``sets``."""
    return np.array([nothing[list(members)].max() for members in sets])


def _join(atoms: Atoms, members: Members) -> Blob:
    """Return the blob of several pieces, with the label of the first."""
    own = [atoms.blobs[piece] for piece in members]
    return replace(
        own[0],
        box=reduce(Box.union, (blob.box for blob in own)),
        area=sum(blob.area for blob in own),
        middle=max(blob.middle for blob in own),
    )


def _halve(blob: Blob, cut: Cut, label: int) -> tuple[Arc, Arc]:
    """Return both characters that ``blob`` is by ``cut``; the other has a new ``label``."""
    boxes = cut.boxes(blob.box)
    halves = []
    for box, ink, own in zip(boxes, cut.parts, (blob.label, label), strict=True):
        x, y = box.x - blob.box.x, box.y - blob.box.y
        part = ink[y : y + box.height, x : x + box.width]
        area = int(np.count_nonzero(part >= GROUPING.ink))
        halves.append(Arc((cut.piece,), replace(blob, box=box, label=own, area=area), part))
    return halves[0], halves[1]
