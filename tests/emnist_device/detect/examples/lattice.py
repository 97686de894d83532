"""Examples of what ink makes a character."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob
from emnist_device.detect.lattice.arcs import find_neighbours, join
from emnist_device.detect.lattice.atoms import find_atoms
from emnist_device.detect.lattice.cuts import find_cuts
from emnist_device.detect.lattice.lattice import Lattice
from emnist_device.detect.lattice.leftover import find_leftovers
from emnist_device.detect.lattice.scores import score_cuts, score_leftovers, score_unions
from emnist_device.detect.layout import Layout
from emnist_device.detect.look import Look
from emnist_device.detect.maps import Maps
from emnist_device.detect.restore import Whole
from emnist_device.detect.view import View, Writing
from tests.emnist_device.detect.examples.found import FOUND
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from emnist_device.detect.thresholds import Thresholds

HEIGHT = 32


def with_foot(t: Thresholds, foot: float) -> bool:
    """Say whether a character read with 0.8 keeps a foot with which it is read with ``foot``."""
    blob = Blob(FOUND, 1, 500)
    empty = np.zeros((90, 90), np.uint8)
    more = Whole(Blob(Box(20, 20, 40, 28), 1, 600), np.zeros((28, 40), np.uint8))
    labels = empty.astype(np.int32)
    labels[FOUND.y : FOUND.bottom, FOUND.x : FOUND.right] = 1
    layout = Layout(((blob,),), labels, empty, 1.0, {1: more})
    lattice = Lattice(layout, settings=t.lattice)
    probabilities = np.array([[0.8, 0.2], [foot, 1 - foot]], np.float32)
    (chosen,), _ = lattice.choose(probabilities, np.eye(2))
    return lattice.arcs[chosen].blob.area == 600


@decides("Settings")
def a_foot_is_kept_where_it_reads_about_as_well(t: Thresholds) -> bool:
    return with_foot(t, 0.77)


@decides("Settings")
def a_foot_is_left_where_it_reads_worse(t: Thresholds) -> bool:
    return not with_foot(t, 0.6)


def is_whole(t: Thresholds, height: int, *, sign: bool = False) -> bool:
    """Say whether a piece so many pixels high, left over beside two characters, is one as well.

    sign: it reads as a dot or a bar, not as a letter.
    """
    boxes = [Box(x, 40, 20, HEIGHT) for x in (40, 240)]
    seen, labels = np.zeros((200, 300), np.uint8), np.zeros((200, 300), np.int32)
    for label, box in enumerate([*boxes, Box(140, 40, 20, height)], 1):
        window = np.s_[box.y : box.bottom, box.x : box.right]
        seen[window], labels[window] = 255, label if label < 3 else 0
    maps = Maps(seen, np.full((100, 150), 0.9, np.float32), np.zeros((100, 150, 2), np.float32))
    view = View(seen, 1.0, Writing(HEIGHT, 3.0), grain=False)
    blobs = [Blob(box, label, 20 * HEIGHT) for label, box in enumerate(boxes, 1)]
    look = Look(view, 1.0, seen, maps, labels, blobs)
    lattice = Lattice(Layout((tuple(blobs),), labels, seen, 1.0, look=look), settings=t.lattice)
    told = [[0.9, 0.1], [0.9, 0.1], [0.1, 0.9] if sign else [0.9, 0.1]]
    chosen, _ = lattice.choose(np.array(told, np.float32), np.diag([1.0, 0.5]))
    return len(chosen) == 3


@decides("Settings")
def what_is_left_over_is_about_as_high_as_a_character(t: Thresholds) -> bool:
    low, lower = is_whole(t, 20), is_whole(t, 12)
    high, higher = is_whole(t, 38), is_whole(t, 50)
    return low and not lower and high and not higher


@decides("Settings")
def a_low_piece_may_be_a_dot_or_a_bar(t: Thresholds) -> bool:
    return is_whole(t, 12, sign=True)


def left_over(  # what is beside a piece
    t: Thresholds,
    size: tuple[int, int] = (20, 20),
    *,
    coverage: int = 255,
    rows: int = 20,
    distance: int = 2,
    contrast: float = 0.0,
    covered: int = 0,
) -> bool:
    """Say whether a piece of this size, in pixels, is a hypothesis of a character.

    Beside it are so many ``rows`` of ink, two columns, with this fraction of its contrast.
    """
    seen, found = np.zeros((2, 200, 300), np.uint8)
    width, height = size
    seen[40 : 40 + height, 100 : 100 + width] = 200
    found[40 : 40 + height, 100 : 100 + width] = coverage
    beside = np.s_[40 : 40 + rows, 99 - distance - 1 : 101 - distance]
    seen[beside], found[beside] = int(200 * contrast), covered
    labels = np.zeros(found.shape, np.int32)
    empty = np.zeros((100, 150), np.float32)
    maps = Maps(found, empty, np.zeros((100, 150, 2), np.float32))
    view = View(seen, 1.0, Writing(HEIGHT, 3.0), grain=False)
    look = Look(view, 1.0, seen, maps, labels, [])
    return bool(find_leftovers(look, HEIGHT, leftovers=t.lattice.leftovers)[1])


@decides("Leftovers")
def what_is_covered_by_more_than_half_is_ink(t: Thresholds) -> bool:
    return left_over(t, coverage=160) and not left_over(t, coverage=100)


@decides("Leftovers")
def specks_are_no_pieces(t: Thresholds) -> bool:
    return left_over(t, (2, 3)) and not left_over(t, (2, 2))


@decides("Leftovers")
def pictures_are_wide_or_high(t: Thresholds) -> bool:
    one = left_over(t, (50, 20)) and left_over(t, (20, 50))
    return one and not left_over(t, (100, 20)) and not left_over(t, (20, 120))


@decides("Leftovers")
def what_is_cut_out_of_darkness_is_no_piece(t: Thresholds) -> bool:
    return not left_over(t, contrast=0.7) and left_over(t, contrast=0.35)


@decides("Leftovers")
def a_little_ink_may_be_beside_it(t: Thresholds) -> bool:
    return left_over(t, contrast=1, rows=7) and not left_over(t, contrast=1, rows=14)


@decides("Leftovers")
def ink_farther_away_may_be_another_character(t: Thresholds) -> bool:
    return left_over(t, contrast=1, distance=5)


@decides("Leftovers")
def the_edge_of_found_ink_is_no_darkness(t: Thresholds) -> bool:
    return left_over(t, contrast=1, covered=120) and not left_over(t, contrast=1, covered=70)


def neighbours(
    t: Thresholds, one: Box, other: Box, coverage: int = 255
) -> tuple[bool | None, bool]:
    """Return whether the ink of two pieces touches, None for no neighbours; and if they may be one.

    Far away are characters of the usual height.
    """
    boxes = [one, other, *(Box(300 + 60 * n, 40, 20, HEIGHT) for n in range(8))]
    labels = np.zeros((300, 900), np.int32)
    covered = np.zeros((300, 900), np.uint8)
    for label, box in enumerate(boxes, 1):
        window = np.s_[box.y : box.bottom, box.x : box.right]
        labels[window], covered[window] = label, coverage
    blobs = tuple(Blob(box, n, box.width * box.height) for n, box in enumerate(boxes, 1))
    atoms = find_atoms(Layout((blobs,), labels, covered, 1.0))
    found = find_neighbours(atoms, unions=t.lattice.unions)
    return found.get((0, 1)), (0, 1) in join(atoms, found, unions=t.lattice.unions)


@decides("Unions")
def pieces_side_by_side_are_neighbours(t: Thresholds) -> bool:
    near, far = (neighbours(t, Box(40, 40, 9, 32), Box(49 + gap, 40, 9, 32)) for gap in (3, 6))
    return near == (False, True) and far == (None, False)


@decides("Unions")
def a_dot_is_a_neighbour_of_its_stem(t: Thresholds) -> bool:
    near, far = (neighbours(t, Box(40, 90, 9, 20), Box(40, 84 - gap, 6, 6)) for gap in (15, 25))
    return near == (False, True) and far == (None, False)


@decides("Unions")
def characters_are_not_wider_than_high(t: Thresholds) -> bool:
    one, two = (neighbours(t, Box(40, 40, w, 30), Box(40 + w, 40, w, 30)) for w in (25, 50))
    return one == (True, True) and two == (True, False)


@decides("Unions")
def characters_of_two_lines_are_not_one(t: Thresholds) -> bool:
    one, two = (neighbours(t, Box(40, 40, 9, h), Box(40, 40 + h, 9, h)) for h in (28, 60))
    return one == (True, True) and two == (True, False)


@decides("Unions")
def ink_touches_where_it_is_dark(t: Thresholds) -> bool:
    boxes = Box(40, 40, 9, 32), Box(49, 40, 9, 32)
    return neighbours(t, *boxes, 120)[0] is True and neighbours(t, *boxes, 60)[0] is False


def are_one(t: Thresholds, apart: float) -> bool:
    """Say whether two pieces are one character that point so far apart, in usual heights."""
    measures = np.array([[apart, 1.0, 0.8, 0.6, 0.2]])
    shape, nothing, parts = (np.log([each]) for each in (0.6, 0.05, 0.1))
    return bool(score_unions(measures, shape, nothing, parts, t.lattice.scores)[0] > 0)


@decides("Scores")
def pieces_that_point_to_one_place_are_one(t: Thresholds) -> bool:
    return are_one(t, 0.311) and not are_one(t, 0.327)


def is_read(t: Thresholds, middle: float) -> bool:
    """Say whether a low narrow piece beside two characters is one by its middle."""
    measures = np.array([[middle, np.log(0.4), np.log(0.2), 1.0, 1.0]])
    return bool(score_leftovers(measures, t.lattice.scores)[0] > 0)


@decides("Scores")
def a_piece_left_over_is_a_character_by_its_middle(t: Thresholds) -> bool:
    return is_read(t, 0.33) and not is_read(t, 0.305)


def cut(t: Thresholds, *parts: tuple[Box, float]) -> list[float]:
    """Return what fraction of the ink the smaller part has, of each cut of a piece.

    ``parts`` of the piece point to this column each. Far away are characters of the usual height.
    """
    seen, labels = np.zeros((200, 300), np.uint8), np.zeros((200, 300), np.int32)
    offset = np.zeros((100, 150, 2), np.float32)
    others = [Box(150 + 30 * n, 40, 20, HEIGHT) for n in range(4)]
    for box, aim in (*parts, *((each, each.x + 10) for each in others)):
        seen[box.y : box.bottom, box.x : box.right] = 255
        cells = np.s_[box.y // 2 : box.bottom // 2, box.x // 2 : box.right // 2]
        rows, columns = np.indices(offset.shape[:2])
        offset[cells] = np.stack([aim / 2 - columns, 28 - rows], axis=2)[cells]
    labels[seen > 0] = 1
    boxes = [box for box, _ in parts]
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    maps = Maps(seen, np.full((100, 150), 0.9, np.float32), offset)
    view = View(seen, 1.0, Writing(HEIGHT, 3.0), grain=False)
    for label, box in enumerate(others, 2):
        labels[box.y : box.bottom, box.x : box.right] = label
    blobs = [Blob(whole, 1, 500), *(Blob(box, n, 640) for n, box in enumerate(others, 2))]
    look = Look(view, 1.0, seen, maps, labels, blobs)
    atoms = find_atoms(Layout((tuple(blobs),), labels, seen, 1.0, look=look))
    found = find_cuts(atoms, maps, cuts=t.lattice.cuts)
    return [round(float(np.exp(each.measures[-2])), 2) for each in found]


def bars(t: Thresholds, apart: float) -> int:
    """Return how many cuts there are of two bars that point so far apart, in pixels."""
    left, right = Box(40, 40, 8, HEIGHT), Box(60, 40, 8, HEIGHT)
    return sum(share == 0.5 for share in cut(t, (left, 50), (right, 50 + apart))[:1])


@decides("Cuts")
def what_points_to_two_places_may_be_two(t: Thresholds) -> bool:
    return bars(t, 2.8) == 1 and bars(t, 1.6) == 0


@decides("Partings")
def a_wide_bar_is_cut_where_its_ink_points_apart(t: Thresholds) -> bool:
    def bar(half: int) -> list[float]:
        return cut(t, (Box(40, 40, half, 4), 44), (Box(40 + half, 40, half, 4), 56))

    return bar(10) == [0.5, 0.33] and bar(6) == []


@decides("Partings")
def neither_side_of_a_line_is_a_sliver(t: Thresholds) -> bool:
    # Lines that lean cut little ink at the corners of a block.
    least = min(cut(t, (Box(40, 40, 10, HEIGHT), 44), (Box(50, 40, 10, HEIGHT), 54)))
    return 0.1 < least < 0.2


@decides("Partings")
def a_full_stop_is_parted_and_a_speck_is_not(t: Thresholds) -> bool:
    def dot(width: int) -> list[float]:
        return cut(t, (Box(40, 40, 8, HEIGHT), 44), (Box(52, 68, width, 2), 80))

    return len(dot(4)) == 1 and dot(2) == []


def are_two(t: Thresholds, apart: float) -> bool:
    """Say whether a piece is two characters whose ink points so far apart, in usual heights."""
    measures = np.array([[0.1, apart, 0.08, -0.1, -0.8, -0.51, -1.2, 0.6]])
    nothing, parts = np.log([0.05]), 2 * np.log([0.7])
    return bool(score_cuts(measures, nothing, parts, t.lattice.scores)[0] > 0)


@decides("Scores")
def a_piece_whose_ink_points_apart_is_two(t: Thresholds) -> bool:
    return are_two(t, 0.392) and not are_two(t, 0.378)
