"""Picture -> characters with their glyphs and probabilities, for whatever a picture holds.

A page is found by the network; a mark that fills its picture may be a character as it stands, or
several that touch: whichever the classifier finds more probable.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.cell import find_cell_inks
from emnist_device.detect.closeup import find_close_ups
from emnist_device.detect.contrast import shrink
from emnist_device.detect.lines import arrange, arrange_one
from emnist_device.detect.segment import Layout, segment, whole_mark
from emnist_edge.alphabet import NOTHING, confusable_group, fold
from emnist_edge.artifact import SIDE
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from emnist_device.decoding import Holds
    from emnist_device.detect.closeup import CloseUp
    from emnist_device.detect.network import PageNet
    from emnist_device.image.limits import Limits
    from emnist_device.runtime.engine import Engine
    from emnist_device.trace import Trace

# A mark that is read as surely as this is not looked at for being several characters.
_SURE = 0.95
# A character keeps ink that hangs on it where it is read with this fraction of the probability
# that it has without: a stroke that is left out needs a reason.
_AS_WELL = 0.9


class Stopwatch:
    """Adds up what each stage of a reading takes."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self._seconds = dict.fromkeys(("segment", "glyph", "classify", "decode"), 0.0)

    def lap(self, stage: str) -> None:
        """Add the time since the last lap to ``stage``."""
        now = time.perf_counter()
        self._seconds[stage] += now - self._last
        self._last = now

    @property
    def milliseconds(self) -> dict[str, float]:
        """What each stage took, in milliseconds."""
        return {stage: 1000 * seconds for stage, seconds in self._seconds.items()}


@dataclass(frozen=True)
class Found:
    """The characters of a picture, in reading order.

    layout: where they are. glyphs: (N, 28, 28) uint8, what the model saw of them. probabilities:
    (N, C) float32 of all classes of the model. confidence: how probable it is that all are read
    right, 0..1, each by itself and but for what looks alike; 0 where none is.
    """

    layout: Layout
    glyphs: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    confidence: float


class Finder:
    """Finds the characters of pictures, and classifies them. Not thread-safe.

    Args:
        look: the page network.
        engine: the classifier.
        limits: how many characters a picture may hold.
        holds: what is on each picture.
    """

    def __init__(self, look: PageNet, engine: Engine, limits: Limits, holds: Holds) -> None:
        self._look, self._engine = look, engine
        self._limits, self._holds = limits, holds
        alphabet = engine.artifact.alphabet
        self._is_character = np.array([char != NOTHING for char in alphabet])
        groups = [confusable_group(fold(char)) for char in alphabet]
        alike = np.array([[one == other for other in groups] for one in groups], float)
        self._alike = alike * self._is_character

    def find(
        self, picture: NDArray[np.uint8], watch: Stopwatch, trace: Trace | None = None
    ) -> Found:
        """Return the characters of ``picture``, (H, W) or (H, W, 3) BGR uint8.

        Raises :class:`PictureError` where there are more than the limits allow.
        """
        small, scale = shrink(picture)
        found = self._find(small, watch, trace)
        return replace(found, layout=replace(found.layout, scale=scale * found.layout.scale))

    def find_in_cell(self, cell: NDArray[np.uint8], watch: Stopwatch) -> Found:
        """Return the character of ``cell``, which holds one about in its middle, or none."""
        return _surest(self._find_wholes(find_cell_inks(cell), watch))

    def _find(self, picture: NDArray[np.uint8], watch: Stopwatch, trace: Trace | None) -> Found:
        if self._holds == "character":
            wholes, is_one = [self.find_in_cell(picture, watch)], True
            close_ups = [] if wholes[0].confidence >= _SURE else find_close_ups(picture)
        else:
            close_ups = find_close_ups(picture)
            wholes = self._find_wholes((c.ink() for c in close_ups if c.alone), watch)
            is_one = bool(close_ups) and close_ups[0].alone
        if is_one and (whole := _surest(wholes)).confidence >= _SURE:
            return _traced(whole, trace, alone=True)
        views: list[CloseUp | None] = [*close_ups] or [None]
        parts = [self._find_parts(picture, view, watch, trace) for view in views]
        found = _surest([*wholes, *parts])
        return _traced(found, trace, alone=any(found is whole for whole in wholes))

    def _find_wholes(
        self, inks: Iterable[tuple[NDArray[np.uint8], float]], watch: Stopwatch
    ) -> list[Found]:
        """Return what each of ``inks``, with their scales, is as one character."""
        return [self._classify(whole_mark(*ink), watch) for ink in inks]

    def _find_parts(
        self,
        picture: NDArray[np.uint8],
        close_up: CloseUp | None,
        watch: Stopwatch,
        trace: Trace | None,
    ) -> Found:
        """Return the characters that the page network finds in ``picture``, or in a close-up."""
        arranged = arrange if self._holds == "page" else arrange_one
        layout = segment(picture, self._look, self._limits, trace, close_up, arranged)
        return self._classify(layout.largest() if self._holds == "character" else layout, watch)

    def _classify(self, layout: Layout, watch: Stopwatch) -> Found:
        """Return the characters of ``layout``, each with or without what hangs on it."""
        watch.lap("segment")
        blobs = layout.blobs
        rows = [row for row, blob in enumerate(blobs) if blob.label in layout.wholes]
        wholes = [layout.wholes[blobs[row].label] for row in rows]
        made = [make_glyph(layout.crop(blob)) for blob in blobs]
        made += [make_glyph(whole.ink) for whole in wholes]
        glyphs = np.stack(made) if made else np.zeros((0, SIDE, SIDE), np.uint8)
        watch.lap("glyph")
        probabilities = self._engine.probabilities(glyphs)
        watch.lap("classify")
        most = (probabilities * self._is_character).max(axis=1)
        chosen, kept = np.arange(len(blobs)), set()
        for number, row in enumerate(rows, start=len(blobs)):
            if most[number] >= _AS_WELL * most[row]:
                chosen[row] = number
                kept.add(blobs[row].label)
        shapes = (probabilities[chosen] @ self._alike).max(axis=1)
        confidence = float(shapes.prod()) if len(shapes) else 0.0
        return Found(layout.completed(kept), glyphs[chosen], probabilities[chosen], confidence)


def _surest(found: Sequence[Found]) -> Found:
    """Return the most probable of ``found``; of equals the first."""
    return max(found, key=lambda each: each.confidence)


def _traced(found: Found, trace: Trace | None, *, alone: bool = False) -> Found:
    """Return ``found``, drawn to ``trace``; ``alone``: not by segmenting."""
    if trace is not None:
        if alone:
            trace.add("mark", found.layout.coverage)
        trace.glyphs("glyphs", found.glyphs)
    return found
