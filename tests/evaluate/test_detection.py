from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from emnist_device.box import Box
from emnist_device.page import Word
from emnist_edge import Character, Line, Page, Reader
from emnist_edge.drawing.character import stroke_shape
from emnist_edge.drawing.levels import LEVELS
from emnist_edge.drawing.pages import DrawnPage, draw_page
from emnist_edge.drawing.strokes import Hand
from evaluate.detection import Tally, main, run_level, touching_pairs, true_boxes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evaluate.scoring.matching import BoxLike


def read_as(text: str, boxes: Sequence[BoxLike]) -> Page:
    """Return a page that says ``text`` in ``boxes``."""
    characters = tuple(
        Character(char, 1.0, Box(*box), ()) for char, box in zip(text, boxes, strict=True)
    )
    return Page((Line((Word(characters, 1.0),)),), "none", {})


@pytest.fixture
def drawn() -> DrawnPage:
    return draw_page(
        "HUN\nAB", size=(300, 200), height=40, seed=2, hand=Hand(wobble=0, touching=1.0)
    )


def test_a_perfect_reading_scores_full_marks(drawn: DrawnPage) -> None:
    tally = Tally()
    pairs = touching_pairs(drawn)
    assert pairs == [(0, 1), (1, 2), (3, 4)]
    assert tally.add(drawn, read_as("HUNAB", true_boxes(drawn)), 5.0) == 1
    assert (tally.precision, tally.recall, tally.f1) == (1, 1, 1)
    assert (tally.error_rate, tally.parted_share) == (0, 1)


def test_merged_pairs_and_ghosts_cost(drawn: DrawnPage) -> None:
    first, _, third, *others = true_boxes(drawn)
    merged = Box(*first).union(Box(*third))
    tally = Tally()
    tally.add(drawn, read_as("MABZ", [merged, *others, (280, 180, 9, 9)]), 5.0)
    assert (tally.characters, tally.found, tally.hits) == (5, 4, 2)
    assert tally.precision == pytest.approx(0.5)
    assert tally.recall == pytest.approx(0.4)
    assert tally.f1 == pytest.approx(4 / 9)
    assert (tally.touching, tally.parted) == (3, 1)
    assert tally.edits == 4  # an M for the H, U and N lost, Z added
    assert tally.misses == {"merged": 3}
    assert tally.alarms == {"merge": 1, "paper": 1}


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_benchmark_runs(tmp_path: Path) -> None:
    scores, output = tmp_path / "scores.json", tmp_path / "worst"
    options = ["--characters", "30", "--levels", "1,5", "--seed", "3"]
    printed = run(*options, "--json", str(scores), "--output", str(output))
    content = json.loads(scores.read_text())
    assert set(content["levels"]) == {"1", "5"}
    assert content["levels"]["1"]["f1"] >= 0.9
    assert content["levels"]["5"]["characters"] >= 30
    assert "(target 0.99)" in printed
    assert f"{sum(content['blanks'].values())} characters read (target 0)" in printed


def test_scores_repeat_and_bad_pages_are_drawn(tmp_path: Path) -> None:
    reader = Reader()
    tallies = [
        run_level(LEVELS[5], 30, seed, stroke_shape, reader, tmp_path).to_dict()
        | {"milliseconds": 0}
        for seed in (3, 3, 4)
    ]
    assert tallies[0] == tallies[1] != tallies[2]
    written = [path.name for path in tmp_path.iterdir()]
    assert all(tally["f1"] == 1 for tally in tallies) == (not written)
    assert all(name.startswith("level5-f1-") for name in written)


def test_what_is_wrong_with_the_options_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--levels", "1,9"])
    assert result.exit_code == 2
    assert "'1,9' is no list of levels" in result.output
    result = CliRunner().invoke(main, ["--glyphs", "emnist", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "emnist-bymerge-test-images" in result.output
