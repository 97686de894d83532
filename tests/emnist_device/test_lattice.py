from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.lattice import SHAPES, candidates, likeliest, picture_blobs, resolve
from emnist_device.segment import Layout, components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device import lattice


def layout(*rectangles: tuple[int, int, int, int]) -> Layout:
    """A line of filled rectangles (x, y, width, height), each a blob if they do not touch."""
    mask = np.zeros((100, 300), np.uint8)
    for x, y, width, height in rectangles:
        mask[y : y + height, x : x + width] = 255
    labels, blobs = components(mask)
    blobs.sort(key=lambda blob: blob.box.x)
    return Layout((tuple(blobs),), labels, 1.0)


# Two blocks joined by a bridge, and a block by itself.
TOUCHING = layout((10, 20, 40, 60), (80, 20, 40, 60), (50, 48, 30, 4), (160, 20, 40, 60))


@pytest.fixture
def judge() -> lattice.Judge:
    def judged(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        probabilities = np.full((len(pictures), len(SHAPES)), 0.01, np.float32)
        for row, picture in zip(probabilities, pictures, strict=True):
            columns = np.flatnonzero((picture > 200).any(axis=0))
            width = int(np.ptp(columns)) + 1 if len(columns) else 0
            kind = "p" if width < 8 else "c" if width < 17 else "s"
            row[SHAPES.index(kind)] = 0.97
        return probabilities

    return judged


def test_touching_characters_are_parted(judge: lattice.Judge) -> None:
    assert len(TOUCHING.lines[0]) == 2
    (line,) = resolve(TOUCHING, judge).lines
    assert len(line) == 3
    first, second, third = (blob.box for blob in line)
    assert first.x == 10
    assert 50 <= first.right <= second.x <= 80
    assert second.right == 120
    assert third == TOUCHING.lines[0][1].box


def test_the_parts_of_a_cut_blob_hold_all_of_its_ink(judge: lattice.Judge) -> None:
    resolved = resolve(TOUCHING, judge)
    ink = sum(int((resolved.crop(blob) > 0).sum()) for blob in resolved.lines[0])
    assert ink == int((TOUCHING.labels > 0).sum())
    assert sum(blob.area for blob in resolved.lines[0]) == ink


def test_parts_are_joined(judge: lattice.Judge) -> None:
    broken = layout((10, 20, 18, 60), (32, 20, 18, 60), (160, 20, 40, 60))
    (line,) = resolve(broken, judge).lines
    assert [tuple(blob.box) for blob in line] == [(10, 20, 40, 60), (160, 20, 40, 60)]


def test_what_is_sure_stays_and_the_layout_with_it(judge: lattice.Judge) -> None:
    apart = layout((10, 20, 40, 60), (80, 20, 40, 60))
    assert resolve(apart, judge) is apart


@pytest.mark.parametrize(("noise", "lines"), [(0.5, 1), (0.99, 1), (0.9999, 0)])
def test_ink_is_dropped_as_noise_only_where_the_model_is_all_but_sure(
    noise: float, lines: int
) -> None:
    def judged(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        row = np.zeros((1, len(SHAPES)), np.float32)
        row[0, SHAPES.index("n")], row[0, SHAPES.index("c")] = noise, 1 - noise
        return np.repeat(row, len(pictures), axis=0)

    assert len(resolve(layout((10, 20, 30, 60)), judged).lines) == lines


def test_an_empty_layout_stays_empty(judge: lattice.Judge) -> None:
    nothing = Layout((), np.zeros((10, 10), np.int32), 1.0)
    assert resolve(nothing, judge).lines == ()


def test_pictures_show_own_ink_bright_and_the_ink_of_others_dim() -> None:
    two = layout((100, 20, 30, 60), (140, 20, 30, 60))
    first, second = picture_blobs(two, [(two.lines[0], 60.0)])
    assert first.shape == (28, 28)
    assert first.max() == 255
    assert 60 < first[14, 26] < 120
    assert 60 < second[14, 1] < 120
    assert first[1].max() == 0


def test_pictures_of_blobs_at_the_edge_and_larger_than_the_window() -> None:
    wide = layout((0, 0, 300, 40))
    (picture,) = picture_blobs(wide, [(wide.lines[0], 40.0)])
    assert picture[14].min() == 255
    corner = layout((0, 0, 20, 30), (285, 80, 15, 20))
    assert picture_blobs(corner, [(corner.lines[0], 30.0)]).shape == (2, 28, 28)


def test_candidates_of_sure_blobs_are_themselves_alone() -> None:
    three = layout((10, 20, 30, 60), (44, 20, 30, 60), (78, 20, 30, 60))
    line = three.lines[0]
    assert [c.blob for c in candidates(line, [True] * 3, 60, three.labels)] == list(line)
    joined = candidates(line, [False, False, True], 60, three.labels.copy())
    assert max(c.blob.box.right for c in joined if c.joins) == 74


def test_the_likeliest_way_covers_each_atom_once() -> None:
    rng = np.random.default_rng(4)
    line = layout(*((10 + 22 * k, 20, 18, 60) for k in range(8)))
    row = candidates(line.lines[0], [False] * 8, 60, line.labels.copy())
    for _ in range(20):
        shapes = rng.dirichlet([1, 1, 1, 0.01], len(row)).astype(np.float32)
        chosen = likeliest(row, shapes)
        assert sum(blob.area for blob in chosen) == 8 * 18 * 60
