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


def after_tail(gap: float) -> list[list[Blob]]:
    """Return a line that ends with a tail, and one that begins with a tall letter after ``gap``."""
    low = [(40 * n, 212, 22) for n in range(3)]
    high = [(180 + gap, 176, 42), *((220 + gap + 40 * n, 204, 22) for n in range(7))]
    return [row_of([*low, (120, 192, 38), (160, 214, 44)]), row_of(high)]


def row_of(places: Iterable[tuple[float, float, float]]) -> list[Blob]:
    """Return characters 20 wide with these left and upper edges and heights."""
    return [Blob(Box(round(x), round(y), 20, round(high)), round(x), 300) for x, y, high in places]


@decides("Lines")
def a_line_goes_on_near_its_end(t: Thresholds) -> bool:
    return joined(t, after_tail(40)) == 1 and joined(t, after_tail(80)) == 2


@decides("Lines")
def a_line_that_ends_lower_does_not_go_on_above(t: Thresholds) -> bool:
    left = row_of((40 * n, 260 if n > 5 else 200, 30) for n in range(8))
    return joined(t, [left, row_of((330 + 40 * n, 200, 30) for n in range(6))]) == 2


def rising(
    t: Thresholds, slope: float, *, high: float = 18, word: int = 4, words: int = 5,
    gap: float = 14, step: float = 35,
) -> int:  # fmt: skip
    """Return how many lines words of characters 20 wide are, parted by so many pixels."""
    places = [n * step + n // word * (20 + gap - step) for n in range(word * words)]
    return len(lines(t, [(x, 500 + slope * x - high, 20, high) for x in places]))


@decides("Lines")
def words_that_rise_are_one_line(t: Thresholds) -> bool:
    return rising(t, 0.25, gap=34) == 1


@decides("Lines")
def stairs_are_no_writing_that_rises(t: Thresholds) -> bool:
    return rising(t, 0.5, high=40, words=2, gap=40, step=40) == 2


@decides("Lines")
def few_characters_do_not_tell_that_writing_rises(t: Thresholds) -> bool:
    return rising(t, 0.25, word=3, words=2, gap=34) == 2


@decides("Lines")
def words_that_rise_a_little_are_one_line_where_they_are_far_apart(t: Thresholds) -> bool:
    heights = [34, 34, 34, 34, 34, 18, 18, 34, 34, 34, 34, 34, 34]
    xs = [40 * n + (500 if n > 5 else 0) for n in range(13)]
    row = [(x, 500 + 0.03 * x - high, 20, high) for x, high in zip(xs, heights, strict=True)]
    return len(lines(t, row)) == 1


@decides("Lines")
def writing_that_hardly_rises_is_level(t: Thresholds) -> bool:
    row = [(120 * n, 200 - 1.8 * n, 60, 90) for n in range(6)]
    other = [(2400 + 120 * n, 134 - 1.8 * n, 60, 90) for n in range(6)]
    return len(lines(t, [*row, *other])) == 2


@decides("Lines")
def names_that_rise_take_no_mark_of_another_row(t: Thresholds) -> bool:
    names = [(40 * n, 200 + 66 * row - 4.5 * n, 20, 36) for row in range(6) for n in range(9)]
    marks = [(600, 200 + 66 * row, 20, 36) for row in range(6)]
    return len(lines(t, [*names, *marks])) > 7


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
