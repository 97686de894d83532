from __future__ import annotations

import csv
import io
from pathlib import Path

import cv2
import numpy as np
from click.testing import CliRunner

from emnist_edge.cli.main import cli
from emnist_edge.drawing.lying import Lie
from emnist_edge.errors import EmnistEdgeError
from evaluate.filled.printed import print_page
from evaluate.filled.writing import Stranger, fill_page
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import SIZE, make_template

pytestmark = needs_markers  # sheets are found by them

ROOT = Path(__file__).resolve().parents[3]
FIELDS = (
    "number: {kind: digits, box: [20, 60, 42, 9], cells: 6, roster: id}\n"
    "agree: {kind: check, box: [20, 90, 5, 5]}"
)


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["form", "read", *args])
    told = str(result.exception) if isinstance(result.exception, EmnistEdgeError) else ""
    return result.exit_code, result.stderr + told


def draw(folder: Path) -> list[str]:
    """Write a template, a TIFF with two sheets, and a picture of none; return their names."""
    template = make_template(folder, FIELDS)
    page = template.pages[0]
    pictures = []
    for number in ("403821", "115067"):
        written = {"number": number, "agree": "yes"}
        rng = np.random.default_rng(2)
        sheet = fill_page(print_page(template, page), page, written, Stranger(), rng)
        pictures.append(Lie(SIZE, (1000, 1414), distance=1e6, fill=1).shoot(sheet))
    cv2.imwritemulti(str(folder / "two.tif"), pictures)
    cv2.imwrite(str(folder / "empty.png"), np.full((600, 400, 3), 240, np.uint8))
    return [str(template.path), str(folder / "two.tif"), str(folder / "empty.png")]


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_each_page_is_a_row_and_what_is_no_sheet_is_named(tmp_path: Path) -> None:
    template, two, empty = draw(tmp_path)
    out = tmp_path / "out.csv"
    code, said = run(template, two, two, "--output", str(out))  # named twice, it is read once
    assert code == 0, said
    assert "2 sheets read, 0 refused; 4 fields accepted" in said
    assert [(row["page"], row["number"], row["agree"]) for row in rows(out)] == [
        ("1", "403821", "yes"), ("2", "115067", "yes"),
    ]  # fmt: skip
    before = out.read_bytes()
    code, said = run(template, two, empty, "--output", str(out), "--resume")
    assert code == 1
    assert f"{empty}: no corner marker can be seen" in said
    assert "2 sheets read, 1 refused" in said
    assert out.read_bytes().startswith(before)
    assert rows(out)[2]["error"].startswith("no corner marker")


def test_one_is_told_in_the_singular(tmp_path: Path) -> None:
    template = make_template(tmp_path, "agree: {kind: check, box: [20, 90, 5, 5]}")
    sheet = Lie(SIZE, (1000, 1414), distance=1e6, fill=1).shoot(
        print_page(template, template.pages[0])
    )
    cv2.imwrite(str(tmp_path / "one.png"), sheet)
    code, said = run(
        str(template.path), str(tmp_path / "one.png"), "--output", str(tmp_path / "out.csv")
    )
    assert (code, "1 sheet read, 0 refused; 1 field accepted (" in said) == (0, True), said


def test_what_was_read_by_another_template_is_not_gone_on_with(tmp_path: Path) -> None:
    template, _, empty = draw(tmp_path)
    out = tmp_path / "out.jsonl"
    assert run(template, empty, "--output", str(out))[0] == 1
    make_template(tmp_path, FIELDS.replace("cells: 6", "cells: 7"))
    code, said = run(template, empty, "--output", str(out), "--resume")
    assert code == 2
    assert (
        "was read otherwise: form small has changed since; give the same options and files, or "
        "name another file to read all into"
    ) in said


def test_where_nothing_was_read_no_table_is_left_and_what_was_there_stays(tmp_path: Path) -> None:
    template, _, empty = draw(tmp_path)
    (tmp_path / "none").mkdir()
    out = tmp_path / "out.csv"
    for name, why in (
        ("absent.png", "no such file"), ("folder/", "no such file"), ("*.bmp", "matches no file"),
        ("none", "no pictures in this folder"),
    ):  # fmt: skip
        for options in ([], ["--resume"]):
            args = (template, str(tmp_path / name), "--output", str(out), *options)
            code, said = run(*args)
            assert (code, why in said.splitlines()[0]) == (1, True), said
            assert said.splitlines()[1:] == [
                f"emnist-edge: there is nothing to read, and {out} is not written"
            ]
            assert list(tmp_path.glob("out.csv*")) == []
    assert run(template, empty, "--output", str(out))[0] == 1
    kept = {path: path.read_bytes() for path in tmp_path.glob("out.csv*")}
    assert out in kept  # a sheet that was refused is told of
    absent = str(tmp_path / "absent.png")
    code, said = run(template, absent, "--output", str(out))
    assert (code, "is there already" in said) == (2, True), said
    assert {path: path.read_bytes() for path in tmp_path.glob("out.csv*")} == kept
    run(template, absent, "--output", str(out), "--resume")
    assert out.read_bytes().startswith(kept[out])
    assert [row["error"] for row in rows(out)][1:] == ["no such file"]


def test_a_wrong_template_and_a_wrong_name_are_said_in_a_line(tmp_path: Path) -> None:
    template, _, empty = draw(tmp_path)
    code, said = run(template, empty, "--output", str(tmp_path / "out.txt"))
    assert (code, "name a file that ends in" in said) == (2, True)
    code, said = run(str(tmp_path / "none.yaml"), empty, "--output", str(tmp_path / "out.csv"))
    assert code == 1
    assert "none.yaml" in said
    code, said = run(template, template, empty, "--output", str(tmp_path / "out.csv"))
    assert code == 1
    assert "form small is in two templates" in said
    assert not (tmp_path / "out.csv").exists()


def test_a_roster_that_no_field_has_a_column_of_is_refused(tmp_path: Path) -> None:
    _, two, _ = draw(tmp_path)
    template = make_template(tmp_path, FIELDS.replace(", roster: id", ""))
    (tmp_path / "roster.csv").write_text("id\n403821\n")
    out = tmp_path / "out.csv"
    roster = ["--roster", str(tmp_path / "roster.csv")]
    code, said = run(str(template.path), two, "--output", str(out), *roster)
    assert code == 1
    assert "no field has a column of the roster; give one roster: COLUMN" in said
    assert not out.exists()


def test_the_sample_sheets_are_read_and_the_wrong_sum_is_found(tmp_path: Path) -> None:
    out = tmp_path / "marks.csv"
    samples = ROOT / "samples"
    code, said = run(str(samples / "exam.yaml"), str(samples / "exams"), "--output", str(out))
    assert code == 0, said
    assert "3 sheets read, 0 refused" in said
    read = rows(out)
    assert [(row["row"], row["number"], row["total"]) for row in read] == [
        ("1", "4027116", "71.5"), ("4", "4032280", "60.5"), ("2", "4028163", "79.5")
    ]  # fmt: skip
    assert "marks.Question 3.a" in read[2]["doubtful"]
    assert "marks" not in read[0]["doubtful"] + read[1]["doubtful"]
