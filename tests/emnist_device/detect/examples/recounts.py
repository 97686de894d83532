"""Examples of lines that lack characters by what their pattern asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.decoding import Expected
from emnist_device.detect.decision import Found, which_look_alike
from emnist_device.detect.grouping import Blob
from emnist_device.detect.layout import Layout
from emnist_device.detect.recount import Recount
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.detect.thresholds import Thresholds

HEIGHT, WIDTH = 10, 8


def widths(
    t: Thresholds,
    wanted: int,
    seen: Sequence[float],
    parts: float = 0.9,
    *,
    wide: Sequence[int] = (),
    necks: Sequence[int] = (),
) -> list[int]:
    """Return the widths of the boxes of a line that should have ``wanted`` characters.

    seen: how probably each that was found is a digit, as all should be. parts: the same of any part
    of one. wide: their widths. necks: how high the ink is in the middle of each.
    """
    coverage = np.zeros((20, 200), np.uint8)
    labels = np.zeros(coverage.shape, np.int32)
    blobs, x = [], 2
    for number in range(len(seen)):
        width = wide[number] if wide else WIDTH
        labels[4 : 4 + HEIGHT, x : x + width] = number + 1
        coverage[4 : 4 + HEIGHT, x : x + width] = 255
        coverage[4 : 4 + HEIGHT - (necks or [2] * len(seen))[number], x + 2 : x + width - 2] = 0
        blobs.append(Blob(Box(x, 4, width, HEIGHT), number + 1, 50))
        x += width + 3
    probabilities = np.array([[each, 1 - each] for each in seen], np.float32)
    glyphs = np.zeros((len(seen), 28, 28), np.uint8)
    found = Found(Layout((tuple(blobs),), labels, coverage, 1.0), glyphs, probabilities, 1.0)
    recount = Recount(
        lambda glyphs: np.full((len(glyphs), 2), (parts, 1 - parts), np.float32),
        which_look_alike("1R"),
        recounts=t.recounts,
    )
    fitting = np.array([True, False])
    mended = recount.mend(found, Expected(fitting, fitting, frozenset([wanted])))
    return [blob.box.width for blob in mended.layout.blobs]


@decides("Recounts")
def two_of_a_line_are_cut(t: Thresholds) -> bool:
    return len(widths(t, 5, [0.4, 0.4, 0.4])) == 5


@decides("Recounts")
def a_line_that_lacks_three_is_other_writing(t: Thresholds) -> bool:
    return len(widths(t, 6, [0.4, 0.4, 0.4])) == 3


@decides("Recounts")
def parts_that_may_be_digits_are_taken(t: Thresholds) -> bool:
    return len(widths(t, 2, [0.003], 0.3)) == 2


@decides("Recounts")
def parts_that_are_hardly_digits_are_not(t: Thresholds) -> bool:
    return len(widths(t, 2, [0.003], 0.15)) == 1


@decides("Recounts")
def one_that_stays_may_be_misread(t: Thresholds) -> bool:
    return len(widths(t, 5, [0.01, 0.01, 0.9, 0.9])) == 5


@decides("Recounts")
def most_of_a_line_must_be_digits(t: Thresholds) -> bool:
    return len(widths(t, 5, [0.01, 0.01, 0.01, 0.9])) == 4


@decides("Recounts")
def of_equals_the_widest_is_cut(t: Thresholds) -> bool:
    return widths(t, 4, [0.9, 0.34, 0.9], wide=(12, 8, 8))[0] < 12


@decides("Recounts")
def a_wide_digit_that_is_read_surely_stays(t: Thresholds) -> bool:
    return widths(t, 4, [0.9, 0.21, 0.9], wide=(12, 8, 8))[0] == 12


@decides("Recounts")
def the_thinnest_joint_is_cut(t: Thresholds) -> bool:
    return widths(t, 3, [0.35, 0.18], necks=(1, 5))[0] < WIDTH


@decides("Recounts")
def what_is_no_digit_is_cut_through_thick_ink(t: Thresholds) -> bool:
    return widths(t, 3, [0.35, 0.01], necks=(1, 5))[0] == WIDTH
