"""Boxes to tick and bubbles to fill -> which are marked."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from emnist_device.forms.checks import field_failures
from emnist_device.forms.model import BETWEEN
from emnist_device.forms.reading.candidates import Candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.forms.model import MarkField


@dataclass(frozen=True)
class Marks:
    """Thresholds of marks, in fractions of the inside of a box or bubble.

    marked: with so much ink beyond that of empty ones, it may be marked or not. steep: how fast
        doubt fades from there, in logarithms.
    least: less ink is noise. empty: of empty ones, what shows of their outline is less than this.
    full: so much is blackened; where another option is ticked, it was taken back.
    """

    marked: float = 0.045
    steep: float = 0.22
    least: float = 0.004
    empty: float = 0.03
    full: float = 0.75


MARKS = Marks()
# Of a choice that must be one of so many, two that are marked are looked at; more only as they are.
_MOST = 12


def share_of_empty(shares: Sequence[float], *, marks: Marks = MARKS) -> float:
    """Return the share of ink in the empty ones among options with these ``shares``."""
    empty = [share for share in shares if share < marks.empty]
    return statistics.median(empty) if empty else 0.0


def chance_of_mark(share: float, empty: float, *, marks: Marks = MARKS) -> float:
    """Return how probable it is that an option is marked.

    ``share`` of its inside is ink, and ``empty`` of that of empty ones.
    """
    beyond = max(share - empty, marks.least)
    return 1 / (1 + math.exp(-(math.log(beyond / marks.marked)) / marks.steep))


def read_marks(field: MarkField, shares: Sequence[float], empty: float) -> Candidates:
    """Return which options of ``field`` may be marked.

    Args:
        field: it.
        shares: fraction of the inside of each option that is ink.
        empty: the same of empty ones of the sheet.
    """
    chances = [chance_of_mark(share, empty) for share in shares]
    reason = ""
    marked = [number for number, chance in enumerate(chances) if chance > 0.5]
    if len(marked) > 1 and not field.many:
        full = [number for number in marked if shares[number] >= MARKS.full]
        left = [number for number in marked if number not in full]
        if full and len(left) == 1:
            chances = [chance if n not in full else 0.1 for n, chance in enumerate(chances)]
            reason = "a mark was taken back"
        else:
            reason = f"has {len(marked)} marks, where one may be made"
    candidates = Candidates.of(_texts(field, chances), reason)
    failures = field_failures(field, candidates.text)
    return candidates.doubted(failures[0].reason if failures else "")


def _texts(field: MarkField, chances: Sequence[float]) -> list[tuple[str, float]]:
    """Return what is marked of ``field``, with probabilities, as far as they count."""
    open_ones = [n for n, chance in enumerate(chances) if 1e-4 < chance < 1 - 1e-4][:_MOST]
    found = []
    for flips in product((False, True), repeat=min(len(open_ones), 6)):
        chosen = dict(zip(open_ones, flips, strict=False))
        marked = [chosen.get(n, chance > 0.5) for n, chance in enumerate(chances)]
        weight = math.prod(c if m else 1 - c for m, c in zip(marked, chances, strict=True))
        values = [o.value for o, is_one in zip(field.options, marked, strict=True) if is_one]
        found.append((BETWEEN.join(values), weight))
    return found
