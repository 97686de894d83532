from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_device.box import Box
from emnist_device.detect.grouping import find_middles, group
from emnist_device.detect.maps import Maps

if TYPE_CHECKING:
    from collections.abc import Sequence

SHAPE = (40, 60)  # cells

Piece = tuple[Box, tuple[int, int]]


def maps_of(pieces: Sequence[Piece], middles: Sequence[tuple[int, int]]) -> Maps:
    """Return perfect maps of ``pieces``: boxes of ink in cells, and the middle each points to."""
    coverage = np.zeros((2 * SHAPE[0], 2 * SHAPE[1]), np.uint8)
    middle = np.zeros(SHAPE, np.float32)
    offset = np.zeros((*SHAPE, 2), np.float32)
    for (x, y, width, height), (to_x, to_y) in pieces:
        coverage[2 * y : 2 * (y + height), 2 * x : 2 * (x + width)] = 255
        rows, columns = np.mgrid[y : y + height, x : x + width]
        offset[y : y + height, x : x + width] = np.stack([to_x - columns, to_y - rows], axis=2)
    for x, y in middles:
        middle[y, x] = 0.9
    return Maps(coverage, middle, offset)


def test_touching_characters_come_apart() -> None:
    pieces = [(Box(10, 10, 6, 16), (13, 18)), (Box(16, 10, 6, 16), (19, 18))]
    labels, blobs = group(maps_of(pieces, [(13, 18), (19, 18)]))
    assert sorted(blob.box for blob in blobs) == [(20, 20, 12, 32), (32, 20, 12, 32)]
    assert sorted(np.unique(labels).tolist()) == [0, 1, 2]


def test_parts_that_point_to_one_middle_come_together() -> None:
    dot, stem = Box(20, 8, 3, 3), Box(20, 14, 3, 12)
    _, (blob,) = group(maps_of([(dot, (21, 17)), (stem, (21, 17))], [(21, 17)]))
    assert blob.box == (40, 16, 6, 36)
    assert blob.area == 4 * (9 + 36)


def test_ink_that_points_to_no_middle_is_noise() -> None:
    pieces = [(Box(10, 10, 6, 16), (13, 18)), (Box(50, 30, 6, 6), (53, 33))]
    labels, (blob,) = group(maps_of(pieces, [(13, 18)]))
    assert blob.box == (20, 20, 12, 32)
    assert not labels[60:72, 100:112].any()


def test_a_dash_and_a_blot_are_no_characters_and_an_upright_bar_is() -> None:
    dash, blot, bar = Box(5, 10, 12, 3), Box(25, 8, 12, 12), Box(45, 6, 4, 20)
    middles = [(box.x + box.width // 2, box.y + box.height // 2) for box in (dash, blot, bar)]
    _, blobs = group(maps_of(list(zip((dash, blot, bar), middles, strict=True)), middles))
    assert [blob.box for blob in blobs] == [(90, 12, 8, 40)]


def test_a_speck_is_no_character() -> None:
    maps = maps_of([(Box(10, 10, 2, 6), (11, 13))], [(11, 13), (40, 20)])
    maps.coverage[40:43, 80:83] = 255
    _, blobs = group(maps)
    assert [blob.box for blob in blobs] == [(20, 20, 4, 12)]


def test_what_is_hardly_covered_is_nobodys() -> None:
    maps = maps_of([(Box(10, 10, 6, 16), (13, 18))], [(13, 18)])
    maps.coverage[20:52, 32:40] = 40
    labels, (blob,) = group(maps)
    assert blob.box == (20, 20, 12, 32)
    assert not labels[:, 32:40].any()


def test_a_middle_without_ink_is_no_character() -> None:
    assert group(maps_of([], [(13, 18)]))[1] == []


def test_a_middle_that_is_not_likely_is_none() -> None:
    maps = maps_of([], [(10, 10), (30, 10)])
    maps.middle[10, 30] = 0.3
    assert find_middles(maps).tolist() == [[10, 10]]


def test_of_neighbouring_middles_the_surest_stays() -> None:
    maps = maps_of([], [(10, 10), (30, 10)])
    maps.middle[10, 11] = 0.9  # a plateau
    maps.middle[11, 30] = 0.7
    found = find_middles(maps)
    assert len(found) == 2
    assert [10, 30] in found.tolist()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 30))
def test_any_maps_are_grouped_within_their_bounds(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    maps = Maps(
        rng.integers(0, 256, (2 * rows, 2 * columns), dtype=np.uint8),
        rng.random((rows, columns), np.float32),
        rng.normal(0, 20, (rows, columns, 2)).astype(np.float32),
    )
    labels, blobs = group(maps)
    for blob in blobs:
        x, y, width, height = blob.box
        own = (labels == blob.label) & (maps.coverage >= 128)
        assert own.sum() == blob.area == own[y : y + height, x : x + width].sum()
        assert own[y].any()
        assert own[:, x + width - 1].any()
