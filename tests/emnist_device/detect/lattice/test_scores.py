"""What is left over is a character rather where it stands beside others."""

from __future__ import annotations

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob
from emnist_device.detect.lattice.arcs import MEASURES
from emnist_device.detect.lattice.atoms import Atoms
from emnist_device.detect.lattice.cuts import CUT_MEASURES
from emnist_device.detect.lattice.scores import (
    SCORES,
    measure_leftovers,
    most_by_line,
    most_by_place,
    score_cuts,
    score_leftovers,
    score_unions,
)

HEIGHT = 30


def atoms(found: list[Box], left: list[Box]) -> Atoms:
    """Return pieces in these boxes, of which the network is sure of those that are ``found``."""
    blobs = [Blob(box, n + 1, box.width * box.height, 0.9) for n, box in enumerate(found)]
    blobs += [Blob(box, len(found) + n + 1, 9, 0.01) for n, box in enumerate(left)]
    edges = np.array([(b.box.x, b.box.y, b.box.right, b.box.bottom) for b in blobs], float)
    empty = np.zeros((200, 400), np.uint8)
    aims = (edges[:, :2] + edges[:, 2:]) / 2
    strays = np.zeros(len(blobs))
    labels = empty.astype(np.int32)
    return Atoms(tuple(blobs), len(found), labels, empty, HEIGHT, edges, aims, strays)


def scores(left: list[Box]) -> list[float]:
    """Return the scores of pieces that are left over beside two characters with a gap between."""
    pieces = atoms([Box(100, 50, 20, HEIGHT), Box(140, 50, 20, HEIGHT)], left)
    return score_leftovers(measure_leftovers(pieces, []), SCORES).tolist()


def test_a_dot_between_characters_is_one_and_a_speck_apart_is_none() -> None:
    between, apart, above = scores([Box(128, 76, 4, 4), Box(300, 76, 4, 4), Box(128, 5, 4, 4)])
    assert between > 0
    assert apart < 0
    assert above < 0


def test_what_is_near_a_stroke_is_rather_part_of_it() -> None:
    pieces = atoms([Box(100, 50, 20, HEIGHT), Box(140, 50, 20, HEIGHT)], [Box(128, 50, 4, 4)])
    (alone,) = score_leftovers(measure_leftovers(pieces, []), SCORES)
    (near,) = score_leftovers(measure_leftovers(pieces, [(0, 2)]), SCORES)
    assert near < 0 < alone


# Logarithms of 50 probabilities each, and what none is below.
LEAST = np.log(1e-3)
TOLD, NONE = np.random.default_rng(5).uniform(LEAST, 0, 50), np.zeros(50)


def test_what_a_union_may_score_is_what_it_scores_when_it_is_read_best() -> None:
    measures = np.random.default_rng(6).normal(size=(50, len(MEASURES)))
    best = score_unions(measures, NONE, NONE + LEAST, TOLD, SCORES)
    assert most_by_place(measures, TOLD, SCORES) == pytest.approx(best)


def test_what_a_cut_may_score_is_what_it_scores_when_its_parts_are_read_best() -> None:
    measures = np.random.default_rng(6).normal(size=(50, len(CUT_MEASURES)))
    best = score_cuts(measures, TOLD, NONE, SCORES)
    assert most_by_line(measures, TOLD, SCORES) == pytest.approx(best)
