"""Contrast without rules: their ink is taken out, and strokes that touch or cross them stay."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emnist_device.detect.structure.curves import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Taking:
    """Thresholds of what of a rule is taken out; lengths in pixels.

    around: a rule is looked for within so many pixels around where it was found to run.
    along: how wide it is, and where it runs, is told from so many pixels of it.
    fades: it ends where its contrast has fallen to this fraction; its blur reaches one pixel more.
    darker, least: what has so many times its contrast and so much more (of 255) is ink on it.
    slant: a stroke that crosses it may lean by so many pixels for each of the rule's width.
    """

    around: int = 3
    along: int = 41
    fades: float = 0.25
    darker: float = 1.35
    least: int = 16
    slant: float = 0.7


TAKING = Taking()


class Span(NamedTuple):
    """A part of a rule: its parabola (3,), from one x to another, and its width, in pixels."""

    curve: NDArray[np.float64]
    start: float
    end: float
    width: float


def take_out(
    contrast: NDArray[np.uint8],
    level: Iterable[Span],
    upright: Iterable[Span],
    *,
    taking: Taking = TAKING,
) -> NDArray[np.uint8]:
    """Return ``contrast`` (H, W) uint8 without the spans of rules."""
    bare = contrast.copy()
    for spans, turned in ((level, bare), (upright, bare.T)):
        for span in spans:
            _take_one(turned, span, taking)
    return bare


def _take_one(bare: NDArray[np.uint8], span: Span, taking: Taking) -> None:
    """Take a level span out of ``bare`` (H, W), which is changed."""
    x = np.arange(max(round(span.start), 0), min(round(span.end) + 1, bare.shape[1]))
    if len(x) < 2:
        return
    reach = int(np.ceil(span.width / 2)) + taking.around
    middle = np.rint(evaluate(span.curve, x)).astype(int)
    offsets = np.arange(-reach, reach + 1)[:, None]
    strip = bare[(middle + offsets).clip(0, bare.shape[0] - 1), x]
    centre, half, peak = _measure(strip, taking)
    middle = middle + np.rint(centre).astype(int) - reach
    beyond = np.arange(-half - 3, half + 4)[:, None]
    rows = (middle + beyond).clip(0, bare.shape[0] - 1)
    strip = bare[rows, x]
    fill = _across(
        np.maximum(strip[0], strip[1]),
        np.maximum(strip[-1], strip[-2]),
        round(taking.slant * (2 * half + 1)),
    )
    dark = strip > taking.darker * peak + taking.least
    band = np.abs(beyond) <= half + 1
    bare[rows, x] = np.where(band & ~dark, np.minimum(strip, fill), strip)


def _measure(
    strip: NDArray[np.uint8], taking: Taking
) -> tuple[NDArray[np.float64], int, NDArray[np.float64]]:
    """Return where a rule runs in ``strip`` (R, L) of the contrast around it, and how wide it is.

    Its middle row (L,), how far it reaches to each side, and its contrast (L,). All are told
    from parts of it, and what is otherwise than in most of them is not the rule's: a stroke that
    runs along it.
    """
    length = strip.shape[1]
    edges = np.linspace(0, length, max(length // taking.along, 1) + 1).astype(int)
    parts = [np.median(strip[:, a:b], axis=1) for a, b in pairwise(edges.tolist())]
    usual = np.stack(parts, axis=1)
    centres, peaks = usual.argmax(axis=0), usual.max(axis=0)
    ink = usual >= np.maximum(taking.fades * peaks, 1)
    rows = np.arange(len(usual))[:, None]
    first = np.where(~ink & (rows < centres), rows, -1).max(axis=0) + 1
    last = np.where(~ink & (rows > centres), rows, len(usual)).min(axis=0) - 1
    half = int(np.ceil(np.median(last - first) / 2))
    middles = (first + last) / 2
    near = [slice(max(part - 2, 0), part + 3) for part in range(len(parts))]
    steady = [float(np.median(middles[each])) for each in near]
    level = [float(np.quantile(peaks[each], 0.25)) for each in near]
    places, x = (edges[:-1] + edges[1:]) / 2, np.arange(length)
    return np.interp(x, places, steady), half, np.interp(x, places, level)


def _across(above: NDArray[np.uint8], below: NDArray[np.uint8], lean: int) -> NDArray[np.uint8]:
    """Return the ink of strokes (L,) that go on from ``above`` to ``below``, upright or leaning."""
    length = len(above)
    wide = [np.pad(each, 2 * lean) for each in (above, below)]
    fill = np.zeros(length, np.uint8)
    for step in range(-lean, lean + 1):
        one = wide[0][2 * lean + step : 2 * lean + step + length]
        other = wide[1][2 * lean - step : 2 * lean - step + length]
        fill = np.maximum(fill, np.minimum(one, other))
    return fill
