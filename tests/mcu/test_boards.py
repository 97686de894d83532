"""The emulated boards, and the table of what networks take there."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.artifact import open_model
from evaluate.document import marks
from export.c99.host import reference_logits
from export.c99.write import network_of
from tests.conftest import ROOT
from tests.mcu.__main__ import GLYPHS, HEAD, glyphs_of, main
from tests.mcu.boards import BOARDS, measure

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = ROOT / "docs" / "microcontrollers.md"


def test_a_network_on_a_cortex_m4_equals_the_reference(tmp_path: Path) -> None:
    board = BOARDS["m4"]
    if board.missing():
        pytest.skip(f"no {board.missing()[0]}: apt install gcc-arm-none-eabi qemu-system-arm")
    glyphs = glyphs_of(3)
    expected = reference_logits(open_model("mlp-int8")[1], glyphs)
    found = measure(board, network_of("mlp-int8"), glyphs, tmp_path)
    assert np.array_equal(found.logits, expected)
    assert np.array_equal(found.results["label"], expected.argmax(axis=1))
    assert 100_000 < found.flash < 130_000  # its weights, and little else
    # A multiplication for each weight, by SMLAD two at once; it is less where the counter is wrong.
    assert 100_000 < found.instructions < 500_000
    assert 32 < found.stack < 1000


def test_without_tools_boards_are_skipped_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    result = CliRunner().invoke(main, ["m0", "--glyphs", "1"])
    assert result.exit_code == 0
    assert result.output.startswith("m0: skipped: no arm-none-eabi-gcc; apt install gcc-arm-none")
    assert CliRunner().invoke(main, ["m0", "--glyphs", "1", "--require"]).exit_code == 1


def test_glyphs_differ() -> None:
    every = glyphs_of(GLYPHS)
    assert every.shape == (GLYPHS, 28, 28)
    assert len({glyph.tobytes() for glyph in every}) == GLYPHS


def test_the_document_has_all_boards_and_all_equal() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = marks("tests.mcu")
    table = text.partition(begin)[2].partition(end)[0]
    head, _, *rows = (
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()
    )
    assert tuple(head) == HEAD
    tiny = {row[1] for row in rows if row[0] == "tiny"}
    assert tiny == {board.core for board in BOARDS.values()}
    for row in rows:
        equal, _, count = row[-1].partition(" of ")
        assert equal == count
