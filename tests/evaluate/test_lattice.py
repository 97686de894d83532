from __future__ import annotations

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.detect.grouping import Blob
from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.lattice.atoms import find_atoms
from emnist_device.detect.lattice.cuts import Cut
from emnist_device.detect.layout import Layout
from emnist_device.detect.network import PageNet
from emnist_device.runtime.engine import Engine
from emnist_edge.drawing.pages import draw_page
from emnist_edge.drawing.strokes import Hand
from evaluate.lattice import Examples, as_examples, collect, fit
from evaluate.lattice_truth import Truth, judge


def test_known_weights_are_found_again() -> None:
    rng = np.random.default_rng(1)
    measures = np.column_stack(
        [np.ones(20_000), rng.normal(3, 2, 20_000), rng.uniform(size=20_000)]
    )
    weights = np.array([-1.0, 0.7, -2.0])
    whole = rng.random(20_000) < 1 / (1 + np.exp(-measures @ weights))
    assert fit(Examples(measures, whole.astype(float))) == pytest.approx(weights, abs=0.15)


@pytest.mark.parametrize(
    ("members", "said"),
    [((0, 1), True), ((0, 2), False), ((1, 3), False), ((2, 4), None), ((2, 4, 5), True)],
)
def test_a_part_is_neither_a_character_nor_none(members: tuple[int, ...], *, said: bool) -> None:
    owners, areas = [0, 0, 1, -1, 1, 1], [50, 40, 50, 9, 50, 50]
    assert judge(members, owners, areas) is said


def test_each_piece_has_the_character_that_its_ink_is_of() -> None:
    page = draw_page("HARBOR\n74", size=(800, 500), height=50, seed=3, hand=Hand(touching=1.0))
    hypotheses = Hypotheses(PageNet())
    layout = hypotheses.of_view(hypotheses.as_page(page.picture))
    atoms = find_atoms(layout)
    owners = Truth(page, layout.scale).owners(atoms)
    characters = [character for line in page.lines for character in line.characters]
    assert sorted(owners) == list(range(len(characters)))
    for blob, owner in zip(atoms.blobs, owners, strict=True):
        assert blob.box.x / layout.scale == pytest.approx(characters[owner].box[0], abs=4)
    unions, left = collect(atoms, owners, [Engine("small-int8")])
    assert left == []
    assert unions
    assert not as_examples(unions).whole.any()


def test_a_cut_is_right_where_it_parts_characters() -> None:
    page = draw_page("HN", size=(400, 200), height=50, seed=3)
    boxes = [Box(*character.box) for character in page.lines[0].characters]
    whole = boxes[0].union(boxes[1])
    coverage = np.zeros_like(page.coverage)
    coverage[whole.y : whole.bottom, whole.x : whole.right] = page.coverage[
        whole.y : whole.bottom, whole.x : whole.right
    ]
    labels = (coverage > 0).astype(np.int32)
    blob = Blob(whole, 1, int(np.count_nonzero(labels)))
    atoms = find_atoms(Layout(((blob,),), labels, coverage, 1.0))
    ink = atoms.crop((0,), whole)
    columns = np.arange(whole.width)

    def at(column: int) -> Cut:
        left = np.where(columns < column, ink, np.uint8(0))
        return Cut(0, (left, np.where(columns < column, np.uint8(0), ink)), ())

    between, within = boxes[1].x - whole.x - 1, boxes[0].width // 2
    assert Truth(page, 1.0).judge_cuts(atoms, [at(between), at(within)]) == [True, False]
