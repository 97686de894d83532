"""Picture -> characters with their glyphs and probabilities, for whatever a picture holds.

The steps in order: the size that is worked on, hypotheses of what characters there are, glyphs,
the classifier, a decision.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.classes import weigh_classes
from emnist_device.detect.decision import (
    Found,
    confidence_of,
    is_sure,
    refuse,
    surest,
    which_look_alike,
)
from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.lattice.lattice import Lattice
from emnist_device.detect.layout import whole_mark
from emnist_device.detect.merging import merge
from emnist_device.detect.recount import Recount
from emnist_device.detect.ruled import find_cells
from emnist_device.detect.sizes import shrink
from emnist_device.detect.thresholds import THRESHOLDS, Thresholds
from emnist_edge.artifact import SIDE
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.decoding import Expected, Holds
    from emnist_device.detect.lattice.lattice import Arc
    from emnist_device.detect.layout import Layout
    from emnist_device.detect.look import Network
    from emnist_device.detect.ruled import CellInk
    from emnist_device.image.limits import Limits
    from emnist_device.runtime.engine import Engine
    from emnist_device.trace import Trace


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


class Finder:
    """Finds the characters of pictures, and classifies them. Not thread-safe.

    Args:
        network: the page network.
        engine: the classifier.
        limits: how many characters a picture may hold.
        holds: what is on each picture.
        boxes: whether boxes, combs and tables are looked for.
        thresholds: of all steps.
    """

    def __init__(
        self,
        network: Network,
        engine: Engine,
        limits: Limits,
        holds: Holds,
        *,
        boxes: bool = False,
        thresholds: Thresholds = THRESHOLDS,
    ) -> None:
        self._hypotheses = Hypotheses(network, limits, holds, boxes=boxes, thresholds=thresholds)
        self._engine, self._thresholds, self._limits = engine, thresholds, limits
        self._alphabet = engine.artifact.alphabet
        self._alike = which_look_alike(self._alphabet, decisions=thresholds.decisions)
        recounts = thresholds.recounts
        self._recount = Recount(engine.probabilities, self._alike, recounts=recounts)

    def find(
        self,
        picture: NDArray[np.uint8],
        watch: Stopwatch,
        expected: Expected | None = None,
    ) -> Found:
        """Return the characters of ``picture``, (H, W) or (H, W, 3) BGR uint8.

        Two digits that touch are no letter where all are ``expected`` to be digits, and one that
        is as wide as two is two where they are too few. Raises :class:`PictureError` where there
        are more than the limits allow.
        """
        small, scale = shrink(picture, sizes=self._thresholds.sizes)
        counts = self._weigh(expected)
        tried: list[Found] = []
        for step in self._hypotheses.of_picture(small):
            tried += [self._classify(layout, watch, counts) for layout in step.layouts]
            if step.may_end and is_sure(tried, decisions=self._thresholds.decisions):
                break
        found = surest(tried)
        looks = tuple(each.layout.look for each in tried if each.layout.look is not None)
        found = self._refuse(replace(found, looks=looks))
        found = self._look_again(found, small, watch, counts)
        found = replace(found, layout=replace(found.layout, scale=scale * found.layout.scale))
        if expected is not None and expected.lengths:
            found = self._recount.mend(found, expected)
        return found

    def find_in_cell(
        self,
        cell: NDArray[np.uint8],
        watch: Stopwatch,
        expected: Expected | None = None,
    ) -> Found:
        """Return the character of ``cell``, which holds one about in its middle, or none.

        ``expected`` is as of :meth:`find`.
        """
        counts = self._weigh(expected)
        cells = self._hypotheses.of_cell(cell)
        return self._refuse(surest([self._classify(layout, watch, counts) for layout in cells]))

    def _weigh(self, expected: Expected | None) -> NDArray[np.float32]:
        """Return what probabilities of the classes count, (C,)."""
        if expected is None:
            return np.ones(len(self._alphabet), np.float32)
        foreign = self._thresholds.decisions.foreign
        return weigh_classes(self._alphabet, expected.may_be, foreign)

    def find_in_grid(
        self,
        picture: NDArray[np.uint8],
        rows: int,
        columns: int,
        watch: Stopwatch,
        expected: Expected | None = None,
    ) -> Iterator[tuple[CellInk, Found]]:
        """Yield each cell of ``picture``, row by row, and its character, or none.

        ``expected`` is as of :meth:`find`.
        """
        counts = self._weigh(expected)
        for cell in find_cells(picture, rows, columns):
            found = self._classify(whole_mark(cell.ink, cell.scale), watch, counts)
            yield cell, self._refuse(found)

    def _refuse(self, found: Found) -> Found:
        """Return ``found`` without what is no character."""
        return refuse(found, self._alphabet, decisions=self._thresholds.decisions)

    def _classify(self, layout: Layout, watch: Stopwatch, counts: NDArray[np.float32]) -> Found:
        """Return the characters of ``layout`` that explain its ink best.

        ``counts`` (C,) is what the probability of each class counts.
        """
        lattice = Lattice(layout, settings=self._thresholds.lattice)
        glyphs, probabilities = self._read(lattice.arcs, watch)
        more = lattice.join(probabilities * counts, self._alike)
        if more:
            others, told = self._read(more, watch)
            glyphs = np.concatenate([glyphs, others])
            probabilities = np.concatenate([probabilities, told])
        chosen, labels = lattice.choose(probabilities * counts, self._alike)
        rows = {lattice.arcs[number].blob.label: number for number in chosen}
        blobs = tuple(lattice.arcs[number].blob for number in chosen)
        layout = replace(layout, lines=(blobs,) if blobs else (), labels=labels, wholes={})
        layout = self._hypotheses.arrange(layout)
        read = [rows[blob.label] for blob in layout.blobs]
        confidence = confidence_of(probabilities[read] * counts, self._alike)
        return Found(layout, glyphs[read], probabilities[read], confidence)

    def _look_again(
        self,
        found: Found,
        picture: NDArray[np.uint8],
        watch: Stopwatch,
        counts: NDArray[np.float32],
    ) -> Found:
        """Return ``found`` with what is on the parts of ``picture`` that are other than the rest.

        ``counts`` is as of :meth:`_classify`.
        """
        merged = found
        parts = self._hypotheses.of_parts(picture, found.layout) if found.layout.parts else ()
        for place, layout in parts:
            part = self._refuse(self._classify(layout, watch, counts))
            looks = () if layout.look is None else (layout.look,)
            merged = merge(merged, replace(part, looks=looks), place, self._alike)
        if merged is found:
            return found
        self._limits.check_characters(len(merged.glyphs))
        rows = {blob.label: row for row, blob in enumerate(merged.layout.blobs)}
        layout = self._hypotheses.arrange(merged.layout)
        read = [rows[blob.label] for blob in layout.blobs]
        glyphs, probabilities = merged.glyphs[read], merged.probabilities[read]
        return replace(merged, layout=layout, glyphs=glyphs, probabilities=probabilities)

    def _read(
        self, arcs: Sequence[Arc], watch: Stopwatch
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return the glyphs of ``arcs``, (N, 28, 28), and the probabilities of their classes."""
        watch.lap("segment")
        glyphs = np.zeros((len(arcs), SIDE, SIDE), np.uint8)
        for number, arc in enumerate(arcs):
            glyphs[number] = make_glyph(arc.ink)
        watch.lap("glyph")
        probabilities = self._engine.probabilities(glyphs)
        watch.lap("classify")
        return glyphs, probabilities


def draw_steps(found: Found, trace: Trace) -> None:
    """Hand ``trace`` what each step made on the way to ``found``."""
    for look in found.looks:
        trace.add("contrast", look.view.contrast)
        trace.add("seen", look.seen)
        trace.add("ink", look.maps.coverage)
        trace.add("middles", np.rint(255 * look.maps.middle).astype(np.uint8))
        trace.labels("characters", look.labels)
    if found.layout.look is None:
        trace.add("mark", found.layout.coverage)
    trace.glyphs("glyphs", found.glyphs)
