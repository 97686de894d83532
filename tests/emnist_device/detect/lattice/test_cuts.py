"""Cuts of all pieces of a page, which are looked at together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.lattice import inks
from emnist_device.detect.lattice.atoms import find_atoms
from emnist_device.detect.lattice.cuts import CUT_MEASURES, Cuts, find_cuts
from emnist_device.detect.network import PageNet
from emnist_edge.drawing.pages import draw_page

if TYPE_CHECKING:
    from emnist_device.detect.lattice.atoms import Atoms
    from emnist_device.detect.lattice.cuts import Cut
    from emnist_device.detect.maps import Maps

# Of every piece, as if its ink pointed to many places.
EVERY = Cuts(strays=0.0)


@pytest.fixture(scope="module")
def seen() -> tuple[Atoms, Maps]:
    """Pieces of a drawn page, with ``i`` and ``j`` that fall apart, and what the network said."""
    page = draw_page("Hid big 46\njILL Wi 90", size=(640, 300), height=50, seed=4)
    hypotheses = Hypotheses(PageNet())
    layout = hypotheses.of_view(hypotheses.as_page(page.picture))
    assert layout.look is not None
    return find_atoms(layout), layout.look.maps


def found(seen: tuple[Atoms, Maps], **given: object) -> list[Cut]:
    return [*find_cuts(*seen, cuts=EVERY, **given)]  # type: ignore[arg-type]


def test_pieces_are_cut_the_same_whatever_else_is_on_the_page(
    seen: tuple[Atoms, Maps], monkeypatch: pytest.MonkeyPatch
) -> None:
    together = found(seen)
    monkeypatch.setattr(inks, "_TOGETHER", 1)
    alone = found(seen)
    assert len({cut.piece for cut in together}) > 10
    assert [cut.piece for cut in together] == [cut.piece for cut in alone]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one.parts, other.parts)
        assert one.measures == pytest.approx(other.measures, abs=1e-9)


def test_measures_are_those_of_the_parts(seen: tuple[Atoms, Maps]) -> None:
    atoms, _ = seen
    for cut in found(seen):
        one, other = cut.boxes(atoms.blobs[cut.piece].box)
        sizes = [np.count_nonzero(part >= inks.INK) for part in cut.parts]
        told = dict(zip(CUT_MEASURES, cut.measures, strict=True))
        assert told["beside"] * atoms.height == pytest.approx(-one.overlap_x(other))
        assert told["over"] * atoms.height == pytest.approx(-one.overlap_y(other))
        low = min(one.height, other.height) / atoms.height
        assert told["low"] == pytest.approx(np.log(low))
        assert told["share"] == pytest.approx(np.log(min(sizes) / sum(sizes)))
        assert told["middle"] == atoms.blobs[cut.piece].middle


def test_a_dot_is_parted_from_its_stroke_through_no_ink(seen: tuple[Atoms, Maps]) -> None:
    apart = [cut for cut in found(seen) if cut.measures[CUT_MEASURES.index("neck")] == 0]
    assert len({cut.piece for cut in apart}) >= 4
    for cut in apart:
        assert not np.logical_and(*cut.parts).any()


def test_only_what_may_be_is_cut(seen: tuple[Atoms, Maps]) -> None:
    every = found(seen)
    first = every[0].piece
    kept = found(seen, may_be=lambda pieces, measures: (pieces == first) & (measures[:, 0] >= 0))
    assert [cut.piece for cut in kept] == [cut.piece for cut in every if cut.piece == first]


def test_of_no_piece_there_is_no_cut(seen: tuple[Atoms, Maps]) -> None:
    atoms, maps = seen
    assert not [*find_cuts(replace(atoms, strays=np.zeros(len(atoms.blobs))), maps)]
