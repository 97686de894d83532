"""Why characters were read wrong: causes inferred from the alignment and the boxes that were read.

Pages come without true boxes, so a cause is what fits, not what is known. Every edit of a page goes
to one cause, so that the counts sum up to its edits:

order: the edits that go away when whole lines are put in the order of the lines of the truth that
    they are most alike; only where at least half of the page's edits go.
split: one character read as two. A substituted and an added character side by side, both narrow:
    the box around both is not larger than a character of this page may be. Two edits. Or an added
    one, narrow, beside one that is right all the same. One edit.
merged: two characters read as one. A substituted and a lost character side by side, and the box
    that was read is wide. Two edits.
alike: any other substitution among shapes that no pixel tells apart, as 0 and O, 1 and I and L.
misread: any other substitution.
lost: any other character of the truth with no reading.
mark: punctuation that was read as a character: an added one where the truth has a symbol.
rule: any other added one in ink much longer than characters: a rule, or the lines of a box.
speck, large: any other added one that is much smaller or larger than the page's characters: a dot,
    or a decimal point that was not transcribed; a picture, a marker, a finger.
added: any other reading where no character is.
"""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from emnist_edge.alphabet import confusable_group
from emnist_edge.scoring.edits import align, count_edits, normalize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emnist_device.box import Box
    from emnist_device.page import Line
    from emnist_edge.scoring.edits import Pair

#: All causes, in the order in which they are looked for and shown.
CAUSES = (
    "order", "split", "merged", "lost", "mark", "rule", "speck", "large", "added", "alike",
    "misread",
)  # fmt: skip

# A box is as large as one character up to this many times the usual side, and wide from this many
# times the usual width.
_ONE, _WIDE = 1.4, 1.6
# What is split off a character that is right all the same is narrower than this, in usual widths;
# specks and large things have less and more than so many times the usual side.
_NARROW, _SPECK, _LARGE = 0.7, 0.5, 2.0


def find_causes(
    truth: str, lines: Sequence[Line], in_rule: Callable[[Box], bool] = lambda _: False
) -> Counter[str]:
    """Count the edits between ``truth`` and ``lines``, the lines of a page, by cause.

    ``in_rule``: whether what is in a box is part of a rule, see :mod:`evaluate.scoring.rules`.
    """
    written = normalize(truth)
    before = _edits(written, lines)
    ordered = reorder(truth, lines)
    after = _edits(written, ordered)
    causes: Counter[str] = Counter()
    if after < before and after <= before / 2:
        causes["order"] = before - after
        lines = ordered
    characters = [c for line in lines for c in line.characters if c.char.isalnum()]
    read = normalize("".join(character.char for character in characters))
    pairs = align(written, read)
    kinds = _explain(written, read, [character.box for character in characters], pairs)
    in_gaps = _symbols(truth)
    usual = median([character.box.side for character in characters] or [0])
    place = 0
    for (i, j), kind in zip(pairs, kinds, strict=True):
        place = place if i is None else i + 1
        if kind == "added" and j is not None:
            kind_of_added = _name_added(characters[j].box, usual, in_gaps[place], in_rule)
            in_gaps[place] -= kind_of_added == "mark"
            causes[kind_of_added] += 1
        elif kind:
            causes[kind] += 1
    return causes


def _name_added(box: Box, usual: float, symbols: int, in_rule: Callable[[Box], bool]) -> str:
    """Return what was read in ``box`` where no character is.

    usual: side of a character's box. symbols: how many the truth has here.
    """
    if symbols:
        return "mark"
    if in_rule(box):
        return "rule"
    if box.side < _SPECK * usual:
        return "speck"
    return "large" if box.side > _LARGE * usual else "added"


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


def _symbols(truth: str) -> list[int]:
    """Return how many symbols ``truth`` has before each of its letters and digits, and at its end.

    What is printed together, such as the dots of an ellipsis, counts one by one.
    """
    found = [0]
    for char in truth:
        if char.isalnum():
            found.append(0)
        elif not char.isspace():
            found[-1] += 1
    return found


def _explain(written: str, read: str, boxes: Sequence[Box], pairs: Sequence[Pair]) -> list[str]:
    """Return the cause of each of ``pairs``, empty for none; ``boxes``: of each character read."""
    kinds = [_kind(written, read, pair) for pair in pairs]
    width = median([box.width for box in boxes]) if boxes else 0
    side = median([box.side for box in boxes]) if boxes else 0

    def cause_of_both(position: int, neighbour: int) -> str | None:
        """Name what a lost or added character and its neighbour in the alignment have in common."""
        if not 0 <= neighbour < len(pairs) or None in pairs[neighbour]:
            return None
        wrong = kinds[neighbour] in ("alike", "misread")
        added, box = pairs[position][1], boxes[pairs[neighbour][1] or 0]
        if added is None:
            return "merged" if wrong and box.width >= _WIDE * width else None
        both = box.union(boxes[added])
        is_part = boxes[added].width <= _NARROW * width and both.width <= _ONE * width
        return "split" if both.side <= _ONE * side and (wrong or is_part) else None

    for position, kind in enumerate(kinds):
        if kind in ("lost", "added"):
            for neighbour in (position - 1, position + 1):
                cause = cause_of_both(position, neighbour)
                if cause:
                    kinds[position] = cause
                    kinds[neighbour] = cause if kinds[neighbour] else ""
                    break
    return kinds


def _kind(written: str, read: str, pair: Pair) -> str:
    """Return the cause of the edit that ``pair`` stands for, taken alone; empty for none."""
    i, j = pair
    if j is None:
        return "lost"
    if i is None:
        return "added"
    if written[i] == read[j]:
        return ""
    return "alike" if alike(written[i], read[j]) else "misread"


def alike(a: str, b: str) -> bool:
    """Say whether two lower-case characters are alike, as capitals or as small letters."""
    capitals = confusable_group(a.upper()) == confusable_group(b.upper())
    return capitals or confusable_group(a) == confusable_group(b)
