"""Hypotheses of what characters a picture holds: all are made here, and decided in ``decision``.

A picture may be a page, whose characters the page network finds, or a close-up, of which one or
both polarities are possible; its marks may be one character as they stand, or several that touch.
What ink makes a character, in turn, :mod:`.lattice` decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2

from emnist_device.detect.cell import find_cell_inks
from emnist_device.detect.closeup import find_close_ups, find_mark
from emnist_device.detect.columns import arrange
from emnist_device.detect.contrast import find_contrast
from emnist_device.detect.layout import Layout, Part, whole_mark
from emnist_device.detect.lines import arrange_one
from emnist_device.detect.look import look_at
from emnist_device.detect.maps import WRITING_HEIGHT
from emnist_device.detect.other_sizes import find_other_sizes
from emnist_device.detect.outlines import without_outlines
from emnist_device.detect.restore import find_wholes
from emnist_device.detect.reversal import find_reversed
from emnist_device.detect.scale import measure_writing
from emnist_device.detect.structure.structure import find_frames
from emnist_device.detect.thresholds import THRESHOLDS, Thresholds
from emnist_device.detect.view import View, Writing
from emnist_device.image.limits import DEFAULTS, Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.decoding import Holds
    from emnist_device.detect.look import Network


# Of a page, the largest so many parts are looked at again: each takes as long as a page, at most.
_MOST_PARTS = 4


@dataclass(frozen=True)
class Step:
    """Hypotheses that are compared with one another, and with those of the steps before.

    layouts: one for each hypothesis, likelier first, made when they are asked for.
    may_end: whether one of them, where it is sure, needs no further step.
    """

    layouts: Iterable[Layout]
    may_end: bool = False


class Hypotheses:
    """Makes the hypotheses of pictures.

    Args:
        network: the page network.
        limits: how many characters a picture may hold.
        holds: what is on each picture.
        boxes: whether boxes, combs and tables are looked for.
        thresholds: of all steps.
    """

    def __init__(
        self,
        network: Network,
        limits: Limits = DEFAULTS,
        holds: Holds = "page",
        *,
        boxes: bool = False,
        thresholds: Thresholds = THRESHOLDS,
    ) -> None:
        self._network, self._limits, self._holds = network, limits, holds
        self._boxes = boxes
        self._thresholds = thresholds

    def of_picture(self, picture: NDArray[np.uint8]) -> Iterator[Step]:
        """Yield the steps in which ``picture``, (H, W) or (H, W, 3) BGR uint8, may be understood.

        First what its marks are as they stand, then what the page network finds: that is slower.
        """
        close_ups = self._thresholds.cells.close_ups
        if self._holds == "character":
            yield Step(self.of_cell(picture), may_end=True)
            views = find_close_ups(picture, close_ups=close_ups)
        else:
            views = find_close_ups(picture, close_ups=close_ups)
            alone = [view for view in views if view.alone]
            marks = (whole_mark(*find_mark(view, close_ups=close_ups)) for view in alone)
            yield Step(marks, may_end=bool(views) and views[0].alone)
        seen: list[View] = [self.with_frames(view) for view in views]
        yield Step(map(self.of_view, seen or [self.as_page(picture)]))

    def of_cell(self, cell: NDArray[np.uint8]) -> Iterator[Layout]:
        """Yield what the character of ``cell`` may be, which holds one about in its middle."""
        for ink, scale in find_cell_inks(cell, cells=self._thresholds.cells):
            yield whole_mark(ink, scale)

    def of_parts(self, picture: NDArray[np.uint8], layout: Layout) -> Iterator[tuple[Box, Layout]]:
        """Yield where the ``parts`` of ``layout`` are on ``picture``, a page, and what is there.

        The ink of each is on the side that is known, and its writing as large as it turns out.
        """
        largest = sorted(layout.parts, key=lambda part: -part.box.width * part.box.height)
        for box, light in largest[:_MOST_PARTS]:
            seen = picture[box.y : box.bottom, box.x : box.right]
            view = self.as_page(cv2.bitwise_not(seen) if light else seen, ink_is_dark=True)
            yield box, self.of_view(view)

    def as_page(self, picture: NDArray[np.uint8], *, ink_is_dark: bool = False) -> View:
        """Return what is ink in ``picture``, if it is a page.

        Where it is known that ``ink_is_dark``, no part has light ink.
        """
        thresholds = self._thresholds
        contrast, scale, light = find_contrast(
            picture, ink_is_dark=ink_is_dark, contrasts=thresholds.contrasts
        )
        parts: tuple[Box, ...] = ()
        if self._holds == "page" and not ink_is_dark:
            parts = tuple(
                find_reversed(picture, ink_is_light=light, reversals=thresholds.reversals)
            )
        scales = thresholds.looks.scales
        any_writing = Writing(WRITING_HEIGHT, scales.pen)  # where none stands out
        writing = measure_writing(contrast, scales=scales) or any_writing
        grain = 2 * cv2.countNonZero(contrast) >= contrast.size
        view = View(contrast, scale, writing, grain, ink_is_light=light, turned=parts)
        return self.with_frames(view)

    def with_frames(self, view: View) -> View:
        """Return ``view`` with boxes, combs and tables, where these are asked for."""
        if not self._boxes:
            return view
        return replace(view, frames=find_frames(view.contrast, view.writing.height))

    def of_view(self, view: View) -> Layout:
        """Return the characters that the page network finds in ``view``, not arranged in lines.

        Raises :class:`PictureError` where there are more than the limits allow.
        """
        thresholds = self._thresholds
        look = look_at(view, self._network, looks=thresholds.looks)
        light = view.ink_is_light
        parts = [Part(box, ink_is_light=not light) for box in view.turned]
        if self._holds == "page":
            others = find_other_sizes(look, sizes=thresholds.other_sizes)
            parts += [Part(box, ink_is_light=light) for box in others]
        frames = tuple(frame.scaled(look.zoom) for frame in view.frames)
        look = without_outlines(look, frames)
        labels, blobs, coverage = look.labels, look.blobs, look.maps.coverage
        self._limits.check_characters(len(blobs))
        wholes = find_wholes(look.seen, labels, coverage, blobs, restoring=thresholds.restoring)
        lines = (tuple(blobs),) if blobs else ()
        return Layout(
            lines,
            labels,
            coverage,
            view.scale * look.zoom,
            wholes,
            look,
            frames=frames,
            parts=tuple(parts),
        )

    def arrange(self, layout: Layout) -> Layout:
        """Return ``layout`` with those of its characters that are to be read, in reading order."""
        columns, blobs = self._thresholds.columns, layout.blobs
        if self._holds == "page":
            lines = arrange(blobs, settings=columns)
        else:
            lines = arrange_one(blobs, settings=columns.lines)
        left_out = len(blobs) - sum(map(len, lines))
        layout = replace(layout, lines=lines, left_out=left_out)
        return layout.largest() if self._holds == "character" else layout
