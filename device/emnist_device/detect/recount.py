"""Lines with fewer characters than a pattern asks for: some are two that touch, and are cut.

A 9 and a 1 that touch make another 9, and no picture tells; that a number has four digits does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.grouping import GROUPING, Blob
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from emnist_device.decoding import Expected
    from emnist_device.detect.decision import Found

    #: Ink of the left part and of the right one, (H, W) uint8 in the box of both.
    Parts = tuple[NDArray[np.uint8], NDArray[np.uint8]]

# Probabilities are told apart down to this.
_LEAST = 1e-3
# Cuts that are tried: upright and as writing leans, in columns to a row; so far apart, in heights
# of the character; and with this fraction of its ink on either side at least.
_SLANTS, _STEP, _SHARE = (0.0, 0.2, 0.4), 0.06, 0.1


@dataclass(frozen=True)
class Recounts:
    """Thresholds of what is cut.

    lacking: a line lacks so many characters at most.
    known, strange: characters are so probably of the pattern's classes, and so are both parts of
        one that is cut; but as many as are cut, and this fraction of a line. Other writing is left
        alone.
    wide: weight of the logarithm of a character's width, in the usual one of its line, beside those
        of the probabilities of its parts: two are wider than one.
    neck: weight of the ink that is cut through, in usual widths.
    """

    lacking: int = 2
    known: float = 0.2
    strange: float = 0.25
    wide: float = 3.0
    neck: float = 3.0


RECOUNTS = Recounts()


@dataclass(frozen=True)
class _Cut:
    """A character as two: ``score`` is the logarithm of how much more probable that is than one."""

    score: float
    parts: Parts
    glyphs: NDArray[np.uint8]
    probabilities: NDArray[np.float32]


class Recount:
    """Cuts characters of lines that have fewer than are expected.

    Args:
        classify: glyphs (N, 28, 28) to probabilities (N, C).
        alike: (C, C), as of :func:`emnist_device.detect.decision.which_look_alike`.
        recounts: thresholds.
    """

    def __init__(
        self,
        classify: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
        alike: NDArray[np.float64],
        *,
        recounts: Recounts = RECOUNTS,
    ) -> None:
        self._classify, self._alike, self._settings = classify, alike, recounts

    def mend(self, found: Found, expected: Expected) -> Found:
        """Return ``found`` with as many characters in lines as are ``expected``, if possible."""
        rows = iter(range(len(found.probabilities)))
        seen = self._seen(found.probabilities, expected)
        labels = found.layout.labels.copy()
        lines, glyphs, probabilities = [], [], []
        for line in found.layout.lines:
            own = [next(rows) for _ in line]
            blobs: list[Blob] = []
            cuts = self._cut_line(found, line, seen[own], expected)
            for number, (blob, row) in enumerate(zip(line, own, strict=True)):
                if number in cuts:
                    cut = cuts[number]
                    blobs += _part(blob, cut, labels)
                    glyphs.append(cut.glyphs)
                    probabilities.append(cut.probabilities)
                else:
                    blobs.append(blob)
                    glyphs.append(found.glyphs[row : row + 1])
                    probabilities.append(found.probabilities[row : row + 1])
            lines.append(tuple(blobs))
        if not lines:
            return found
        layout = replace(found.layout, lines=tuple(lines), labels=labels)
        every = np.concatenate(glyphs), np.concatenate(probabilities)
        return replace(found, layout=layout, glyphs=every[0], probabilities=every[1])

    def _seen(self, probabilities: NDArray[np.float32], expected: Expected) -> NDArray[np.float64]:
        """Return how probable the likeliest shape is that is expected, (N,)."""
        return np.asarray(((probabilities * expected.fitting) @ self._alike).max(axis=1, initial=0))

    def _cut_line(
        self, found: Found, line: tuple[Blob, ...], seen: NDArray[np.float64], expected: Expected
    ) -> dict[int, _Cut]:
        """Return which characters of ``line`` are two, by their numbers; none where it is right."""
        settings, count = self._settings, len(line)
        more = [length - count for length in expected.lengths if length > count]
        lacking = min(more, default=0)
        if count in expected.lengths or not 0 < lacking <= settings.lacking:
            return {}
        if (seen < settings.known).sum() > lacking + settings.strange * count:
            return {}
        usual = float(np.median([blob.box.width for blob in line]))
        cuts: dict[int, _Cut] = {}
        for number, blob in enumerate(line):
            best = self._best_cut(found, blob, float(seen[number]), usual, expected)
            if best is not None and best.score > 0:
                cuts[number] = best
        chosen = sorted(cuts, key=lambda number: -cuts[number].score)[:lacking]
        return {number: cuts[number] for number in chosen} if len(chosen) == lacking else {}

    def _best_cut(
        self, found: Found, blob: Blob, seen: float, usual: float, expected: Expected
    ) -> _Cut | None:
        """Return the best cut of ``blob``, which is one character with probability ``seen``."""
        settings = self._settings
        cuts = [*self._cuts(found, blob)]
        if not cuts:
            return None
        glyphs = np.stack([make_glyph(part) for parts, _ in cuts for part in parts])
        probabilities = self._classify(glyphs)
        both = self._seen(probabilities, expected).reshape(-1, 2)
        fits = (both >= settings.known).all(axis=1)
        if not fits.any():
            return None
        necks = np.array([neck for _, neck in cuts]) / usual
        scores = np.log(np.maximum(both, _LEAST)).sum(axis=1) - settings.neck * necks
        best = int(np.where(fits, scores, -np.inf).argmax())
        alone = np.log(max(seen, _LEAST)) - settings.wide * np.log(blob.box.width / usual)
        own = slice(2 * best, 2 * best + 2)
        return _Cut(float(scores[best] - alone), cuts[best][0], glyphs[own], probabilities[own])

    def _cuts(self, found: Found, blob: Blob) -> Iterator[tuple[Parts, float]]:
        """Yield the parts of ``blob``, and how many pixels wide the ink is that is cut through."""
        box = blob.box
        window = np.s_[box.y : box.bottom, box.x : box.right]
        own, none = found.layout.labels[window] == blob.label, np.uint8(0)
        ink = np.where(own, found.layout.coverage[window], none)
        rows, columns = np.indices(ink.shape)
        step = max(1.0, _STEP * box.height)
        amount = float(ink.sum())
        for slant in _SLANTS:
            places = columns + slant * (rows - box.height / 2)
            for at in np.arange(step, box.width, step).tolist():
                left = places < at
                share = float(ink[left].sum()) / max(amount, 1)
                if _SHARE <= share <= 1 - _SHARE:
                    neck = float(ink[np.abs(places - at) < 1].sum()) / (2 * 255)
                    parts = (np.where(left, ink, none), np.where(left, none, ink))
                    if all((part >= GROUPING.ink).any() for part in parts):
                        yield parts, neck


def _part(blob: Blob, cut: _Cut, labels: NDArray[np.int32]) -> list[Blob]:
    """Return the two characters that ``blob`` is by ``cut``; ``labels`` (H, W) are changed."""
    other = int(labels.max()) + 1
    window = labels[blob.box.y : blob.box.bottom, blob.box.x : blob.box.right]
    window[(window == blob.label) & (cut.parts[1] > 0)] = other
    found = []
    for label, ink in zip((blob.label, other), cut.parts, strict=True):
        rows, columns = np.nonzero(ink >= GROUPING.ink)
        x, y = int(columns.min()), int(rows.min())
        size = int(columns.max()) - x + 1, int(rows.max()) - y + 1
        box = Box(blob.box.x + x, blob.box.y + y, *size)
        found.append(replace(blob, box=box, label=label, area=len(rows)))
    return found
