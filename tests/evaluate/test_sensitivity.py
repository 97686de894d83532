from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from emnist_device.detect.frames import Frames
from emnist_device.detect.thresholds import THRESHOLDS
from emnist_device.image.picture import write_picture
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import DataError
from evaluate import sensitivity
from evaluate.sensitivity import (
    BASE,
    Move,
    Picture,
    Results,
    apply,
    find_pictures,
    main,
    moves_of,
    steps_of,
    table,
    values_beside,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pages to choose by, one of the other half, and one with print."""
    path = tmp_path_factory.mktemp("pages")
    rows = ["file,transcription,kind,half"]
    for name, half, kind in (
        ("a", "A", "photo"), ("b", "B", "photo"), ("c", "A", "photo"), ("d", "A", "form-printed"),
    ):  # fmt: skip
        write_picture(
            path / f"{name}.png", draw_page("AN7", size=(260, 120), height=50, seed=3).picture
        )
        rows.append(f"{name}.png,AN7,{kind},{half}")
    (path / "pages.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_steps_are_in_the_order_of_a_picture() -> None:
    steps = list(steps_of(THRESHOLDS))
    order = ["Sizes", "CloseUps", "Contrasts", "Scales", "Grouping", "Restoring", "Decisions"]
    assert sorted(steps, key=steps.index) == steps
    assert [step for step in steps if step in order] == order


@pytest.mark.parametrize(
    ("value", "beside"),
    [(10, (7, 14)), (2, (1, 3)), (0.5, (0.35, 0.7)), (2.0, (1.4, 2.8)), (0.9, (0.63, 0.95))],
)
def test_counts_stay_whole_and_fractions_below_one(
    value: float, beside: tuple[float, float]
) -> None:
    moved = values_beside(value)
    assert moved == pytest.approx(beside)
    assert {type(each) for each in moved} == {type(value)}


def test_a_threshold_is_moved_wherever_its_step_is_held() -> None:
    moved = apply(THRESHOLDS, Move("Frames", "side", 0.5))
    frames = Frames(side=0.5)
    assert moved.cells.close_ups.frames == moved.looks.scales.frames == frames
    looks = replace(THRESHOLDS.looks, scales=replace(THRESHOLDS.looks.scales, frames=frames))
    assert moved.looks == looks
    assert apply(THRESHOLDS, BASE) == THRESHOLDS


def test_each_threshold_is_moved_both_ways() -> None:
    moves = list(moves_of(Frames()))
    assert [move.name for move in moves] == ["side", "side", "band", "band"]
    assert [move.value for move in moves] == pytest.approx([0.63, 0.95, 1.4, 2.8])


def test_the_other_half_is_not_read(folder: Path) -> None:
    names = {picture.path.name for picture in find_pictures(folder)}
    assert names == {"a.png", "c.png"}
    few = find_pictures(folder, 1)
    assert [picture.path for picture in few] == [find_pictures(folder)[0].path]


def test_a_run_goes_on_from_its_file(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "results.jsonl"
    arguments = [str(folder), "--output", str(output), "--only", "Decisions"]
    first = CliRunner().invoke(main, [*arguments, "--pages", "1"], catch_exceptions=False)
    assert first.exit_code == 0, first.output
    assert "1 pages, 0 of 3 characters are read wrong." in first.stdout
    assert re.search(r"\| Decisions \| +sure \| +0.95 \| +0.665 \| +\+0 \|", first.stdout)
    lines = output.read_text("utf-8").splitlines(keepends=True)
    assert len(lines) == 1 + 9
    output.write_text("".join(lines[:-1]) + lines[-1][:20], "utf-8")  # killed while it wrote
    second = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert "2 pages, 0 of 6 characters" in second.stdout
    read = [json.loads(line) for line in output.read_text("utf-8").splitlines()[1:]]
    keys = [(entry["step"], entry["name"], entry["value"], entry["picture"]) for entry in read]
    assert len(keys) == len(set(keys)) == 18


def test_results_of_other_thresholds_are_not_gone_on_from(tmp_path: Path) -> None:
    output = tmp_path / "results.jsonl"
    Results(output, "small-int8")
    with pytest.raises(DataError, match="other thresholds"):
        Results(output, "small-int8", apply(THRESHOLDS, Move("Frames", "side", 0.5)))
    with pytest.raises(DataError, match="another model"):
        Results(output, "base-int8")


def test_what_a_move_costs_is_said_where_all_pages_were_read(tmp_path: Path) -> None:
    results = Results(tmp_path / "results.jsonl", "small-int8")
    pictures = [Picture(tmp_path / name, {}) for name in ("a.png", "b.png")]
    smaller, larger, *_ = moves_of(Frames())
    for picture in pictures:
        results.add(BASE, picture, 2, 10)
        results.add(smaller, picture, 5, 10)
    results.add(larger, pictures[0], 0, 10)
    (row,) = (
        line
        for line in table({"Frames": Frames()}, pictures, results).splitlines()
        if "side" in line
    )
    assert [cell.strip() for cell in row.strip("|").split("|")] == [
        "Frames", "side", "0.9", "0.63", "+6", "0.95", "",
    ]  # fmt: skip


def test_a_value_that_makes_no_sense_costs_the_page(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = Results(tmp_path / "results.jsonl", "small-int8")
    monkeypatch.setattr(sensitivity, "THRESHOLDS", apply(THRESHOLDS, Move("Scales", "steps", 0)))
    picture = find_pictures(folder, 1)[0]
    sensitivity.read_all([BASE], [picture], results, "small-int8")
    assert results.errors(BASE, [picture]) == 3
