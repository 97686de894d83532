from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.forms.model import TextField
from emnist_device.forms.reading.comb import CellInk, CombReader
from emnist_edge.alphabet import BYMERGE
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import make_template

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_markers  # sheets are found by them

INK = CellInk(np.full((8, 8), 255, np.uint8), 3.0)
BLANK = CellInk(np.zeros((8, 8), np.uint8), 0.0)


@pytest.fixture
def plate(tmp_path: Path) -> CombReader:
    field = "p: {kind: pattern, pattern: A-99, box: [20, 60, 40, 9], cells: auto}"
    (_, leaf), *_ = make_template(tmp_path, field).leaves()
    assert isinstance(leaf, TextField)
    return CombReader(leaf, BYMERGE)


def said(*cells: dict[str, float]) -> np.ndarray:
    """Return probabilities of which each class has a little at least."""
    rows = np.full((len(cells), len(BYMERGE)), 1e-4)
    for row, cell in zip(rows, cells, strict=True):
        for char, chance in cell.items():
            row[BYMERGE.index(char)] = chance
    return rows / rows.sum(axis=1, keepdims=True)


def test_a_pattern_decides_between_what_is_alike(plate: CombReader) -> None:
    found = plate.read([INK] * 3, said({"B": 0.6, "8": 0.4}, {"g": 0.7, "9": 0.3}, {"8": 0.99}))
    assert found.text == "B-98"
    assert found.probability > 0.9
    assert not found.reason


def test_what_no_pattern_has_is_in_doubt(plate: CombReader) -> None:
    found = plate.read([INK] * 3, said({"7": 0.99}, {"K": 0.99}, {"8": 0.99}))
    assert found.text == "7-K8"
    assert found.reason == "7-K8 does not follow the pattern"


def test_blank_cells_are_blank(plate: CombReader) -> None:
    found = plate.read([BLANK] * 3, said())
    assert (found.text, found.probability, found.reason) == ("", 1.0, "")


@pytest.mark.parametrize("keys", ["", ", signed: true", ", mark_printed: false"])
def test_a_number_has_no_letters(tmp_path: Path, keys: str) -> None:
    """Neither as it is read, nor among the other readings that a person is offered."""
    field = f"p: {{kind: number, decimals: 1, box: [20, 60, 40, 9], cells: 3{keys}}}"
    (_, leaf), *_ = make_template(tmp_path, field).leaves()
    assert isinstance(leaf, TextField)
    alphabet = f"{BYMERGE}.,-"
    comb = CombReader(leaf, alphabet)
    marked = np.hstack([said({"q": 0.6, "9": 0.3}, {"5": 0.9, "S": 0.1}), np.full((2, 3), 1e-4)])
    found = comb.read([INK, BLANK, INK], marked)
    assert not any(char.isalpha() for text, _ in found.texts for char in text)
    other = np.hstack([said({"K": 0.99}, {"5": 0.99}), np.full((2, 3), 1e-4)])
    assert "a cell holds nothing that this field may have" in comb.read([INK, INK], other).reason


def test_a_number_is_read_by_models_without_symbols(tmp_path: Path) -> None:
    field = "p: {kind: number, signed: true, box: [20, 60, 40, 9], cells: 2}"
    (_, leaf), *_ = make_template(tmp_path, field).leaves()
    assert isinstance(leaf, TextField)
    assert CombReader(leaf, BYMERGE).read([INK] * 2, said({"4": 0.99}, {"7": 0.99})).text == "47"


def test_a_bare_stroke_is_an_i_and_no_l_where_all_are_capitals(tmp_path: Path) -> None:
    """EMNIST files the small l, which there cannot be, under L; one that has a foot is an L."""
    field = "p: {kind: upper, box: [20, 60, 40, 9], cells: 2}"
    (_, leaf), *_ = make_template(tmp_path, field).leaves()
    assert isinstance(leaf, TextField)
    comb = CombReader(leaf, BYMERGE)
    stroke = CellInk(np.pad(np.full((40, 4), 255, np.uint8), 8), 3.0)
    alike = {"L": 0.6, "I": 0.4}
    assert comb.read([stroke, INK], said(alike, alike)).text == "IL"
    surely = {"L": 0.9999}
    assert comb.read([stroke, INK], said(surely, surely)).text == "LL"
