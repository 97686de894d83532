from __future__ import annotations

import cv2
import numpy as np

from emnist_edge import Decoding, Reader
from evaluate.crops import Crop, cells, kept, numbers, odd_rows, right, sample_lines


def test_rows_have_one_odd_digit() -> None:
    for crop in odd_rows(8, 1):
        counts = sorted(crop.text.count(char) for char in set(crop.text))
        assert counts == [1, len(crop.text) - 1]
        assert 6 <= len(crop.text) <= 12


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
