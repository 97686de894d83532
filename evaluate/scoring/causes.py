"""Why characters were read wrong: causes inferred from the alignment and the boxes that were read.

Pages come without true boxes, so a cause is what fits, not what is known. Every edit of a page goes
to one cause, so that the counts sum up to its edits:

order: the edits that go away when whole lines are put in the order of the lines of the truth that
    they are most alike; only where at least half of the page's edits go.
split: one character read as two. A substituted and an added character side by side, both narrow:
    the box around both is not larger than a character of this page may be. Two edits.
merged: two characters read as one. A substituted and a lost character side by side, and the box
    that was read is wide. Two edits.
alike: any other substitution among shapes that no pixel tells apart, as 0 and O, 1 and I and L.
misread: any other substitution.
lost: any other character of the truth with no reading.
added: any other reading where no character is: noise, mostly.
"""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from emnist_edge.alphabet import confusable_group
from emnist_edge.scoring.edits import align, count_edits, normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.page import Box, Line
    from emnist_edge.scoring.edits import Pair

#: All causes, in the order in which they are looked for and shown.
CAUSES = ("order", "split", "merged", "alike", "misread", "lost", "added")

# A box is as large as one character up to this many times the usual side, and wide from this many
# times the usual width.
_ONE, _WIDE = 1.4, 1.6


def find_causes(truth: str, lines: Sequence[Line]) -> Counter[str]:
    """Count the edits between ``truth`` and ``lines``, the lines of a page, by cause."""
    written = normalize(truth)
    before = _edits(written, lines)
    ordered = reorder(truth, lines)
    after = _edits(written, ordered)
    causes: Counter[str] = Counter()
    if after < before and after <= before / 2:
        causes["order"] = before - after
        lines = ordered
    read = "".join(normalize(line.text) for line in lines)
    boxes = [character.box for line in lines for character in line.characters]
    causes.update(_explain(written, read, boxes, align(written, read)))
    return causes


def reorder(truth: str, lines: Sequence[Line]) -> list[Line]:
    """Return ``lines`` in the order of the lines of ``truth`` that each is most alike."""
    written = [normalize(line) for line in truth.splitlines()]

    def place(line: Line) -> int:
        read = normalize(line.text)
        edits = [count_edits(each, read).total / max(len(each), len(read), 1) for each in written]
        return edits.index(min(edits)) if edits else 0

    return sorted(lines, key=place)


def _edits(written: str, lines: Sequence[Line]) -> int:
    return count_edits(written, "".join(normalize(line.text) for line in lines)).total


def _explain(written: str, read: str, boxes: Sequence[Box], pairs: Sequence[Pair]) -> Counter[str]:
    """Count the edits along ``pairs`` by cause; ``boxes`` holds that of each character read."""
    kinds = [_kind(written, read, pair) for pair in pairs]
    width = median([box.width for box in boxes]) if boxes else 0
    side = median([box.side for box in boxes]) if boxes else 0

    def cause_of_both(position: int, neighbour: int) -> str | None:
        """Name what a lost or added character and its neighbour in the alignment have in common."""
        if not 0 <= neighbour < len(pairs) or kinds[neighbour] not in ("alike", "misread"):
            return None
        added, box = pairs[position][1], boxes[pairs[neighbour][1] or 0]
        if added is None:
            return "merged" if box.width >= _WIDE * width else None
        return "split" if box.union(boxes[added]).side <= _ONE * side else None

    for position, kind in enumerate(kinds):
        if kind in ("lost", "added"):
            for neighbour in (position - 1, position + 1):
                cause = cause_of_both(position, neighbour)
                if cause:
                    kinds[position] = kinds[neighbour] = cause
                    break
    return Counter(kind for kind in kinds if kind)


def _kind(written: str, read: str, pair: Pair) -> str:
    """Return the cause of the edit that ``pair`` stands for, taken alone; empty for none."""
    i, j = pair
    if j is None:
        return "lost"
    if i is None:
        return "added"
    if written[i] == read[j]:
        return ""
    return "alike" if _alike(written[i], read[j]) else "misread"


def _alike(a: str, b: str) -> bool:
    """Say whether the lower-case characters are alike, as capitals or as small letters."""
    capitals = confusable_group(a.upper()) == confusable_group(b.upper())
    return capitals or confusable_group(a) == confusable_group(b)
