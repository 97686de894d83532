"""What is read on sheets of boxes, combs and tables, and where nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.box import Box
from emnist_device.page import Word
from emnist_edge import Character, Line, Page
from emnist_edge.drawing.pages import DrawnPage
from evaluate import structure
from evaluate.drawn_cells import DrawnSheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge import Reader

EMPTY = np.full((8, 8), 255, np.uint8)


@dataclass(frozen=True)
class Guesser:
    """Reads so many characters on any picture; one more where it is asked for boxes."""

    model: str = "none"
    boxes: bool = False
    many: int = 3

    def read(self, picture: NDArray[np.uint8]) -> Page:
        assert picture is EMPTY
        character = Character("1", 1.0, Box(0, 0, 2, 4), ())
        word = Word((character,) * (self.many + self.boxes), 1.0)
        return Page((Line((word,)),), self.model, {})


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, bool, int]]:
    """Draw nothing; return how full each sheet was to be, whether photographed, and its rng."""
    asked = []

    def draw(rng: np.random.Generator, *, photographed: bool, filled: float = 0.75) -> DrawnSheet:
        asked.append((filled, photographed, int(rng.integers(2**32))))
        return DrawnSheet(DrawnPage(EMPTY, EMPTY, ()), [])

    monkeypatch.setattr(structure, "draw_sheet", draw)
    return asked


def test_empty_sheets_are_read_whether_boxes_are_asked_for_or_not(
    filled: list[tuple[float, bool, int]],
) -> None:
    readers = cast("list[Reader]", [Guesser(boxes=True), Guesser()])
    assert structure.count_strays(readers, 2, 0) == [16, 12]
    assert [each[:2] for each in filled] == [(0, False), (0, False), (0, True), (0, True)]
    assert len({rng for *_, rng in filled}) == 4


def test_strays_are_printed(
    monkeypatch: pytest.MonkeyPatch, filled: list[tuple[float, bool, int]]
) -> None:
    monkeypatch.setattr(structure, "Reader", Guesser)
    monkeypatch.setattr(structure.Tally, "describe", lambda tally: f"{tally.stray} strays")
    monkeypatch.setattr(structure, "compose_blanks", lambda _: [])
    done = CliRunner().invoke(structure.main, ["--count", "2"], catch_exceptions=False)
    assert done.output.splitlines() == [
        "scanned, 2 sheets",
        "8 strays",
        "photographed, 2 sheets",
        "8 strays",
        "without writing: 16 characters read on 4 sheets, 12 where boxes are not asked for",
        "characters read on blank, ruled, squared and boxed paper: none",
    ]
    assert len(filled) == 8
