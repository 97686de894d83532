"""Contrast -> the boxes, combs and tables that are printed on a page, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.structure.cells import CLOSING, Closing, cross, find_quads, prune
from emnist_device.detect.structure.grids import find_grids
from emnist_device.detect.structure.kinds import KINDS, Kinds, choose, kind_of
from emnist_device.detect.structure.rules import RULING, Ruling, find_rules, pool
from emnist_device.detect.structure.taking import TAKING, Span, Taking, take_out
from emnist_device.detect.structure.tops import TICKS, Ticks, add_tops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.structure.cells import Crossings
    from emnist_device.detect.structure.grids import Grid
    from emnist_device.detect.structure.rules import Rules
    from emnist_device.frames import Frame


@dataclass(frozen=True)
class Structures:
    """Thresholds of what is printed on a page for writing to go into.

    decides: whether combs decide what is read. Not yet: of half-found ones, more is misread than
        is gained.
    fewest: rules of each direction that make a box.
    stub: a rule is taken out to its end where it goes on by at most so many pixels, or to the edge
        of the picture.
    most: where cells cover this fraction of the picture, the writing in them is what it is about.
    ruling, closing, ticks, kinds, taking: of the steps.
    """

    decides: bool = False
    fewest: int = 2
    stub: float = 12.0
    most: float = 0.2
    ruling: Ruling = RULING
    closing: Closing = CLOSING
    ticks: Ticks = TICKS
    kinds: Kinds = KINDS
    taking: Taking = TAKING


STRUCTURES = Structures()


@dataclass(frozen=True)
class Structure:
    """What is printed on a page.

    frames: boxes, combs and tables, corners in pixels of the contrast.
    bare: (H, W) uint8, the contrast without the rules of those that are whole: of others, some
        rules were not found, and what is left of a torn table is harder to read than all of it.
    """

    bare: NDArray[np.uint8]
    frames: tuple[Frame, ...] = field(default=())


def find_structure(
    contrast: NDArray[np.uint8], writing: float, *, structures: Structures = STRUCTURES
) -> Structure:
    """Return what is printed in ``contrast`` (H, W) uint8 for writing to go into.

    ``writing`` is how high that may be, in pixels.
    """
    small, factor = pool(contrast, ruling=structures.ruling)
    level = find_rules(small, ruling=structures.ruling)
    if not len(level):
        return Structure(contrast)
    turned = np.ascontiguousarray(small.T)
    upright = find_rules(turned, shorter=True, ruling=structures.ruling)
    if len(upright) < structures.fewest:
        return Structure(contrast)
    level = add_tops(level, upright, ticks=structures.ticks)
    crossings = cross(level, upright, closing=structures.closing)
    upright, crossings = prune(level, upright, crossings, closing=structures.closing)
    quads = find_quads(level, upright, crossings, closing=structures.closing)
    grids = find_grids(quads, level, upright, crossings)
    grids, frames = choose(grids, level, upright, writing / factor, factor, kinds=structures.kinds)
    if not frames:
        return Structure(contrast)
    whole = [grid for grid in grids if _is_whole(grid, structures.kinds)]
    spans = _spans(whole, level, upright, crossings, factor, structures.stub)
    return Structure(take_out(contrast, *spans, taking=structures.taking), frames)


def _is_whole(grid: Grid, kinds: Kinds) -> bool:
    """Say whether all rules of ``grid`` were found, as :attr:`emnist_device.frames.Frame.whole`."""
    return grid.whole and kind_of(grid, kinds) == "comb"


def _spans(
    grids: Sequence[Grid],
    level: Rules,
    upright: Rules,
    crossings: Crossings,
    factor: int,
    stub: float,
) -> tuple[list[Span], list[Span]]:
    """Return the parts of level and upright rules that are sides of ``grids``, in full size."""
    reach: tuple[dict[int, list[float]], dict[int, list[float]]] = ({}, {})
    for quad in chain.from_iterable(grid.quads for grid in grids):
        for row, column in quad.corners:
            x, y = crossings.places[row, column].tolist()
            reach[0].setdefault(row, []).append(x)
            reach[1].setdefault(column, []).append(y)
    one, other = (
        [
            _span(rules, rule, min(places), max(places), factor, stub)
            for rule, places in own.items()
            if rules.drawn[rule]
        ]
        for rules, own in zip((level, upright), reach, strict=True)
    )
    return one, other


def _span(rules: Rules, rule: int, start: float, end: float, factor: int, stub: float) -> Span:
    """Return the part of a rule from ``start`` to ``end``, and what sticks out, in full size."""
    first, last = rules.ends[rule].tolist()
    width, side = float(rules.widths[rule]), rules.mask.shape[1]
    if first < start and (start - first <= stub or first < stub):
        start = first
    if last > end and (last - end <= stub or last > side - stub):
        end = last
    start, end = start - width, end + width
    bend, climb, low = rules.curves[rule].tolist()
    shift = (factor - 1) / 2  # a pooled pixel's middle lies between those that it stands for
    bend, low = bend / factor, low * factor + shift
    low += bend * shift**2 - climb * shift
    climb -= 2 * bend * shift
    return Span(
        np.array([bend, climb, low]),
        start * factor + shift,
        end * factor + shift,
        width * factor,
    )
