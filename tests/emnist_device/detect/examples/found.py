"""Examples of what is found by the page network: characters, their ink, lines, decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob, find_middles, group
from emnist_device.detect.look import look_at
from emnist_device.detect.maps import Maps
from emnist_device.detect.restore import find_wholes
from emnist_device.detect.view import View, Writing
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.thresholds import Thresholds

CELLS = (40, 60)


def maps_of(
    boxes: Sequence[tuple[int, int, int, int]], probability: float = 0.9, ink: int = 255
) -> Maps:
    """Return maps of characters whose ink fills ``boxes``, in cells."""
    coverage = np.zeros((2 * CELLS[0], 2 * CELLS[1]), np.uint8)
    middle = np.zeros(CELLS, np.float32)
    offset = np.zeros((*CELLS, 2), np.float32)
    for x, y, width, height in boxes:
        at_x, at_y = x + width // 2, y + height // 2
        coverage[2 * y : 2 * (y + height), 2 * x : 2 * (x + width)] = ink
        rows, columns = np.mgrid[y : y + height, x : x + width]
        offset[y : y + height, x : x + width] = np.stack([at_x - columns, at_y - rows], axis=2)
        middle[at_y, at_x] = probability
    return Maps(coverage, middle, offset)


def boxes_of(maps: Maps, t: Thresholds) -> list[tuple[int, ...]]:
    """Return the boxes of the characters in ``maps``, in cells."""
    _, blobs = group(maps, grouping=t.looks.grouping)
    return sorted(tuple(side // 2 for side in blob.box) for blob in blobs)


BAR = (10, 10, 3, 16)


@decides("Grouping")
def a_middle_of_a_half_is_one(t: Thresholds) -> bool:
    return boxes_of(maps_of([BAR], 0.55), t) == [BAR]


@decides("Grouping")
def a_middle_of_a_quarter_is_none(t: Thresholds) -> bool:
    return boxes_of(maps_of([BAR], 0.28), t) == []


@decides("Grouping")
def two_peaks_of_a_plateau_are_one_middle(t: Thresholds) -> bool:
    maps = maps_of([BAR])
    maps.middle[17:20, 11] = 0.85, 0.84, 0.86
    return len(find_middles(maps, grouping=t.looks.grouping)) == 1


@decides("Grouping")
def middles_near_each_other_stay_two(t: Thresholds) -> bool:
    boxes = [(10, 10, 2, 16), (12, 10, 2, 16)]
    return boxes_of(maps_of(boxes), t) == boxes


def pointing_beside(cells: int) -> Maps:
    """Return maps of a bar whose upper half points so many cells beside its middle."""
    maps = maps_of([BAR])
    maps.offset[10:18, 10:14, 0] += cells
    return maps


@decides("Grouping")
def ink_that_points_beside_its_middle_belongs_to_it(t: Thresholds) -> bool:
    return boxes_of(pointing_beside(5), t) == [BAR]


@decides("Grouping")
def ink_that_points_far_away_is_noise(t: Thresholds) -> bool:
    return boxes_of(pointing_beside(9), t) == [(10, 18, 3, 8)]


@decides("Grouping")
def what_is_covered_by_more_than_half_is_ink(t: Thresholds) -> bool:
    return boxes_of(maps_of([BAR], ink=160), t) == [BAR]


@decides("Grouping")
def what_is_covered_by_less_than_half_is_none(t: Thresholds) -> bool:
    return boxes_of(maps_of([BAR], ink=100), t) == []


def is_edge_its(t: Thresholds, coverage: int) -> bool:
    """Say whether cells beside a bar that are covered so much belong to it."""
    maps = maps_of([(10, 10, 5, 16)])
    maps.coverage[20:52, 28:30] = coverage
    return bool(group(maps, grouping=t.looks.grouping)[0][30, 28])


@decides("Grouping")
def cells_of_an_edge_are_the_characters(t: Thresholds) -> bool:
    return is_edge_its(t, 110)


@decides("Grouping")
def cells_with_little_ink_are_nobodys(t: Thresholds) -> bool:
    return not is_edge_its(t, 60)


@decides("Grouping")
def a_small_bar_is_a_character(t: Thresholds) -> bool:
    return boxes_of(maps_of([(10, 10, 1, 5)]), t) == [(10, 10, 1, 5)]


@decides("Grouping")
def a_speck_is_none(t: Thresholds) -> bool:
    maps = maps_of([(10, 10, 1, 3)])
    maps.coverage[25] = 0
    return boxes_of(maps, t) == []


def ring(missing: float) -> Maps:
    """Return maps of a square with a hole of this fraction of its area."""
    maps = maps_of([(10, 10, 14, 14)])
    side = round(28 * missing**0.5)
    start = 34 - side // 2
    maps.coverage[start : start + side, start : start + side] = 0
    return maps


@decides("Grouping")
def what_is_nearly_full_is_a_blot(t: Thresholds) -> bool:
    return boxes_of(ring(0.05), t) == []


@decides("Grouping")
def what_has_a_hole_is_a_character(t: Thresholds) -> bool:
    return len(boxes_of(ring(0.3), t)) == 1


@decides("Grouping")
def a_wide_bar_is_a_dash_and_a_narrow_one_a_1(t: Thresholds) -> bool:
    return boxes_of(maps_of([(10, 10, 6, 16), (30, 10, 12, 16)]), t) == [(10, 10, 6, 16)]


# --- looks ---


def look(
    t: Thresholds, guess: float, heights: Sequence[int], middle: float = 0.9
) -> tuple[int, int]:
    """Return how often a network that finds bars of ``heights`` looks, and how many it finds."""
    zooms: list[float] = []

    def network(contrast: NDArray[np.uint8]) -> Maps:
        zoom = contrast.shape[0] / 320
        zooms.append(zoom)
        high, wide = contrast.shape[0] // 2, contrast.shape[1] // 2
        coverage, middles = (
            np.zeros((2 * high, 2 * wide), np.uint8),
            np.zeros((high, wide), np.float32),
        )
        offset = np.zeros((high, wide, 2), np.float32)
        for number, height in enumerate(heights):
            x, tall = round(20 * zoom * (number + 1)), round(height * zoom)
            coverage[10 : 10 + tall, x : x + 4] = 255
            middles[(10 + tall // 2) // 2, x // 2] = middle
            rows = np.arange(high)[:, None]
            offset[:, x // 2 : x // 2 + 2, 1] = (10 + tall // 2) // 2 - rows
        return Maps(coverage, middles, offset)

    view = View(np.zeros((320, 320), np.uint8), 1.0, Writing(guess, 4), grain=middle < 0.9)
    found = look_at(view, network, looks=t.looks)
    return len(zooms), len(found.blobs)


@decides("Looks")
def writing_twice_as_high_as_guessed_is_looked_at_again(t: Thresholds) -> bool:
    return look(t, 32, [66] * 5)[0] == 2


@decides("Looks")
def writing_a_quarter_higher_than_guessed_is_not(t: Thresholds) -> bool:
    return look(t, 32, [40] * 5)[0] == 1


@decides("Looks")
def the_usual_height_is_that_of_tall_letters(t: Thresholds) -> bool:
    small, tall = [22] * 5, [44] * 5
    return look(t, 44, small + tall)[0] == 1 and look(t, 44, small * 2 + [120] * 2)[0] == 2


@decides("Looks")
def on_rough_paper_a_sure_middle_is_writing(t: Thresholds) -> bool:
    return look(t, 32, [32] * 3, 0.85)[1] == 3


@decides("Looks")
def on_rough_paper_middles_of_a_half_are_grain(t: Thresholds) -> bool:
    return look(t, 32, [32] * 3, 0.5)[1] == 0


# --- ink that was left out ---

FOUND = Box(20, 20, 20, 25)


def wholes(
    t: Thresholds, left_out: tuple[int, int, int, int], contrast: int = 180, coverage: int = 255
) -> bool:
    """Say whether ink at ``left_out`` hangs on a character."""
    shape = (140, 160)
    seen, covered, labels = (np.zeros(shape, np.uint8) for _ in range(3))
    x, y, width, height = left_out
    seen[y : y + height, x : x + width] = contrast
    window = (slice(FOUND.y, FOUND.bottom), slice(FOUND.x, FOUND.right))
    seen[window], covered[window], labels[window] = 200, coverage, 1
    blob = Blob(FOUND, 1, FOUND.width * FOUND.height)
    found = find_wholes(seen, labels.astype(np.int32), covered, [blob], restoring=t.restoring)
    return 1 in found


@decides("Restoring")
def a_foot_hangs_on_its_character(t: Thresholds) -> bool:
    return wholes(t, (20, 45, 40, 3))


@decides("Restoring")
def a_pale_foot_does_too(t: Thresholds) -> bool:
    return wholes(t, (20, 45, 40, 3), contrast=125)


@decides("Restoring")
def what_is_much_paler_is_no_ink(t: Thresholds) -> bool:
    return not wholes(t, (20, 45, 40, 3), contrast=70)


@decides("Restoring")
def a_few_pixels_make_no_difference(t: Thresholds) -> bool:
    return not wholes(t, (20, 45, 18, 2))


@decides("Restoring")
def a_tenth_more_ink_does(t: Thresholds) -> bool:
    return wholes(t, (20, 45, 14, 4))


@decides("Restoring")
def a_long_line_is_a_rule(t: Thresholds) -> bool:
    return not wholes(t, (20, 45, 80, 3))


@decides("Restoring")
def a_high_line_is_one_of_a_box(t: Thresholds) -> bool:
    return not wholes(t, (38, 20, 3, 60))


@decides("Restoring")
def a_tail_is_no_such_line(t: Thresholds) -> bool:
    return wholes(t, (38, 20, 4, 34))


@decides("Restoring")
def ink_is_what_is_covered_by_half(t: Thresholds) -> bool:
    return wholes(t, (20, 45, 40, 3), coverage=160) and not wholes(t, (20, 45, 40, 3), coverage=100)


def half_found(t: Thresholds, coverage: int) -> bool:
    """Say whether a foot counts as left out of which the network found so much."""
    shape = (140, 160)
    seen, covered, labels = (np.zeros(shape, np.uint8) for _ in range(3))
    for window, found in ((np.s_[20:45, 20:40], 255), (np.s_[45:48, 20:60], coverage)):
        seen[window], covered[window], labels[window] = 200, found, 1
    blob = Blob(FOUND, 1, 500)
    return 1 in find_wholes(seen, labels.astype(np.int32), covered, [blob], restoring=t.restoring)


@decides("Restoring")
def what_was_found_half_was_not_left_out(t: Thresholds) -> bool:
    return not half_found(t, 120)


@decides("Restoring")
def what_was_hardly_found_was_left_out(t: Thresholds) -> bool:
    return half_found(t, 60)
