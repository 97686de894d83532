from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.detect import lines
from emnist_device.detect.columns import arrange
from emnist_device.detect.grouping import Blob

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def blobs(places: Iterable[tuple[float, float]], size: int = 30) -> list[Blob]:
    return [
        Blob(Box(round(x), round(y), size, size), number + 1, size * size)
        for number, (x, y) in enumerate(places)
    ]


def read(places: Iterable[tuple[float, float]]) -> list[list[tuple[int, int]]]:
    """Return where the characters stand, in the order that they are read in."""
    return [[(blob.box.x, blob.box.y) for blob in line] for line in arrange(blobs(places))]


def test_lines_from_top_to_bottom_and_characters_from_left_to_right() -> None:
    found = read((x, y) for y in (400, 100, 250) for x in (500, 100, 300))
    assert found == [[(x, y) for x in (100, 300, 500)] for y in (100, 250, 400)]


def test_a_slanting_line_stays_one_line() -> None:
    found = read((80 + 50 * n, y + 11 * n) for n in range(8) for y in (150, 220))
    assert [len(line) for line in found] == [8, 8]


def sized(places: Iterable[tuple[float, float, float]]) -> list[Blob]:
    """Return characters 20 wide with upper edges and heights of their own."""
    return [
        Blob(Box(round(x), round(y), 20, round(high)), number + 1, 300)
        for number, (x, y, high) in enumerate(places)
    ]


@pytest.mark.parametrize("slope", [-0.25, -0.15, 0.15, 0.25])
def test_words_far_apart_that_rise_or_fall_stay_one_line(slope: float) -> None:
    """The first low letter of a word is above or below the last one of the word before."""
    steps = [0, *[35, 35, 35, 20 + 8.5 / abs(slope)] * 4]
    xs = np.cumsum(steps).tolist()
    found = sized((x, 300 + slope * x - 18, 18) for x in xs)
    assert len(lines._find_level(found, lines.LINES)) > 1  # what the slope is for
    ((*line,),) = arrange(found)
    assert [blob.label for blob in line] == list(range(1, len(found) + 1))


def test_a_word_that_is_a_step_higher_is_of_the_line_that_rises_to_it() -> None:
    word = [(40 * n, 200 - 6 * n, 30) for n in range(6)]
    higher = [(310 + 40 * n, 200 - 58 - 6 * n, 30) for n in range(6)]
    assert [len(line) for line in arrange(sized([*word, *higher]))] == [12]
    level = [(40 * n, 200, 30) for n in range(6)]
    apart = [(310 + 40 * n, 142, 30) for n in range(6)]
    assert [len(line) for line in arrange(sized([*level, *apart]))] == [6, 6]


