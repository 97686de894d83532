"""Which characters of a drawn picture the pieces of its ink are of, and the parts of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.detect.lattice.arcs import Members
    from emnist_device.detect.lattice.atoms import Atoms
    from emnist_device.detect.lattice.cuts import Cut
    from emnist_edge.drawing.pages import DrawnPage

# Ink of a character counts from this coverage on (of 255). A union lacks nothing if what it lacks
# of its character has this fraction of its own ink at most: the end of a stroke.
_INK, _LACKS = 64, 0.12
# A character is in a piece that has this fraction of its ink, if that is the second fraction of the
# piece's; one alone has the third fraction.
_IN, _SOME, _ALONE = 0.6, 0.04, 0.9
# A part is a character that has this fraction of the part's ink, and of whose ink it has the
# second.
_PURE, _OF_IT = 0.8, 0.7


class Truth:
    """Whose the ink of a picture is.

    Args:
        drawn: the picture.
        scale: pixels of the arrays of atoms to one of the picture.
    """

    def __init__(self, drawn: DrawnPage, scale: float) -> None:
        self._scale = scale
        strongest = np.full(drawn.coverage.shape, _INK, np.uint8)
        self._whose = whose = np.full(drawn.coverage.shape, -1)
        characters = [character for line in drawn.lines for character in line.characters]
        for number, character in enumerate(characters):
            x, y, width, height = character.box
            window = np.s_[max(y, 0) : y + height, max(x, 0) : x + width]
            high, wide = whose[window].shape
            ink = character.coverage[max(-y, 0) :, max(-x, 0) :][:high, :wide]
            more = ink > strongest[window]
            whose[window][more] = number
            strongest[window][more] = ink[more]
        self._count = len(characters)

    def count(self, ink: NDArray[np.uint8], box: Box) -> NDArray[np.int64]:
        """Return how many pixels of ``ink``, in a ``box`` of the arrays, each character has."""
        rows, columns = np.nonzero(ink)
        places = np.stack([rows + box.y, columns + box.x]) + 0.5
        limits: NDArray[np.int64] = np.array(self._whose.shape)[:, None] - 1
        own = self._whose[tuple(np.minimum((places / self._scale).astype(int), limits))]
        return np.bincount(own[own >= 0], minlength=self._count)

    def owners(self, atoms: Atoms) -> list[int]:
        """Return the number of the character that each of ``atoms`` is of; -1 for none."""
        counts = [
            self.count(atoms.crop((number,), blob.box), blob.box)
            for number, blob in enumerate(atoms.blobs)
        ]
        return [int(each.argmax()) if each.any() else -1 for each in counts]

    def judge_cuts(self, atoms: Atoms, cuts: Sequence[Cut]) -> list[bool | None]:
        """Say which of ``cuts`` part characters; None where it is not certain what the piece is."""
        boxes = [blob.box for blob in atoms.blobs]
        counts = [self.count(atoms.crop((n,), box), box) for n, box in enumerate(boxes)]
        sizes = np.sum(counts, axis=0)
        said: list[bool | None] = []
        for cut in cuts:
            own = counts[cut.piece]
            inside = np.flatnonzero((own > _IN * sizes) & (own > _SOME * own.sum()))
            parts = [self.count(part, boxes[cut.piece]) for part in cut.parts]
            if len(inside) > 1:
                said.append(_are_two(parts, inside, sizes))
            else:
                alone = len(inside) == 1 and own[inside[0]] > _ALONE * own.sum()
                said.append(False if alone else None)
        return said


def _are_two(
    parts: Sequence[NDArray[np.int64]], inside: NDArray[np.int64], sizes: NDArray[np.int64]
) -> bool:
    """Say whether ``parts`` are two of the characters ``inside`` a piece, which have ``sizes``."""
    owners = [int(part.argmax()) for part in parts]
    return owners[0] != owners[1] and all(
        owner in inside and part[owner] > _PURE * part.sum() and part[owner] > _OF_IT * sizes[owner]
        for owner, part in zip(owners, parts, strict=True)
    )


def judge(members: Members, owners: Sequence[int], areas: Sequence[int]) -> bool | None:
    """Say whether ``members`` are a whole character; None for a part that lacks more than an end.

    ``owners`` and ``areas`` are of all pieces.
    """
    own = {owners[piece] for piece in members}
    if len(own) > 1 or -1 in own:
        return False
    rest = sum(
        area
        for piece, (owner, area) in enumerate(zip(owners, areas, strict=True))
        if owner in own and piece not in members
    )
    return True if rest <= _LACKS * sum(areas[piece] for piece in members) else None
