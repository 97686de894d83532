from __future__ import annotations

from collections import Counter
from itertools import islice

import cv2
import numpy as np
import pytest

from emnist_edge import Decoding, Reader
from emnist_edge.alphabet import confusable_group
from evaluate.crops import (
    ALIKE_ROWS,
    ODD_ROWS,
    Crop,
    alike_rows,
    cells,
    empty_pages,
    empty_tables,
    kept,
    numbers,
    odd_rows,
    right,
    sample_lines,
)


def test_rows_have_one_odd_digit() -> None:
    for crop in odd_rows(8, 1):
        counts = sorted(crop.text.count(char) for char in set(crop.text))
        assert counts == [1, len(crop.text) - 1]
        assert 6 <= len(crop.text) <= 12


@pytest.mark.parametrize("kinds", ODD_ROWS.values(), ids=ODD_ROWS)
def test_rows_are_of_the_kinds_that_are_asked_for(kinds: tuple[str, str]) -> None:
    for crop in odd_rows(8, 3, kinds=kinds):
        (usual, _), (odd, once) = Counter(crop.text).most_common()
        assert once == 1
        assert usual in kinds[0]
        assert odd in kinds[1]
        assert confusable_group(usual) != confusable_group(odd)


def test_look_alikes_are_put_side_by_side() -> None:
    drawn = list(alike_rows(len(ALIKE_ROWS), 3))
    for crop, pair in zip(drawn, ALIKE_ROWS, strict=True):
        usual, odd = tuple(pair)
        assert Counter(crop.text) == {usual: len(crop.text) - 1, odd: 1}
        assert 6 <= len(crop.text) <= 12


def test_case_is_compared_where_it_is_asked_for() -> None:
    (crop,) = odd_rows(1, 3, kinds=ODD_ROWS["capitals"])
    other = Crop(crop.picture, crop.text.swapcase())
    alone = Reader(decoding=Decoding(context="none"))
    assert right(alone, iter([crop, other]), case=False) == [True, True]
    assert right(alone, iter([crop, other])).count(True) == 1


def test_pages_and_tables_without_writing_are_empty() -> None:
    pages, tables = list(islice(empty_pages(13, 3), 2)), list(empty_tables(4, 3))
    assert {crop.text for crop in pages + tables} == {""}
    for crop in tables:
        ink = (
            np.abs(crop.picture.astype(int) - np.median(crop.picture, axis=(0, 1))).max(axis=2) > 50
        )
        assert 0.005 < ink.mean() < 0.3
    blank = pages[0]
    assert right(Reader(), iter([blank, Crop(blank.picture, "A")])) == [True, False]


def test_numbers_are_cut_out_along_their_ink() -> None:
    for crop in numbers(2, 4, 1):
        ink = cv2.cvtColor(crop.picture, cv2.COLOR_BGR2GRAY) < 160
        assert ink[[0, 1, -2, -1]].any()
        assert ink[:, [0, 1, -2, -1]].any()


def test_what_is_right_is_told_from_what_is_not() -> None:
    reader = Reader(decoding=Decoding(charset="digits"))
    (crop,) = numbers(2, 1, 3)
    assert right(reader, iter([crop, Crop(crop.picture, "999")])) == [True, False]
    assert kept([True, False, True], [True, True, False]) == [True, False]


def test_digits_numbers_cells_and_odd_rows_are_read() -> None:
    reader = Reader(decoding=Decoding(charset="digits"))
    assert sum(right(reader, numbers(1, 12, 2))) >= 11
    assert sum(right(reader, numbers(3, 12, 2))) >= 11
    assert sum(right(reader, cells(12, 2))) >= 11
    alone = Reader(decoding=Decoding(charset="digits", context="none"))
    rows, bare = (right(each, odd_rows(12, 2)) for each in (reader, alone))
    assert sum(kept(rows, bare)) == sum(bare) >= 10


def test_lines_of_the_samples_are_read_when_cut_out() -> None:
    reader = Reader()
    found = right(reader, sample_lines(reader))
    assert np.mean(found) >= 39 / 41