def test_names_that_rise_take_no_mark_of_another_row() -> None:
    """Rows are level: what a name has risen by is not carried on to a mark far from it."""
    names = [(40 * n, 200 + 66 * row - 4.5 * n, 36) for row in range(6) for n in range(9)]
    marks = [(600, 200 + 66 * row, 36) for row in range(6)]
    found = arrange(sized([*names, *marks]))
    rows = [{(blob.label - 1) // 9 for blob in line if blob.label <= 54} for line in found]
    marked = [{blob.label - 55 for blob in line if blob.label > 54} for line in found]
    assert all(mark <= row for row, mark in zip(rows, marked, strict=True) if row)


def test_a_line_goes_on_after_a_tail_with_a_letter_that_is_higher() -> None:
    """Of "only too": neither the tail nor the letters before it are level with the t."""
    low = [(40 * n, 212, 22) for n in range(3)]
    tall, tail = (120, 192, 38), (160, 214, 44)
    high = [(220, 176, 42), *((260 + 40 * n, 204, 22) for n in range(7))]
    first = lines.edges_of(sized([*low, tall, tail]))
    found = sized([*low, tall, tail, *high])
    assert len(lines._follow_lines(found, lines.LINES.level)) == 2
    assert [len(line) for line in arrange(found)] == [13]
    below = [(x, y + 70, size) for x, y, size in high]  # two lines of a list, one of them indented
    assert [len(line) for line in arrange(sized([*low, tall, tail, *below]))] == [5, 8]
    for away, goes_on in ((-40, True), (0, True), (200, False)):
        other = lines.edges_of(sized((x + away, y, size) for x, y, size in high))
        assert lines._goes_on(first, other, lines.LINES) is goes_on
        assert lines._goes_on(other, first, lines.LINES) is goes_on


def test_lines_that_rise_stay_apart_and_in_order() -> None:
    found = read((60 * n, y - 12 * n) for n in range(12) for y in (300, 370, 440))
    assert [len(line) for line in found] == [12] * 3
    assert [line[0][1] for line in found] == [300, 370, 440]


def test_the_slope_is_that_of_most_neighbours_in_long_lines() -> None:
    def slope(*rows: Sequence[tuple[float, float]]) -> float:
        return lines.find_slope([blobs(row) for row in rows])

    assert slope([(50 * n, 200 + 5 * n) for n in range(6)]) == pytest.approx(0.1)
    tail = [(50 * n, 200 + 5 * n + 15 * (n == 2)) for n in range(9)]
    assert slope(tail) == pytest.approx(0.1, abs=0.01)
    assert slope([(50 * n, 200 + 5 * n) for n in range(3)]) == 0.0  # too short to say
    assert slope([(50 * n, 200 + 40 * n) for n in range(9)]) == 0.0  # no writing falls so
    assert slope() == 0.0


def test_two_rows_close_above_each_other_stay_apart() -> None:
    found = read((x, y) for x in (100, 200, 300) for y in (200, 238))
    assert [len(line) for line in found] == [3, 3]


def words(left: int, top: int, lines: int, characters: int = 6) -> list[tuple[float, float]]:
    return [(left + 40 * n, top + 70 * row) for row in range(lines) for n in range(characters)]


@pytest.mark.parametrize("shift", [0, 20])
def test_columns_are_read_one_after_the_other(shift: int) -> None:
    found = read(words(50, 100, 4) + words(500, 100 + shift, 5))
    assert [line[0][0] for line in found] == [50] * 4 + [500] * 5
    assert all(len(line) == 6 for line in found)


def test_a_heading_over_columns_is_read_first_and_what_stands_below_last() -> None:
    wide = words(50, 20, 1, 18)
    below = words(50, 450, 1, 18)
    found = read(below + words(500, 100, 4) + words(50, 100, 4) + wide)
    assert [len(line) for line in found] == [18, *[6] * 8, 18]
    assert [line[0][0] for line in found[1:-1]] == [50] * 4 + [500] * 4


def test_rows_of_single_characters_far_apart_are_no_columns() -> None:
    found = read((100 + 200 * n, 100 + 90 * row) for row in range(5) for n in range(4))
    assert [len(line) for line in found] == [4] * 5


def test_nothing_makes_no_lines() -> None:
    assert arrange([]) == ()


def test_a_tall_character_starts_no_line_of_its_own() -> None:
    small = [Blob(Box(30 * n, 36, 18, 17), n + 1, 99) for n in (0, 1, 2, 4, 8, 9, 10)]
    split = [Blob(Box(92, 16, 14, 28), 20, 99), Blob(Box(91, 36, 6, 24), 21, 99)]
    tall = [Blob(Box(150, 13, 41, 35), 22, 99), Blob(Box(198, 15, 13, 32), 23, 99)]
    (line,) = arrange([*small, *split, *tall])
    assert len(line) == 11


def test_lines_that_stand_above_each_other_are_not_joined() -> None:
    found = read([*((40 * n, 100) for n in range(6)), *((40 * n, 118) for n in range(6))])
    assert [len(line) for line in found] == [6, 6]


def test_what_stands_above_a_part_of_a_line_is_not_joined_to_the_rest() -> None:
    """It runs through the gaps of the first part alone; the second is in these."""
    first, second, other = (
        [Blob(Box(x + 100 * n, y, 25, 30), 3 * number + n + 1, 300) for n in range(3)]
        for number, (x, y) in enumerate([(0, 100), (50, 105), (52, 115)])
    )
    found = lines._join_lines([first, second, other], lines.LINES)
    assert sorted(len(line) for line in found) == [3, 6]


@pytest.mark.parametrize(
    "places",
    [
        [(23 * (n % 70), 29 * (n // 70)) for n in range(5000)],
        [(10, 20 * n) for n in range(5000)],
        [(10 + 800 * (n % 2), 20 * (n // 2)) for n in range(5000)],
        [(10 + 20 * (n % 3) + 800 * (n // 3 % 2), 20 * (n // 6)) for n in range(5000)],
        [(n, n) for n in range(5000)],
    ],
    ids=["full page", "one column", "two of single characters", "two of three", "diagonal"],
)
def test_thousands_of_characters_are_looked_at_a_bounded_number_of_times(
    places: list[tuple[float, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    follow = lines._follow_lines

    def counted(found: Sequence[Blob], level: float) -> list[list[Blob]]:
        looked.append(len(found))
        return follow(found, level)

    monkeypatch.setattr(lines, "_follow_lines", counted)
    found = arrange(blobs(places, 14))
    assert sum(len(line) for line in found) == len(places)
    assert sum(looked) < 30_000


def test_a_picture_of_one_line_keeps_what_fills_its_gaps() -> None:
    row = [Blob(Box(40 * n, 50, 25, 30), n + 1, 300) for n in range(6) if n != 3]
    high = Blob(Box(120, 24, 25, 34), 9, 300)
    above = [Blob(Box(40 * n, 0, 25, 8), 20 + n, 90) for n in range(4)]
    ((*line,),) = lines.arrange_one([*row, high, *above])
    assert [blob.label for blob in line] == [1, 2, 3, 9, 5, 6]
    assert lines.arrange_one([]) == ()
