"""Examples of lines and columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.box import Box
from emnist_device.detect import lines as lines_module
from emnist_device.detect.columns import arrange
from emnist_device.detect.grouping import Blob
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emnist_device.detect.thresholds import Thresholds


def lines(t: Thresholds, boxes: Iterable[tuple[float, float, float, float]]) -> list[list[float]]:
    """Return where the characters in ``boxes`` stand, x of each, in the lines that are read."""
    blobs = [
        Blob(Box(*(round(side) for side in box)), number + 1, round(box[2] * box[3]))
        for number, box in enumerate(boxes)
    ]
    return [[blob.box.x for blob in line] for line in arrange(blobs, settings=t.columns)]


@decides("Lines")
def characters_of_a_slanting_line_are_level_enough(t: Thresholds) -> bool:
    return len(lines(t, [(40 * n, 14 * n, 30, 30) for n in range(6)])) == 1


@decides("Lines")
def rows_that_overlap_a_little_stay_two(t: Thresholds) -> bool:
    rows = [(40 * n + 20 * row, 21 * row, 30, 30) for n in range(6) for row in range(2)]
    return len(lines(t, rows)) == 2


def beside(level: int, stacked: int = 0) -> list[list[Blob]]:
    """Return a line of 11 characters, and one of 5 in its gaps.

    So many of the 5 are level with it, and so many stand on one of its characters.
    """
    row = [Blob(Box(60 * n, 100, 30, 30), n, 900) for n in range(11)]
    few = [
        Blob(Box(60 * n + (4 if n < stacked else 32), 90 if n < level else 58, 26, 30), 20 + n, 780)
        for n in range(5)
    ]
    return [row, few]


def joined(t: Thresholds, parts: list[list[Blob]]) -> int:
    """Return how many lines are made of the lines ``parts``."""
    return len(lines_module._join_lines(parts, t.columns.lines))


@decides("Lines")
def lines_that_are_mostly_level_are_one(t: Thresholds) -> bool:
    return joined(t, beside(4)) == 1


@decides("Lines")
def lines_that_are_mostly_not_are_two(t: Thresholds) -> bool:
    return joined(t, beside(2)) == 2


@decides("Lines")
def one_character_above_another_may_be_a_dot(t: Thresholds) -> bool:
    return joined(t, beside(5, stacked=1)) == 1


@decides("Lines")
def many_above_others_are_a_line_of_their_own(t: Thresholds) -> bool:
    return joined(t, beside(5, stacked=3)) == 2


@decides("Lines")
def lines_between_two_parts_of_one_do_not_part_them(t: Thresholds) -> bool:
    row, few = beside(5)
    others = [[Blob(Box(2000, 300 + 40 * n, 20, 8), 90 + n, 100)] for n in range(2)]
    return joined(t, [row, *others, few]) == 3


def block(left: float, rows: int, characters: int) -> list[tuple[float, float, float, float]]:
    return [(left + 40 * n, 70 * row, 30, 30) for row in range(rows) for n in range(characters)]


def is_by_column(t: Thresholds, rows: int, characters: int, gap: float) -> bool:
    """Say whether two blocks of so many lines, so many pixels apart, are read one by one."""
    right = 40 * (characters - 1) + 30 + gap
    found = lines(t, block(0, rows, characters) + block(right, rows, characters))
    return len(found) == 2 * rows


@decides("Columns")
def columns_of_words_are_read_one_after_the_other(t: Thresholds) -> bool:
    return is_by_column(t, rows=5, characters=6, gap=140)


@decides("Columns")
def two_lines_are_no_columns(t: Thresholds) -> bool:
    return not is_by_column(t, rows=2, characters=6, gap=140)


@decides("Columns")
def rows_of_few_characters_are_those_of_a_table(t: Thresholds) -> bool:
    return not is_by_column(t, rows=5, characters=3, gap=140)


@decides("Columns")
def what_is_between_words_is_no_gutter(t: Thresholds) -> bool:
    return not is_by_column(t, rows=5, characters=6, gap=60)


@decides("Columns")
def one_short_line_makes_no_table(t: Thresholds) -> bool:
    right = 6 * 40 + 140
    left = [box for box in block(0, 4, 6) if box[0] < 80 or box[1] < 200]
    found = lines(t, left + block(right, 4, 6))
    return len(found) == 8
