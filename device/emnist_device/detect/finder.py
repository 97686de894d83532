"""Picture -> characters with their glyphs and probabilities, for whatever a picture holds.

The steps in order: the size that is worked on, hypotheses of what characters there are, glyphs,
the classifier, a decision.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

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
from emnist_device.detect.ruled import find_cells
from emnist_device.detect.sizes import shrink
from emnist_device.detect.thresholds import THRESHOLDS, Thresholds
from emnist_edge.artifact import SIDE
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from emnist_device.decoding import Holds
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
        thresholds: of all steps.
    """

    def __init__(
        self,
        network: Network,
        engine: Engine,
        limits: Limits,
        holds: Holds,
        *,
        thresholds: Thresholds = THRESHOLDS,
    ) -> None:
        self._hypotheses = Hypotheses(network, limits, holds, thresholds=thresholds)
        self._engine, self._thresholds = engine, thresholds
        self._alphabet = engine.artifact.alphabet
        self._alike = which_look_alike(self._alphabet, decisions=thresholds.decisions)

    def find(self, picture: NDArray[np.uint8], watch: Stopwatch) -> Found:
        """Return the characters of ``picture``, (H, W) or (H, W, 3) BGR uint8.

        Raises :class:`PictureError` where there are more than the limits allow.
        """
        small, scale = shrink(picture, sizes=self._thresholds.sizes)
        tried: list[Found] = []
        for step in self._hypotheses.of_picture(small):
            tried += [self._classify(layout, watch) for layout in step.layouts]
            if step.may_end and is_sure(tried, decisions=self._thresholds.decisions):
                break
        found = surest(tried)
        looks = tuple(each.layout.look for each in tried if each.layout.look is not None)
        layout = replace(found.layout, scale=scale * found.layout.scale)
        return self._refuse(replace(found, layout=layout, looks=looks))

    def find_in_cell(self, cell: NDArray[np.uint8], watch: Stopwatch) -> Found:
        """Return the character of ``cell``, which holds one about in its middle, or none."""
        cells = self._hypotheses.of_cell(cell)
        return self._refuse(surest([self._classify(layout, watch) for layout in cells]))

    def find_in_grid(
        self, picture: NDArray[np.uint8], rows: int, columns: int, watch: Stopwatch
    ) -> Iterator[tuple[CellInk, Found]]:
        """Yield each cell of ``picture``, row by row, and its character, or none."""
        for cell in find_cells(picture, rows, columns, ruled=self._thresholds.ruled):
            yield cell, self._refuse(self._classify(whole_mark(cell.ink, cell.scale), watch))

    def _refuse(self, found: Found) -> Found:
        """Return ``found`` without what is no character."""
        return refuse(found, self._alphabet, decisions=self._thresholds.decisions)

    def _classify(self, layout: Layout, watch: Stopwatch) -> Found:
        """Return the characters of ``layout`` that explain its ink best."""
        lattice = Lattice(layout, settings=self._thresholds.lattice)
        watch.lap("segment")
        glyphs = np.zeros((len(lattice.arcs), SIDE, SIDE), np.uint8)
        for number, arc in enumerate(lattice.arcs):
            glyphs[number] = make_glyph(arc.ink)
        watch.lap("glyph")
        probabilities = self._engine.probabilities(glyphs)
        watch.lap("classify")
        chosen, labels = lattice.choose(probabilities, self._alike)
        rows = {lattice.arcs[number].blob.label: number for number in chosen}
        blobs = tuple(lattice.arcs[number].blob for number in chosen)
        layout = replace(layout, lines=(blobs,) if blobs else (), labels=labels, wholes={})
        layout = self._hypotheses.arrange(layout)
        read = [rows[blob.label] for blob in layout.blobs]
        confidence = confidence_of(probabilities[read], self._alike)
        return Found(layout, glyphs[read], probabilities[read], confidence)


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
