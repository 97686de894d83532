"""What a template's file says becomes a form."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.forms.model import (
    Area,
    CheckDigit,
    GridField,
    Length,
    Mark,
    MarkField,
    Range,
    SumOf,
    TextField,
)
from tests.emnist_device.forms.templates import everything, load, one_page

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.model import Field, Template


def field_of(template: Template, name: str) -> Field:
    """Return a field of any page."""
    (found,) = [field for page in template.pages for field in page.fields if field.name == name]
    return found


def text_field(folder: Path, **values: Any) -> TextField:
    """Return the one field of a template."""
    field = field_of(load(folder, one_page(it={"box": [20, 40, 63, 9], **values})), "it")
    assert isinstance(field, TextField)
    return field


def rounded(area: Area) -> tuple[float, ...]:
    return tuple(round(value, 3) for value in area)


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return load(tmp_path, everything())


def test_the_form_is_what_its_file_says(template: Template, tmp_path: Path) -> None:
    assert (template.form, template.title, len(template.pages)) == ("exam-2026", "Exam", 1)
    assert template.roster == tmp_path / "roster.csv"
    assert template.roster_columns == {"number": "number", "name": "name"}
    number = field_of(template, "number")
    assert isinstance(number, TextField)
    assert (number.label, number.required, number.charset) == ("Student number", True, "digits")
    assert number.checks == (Range("0", "9999999"), Length(7, 7), CheckDigit("luhn"))
    assert (number.pattern, len(number.cells)) == (r"\d{7,7}", 7)
    town = field_of(template, "town")
    assert isinstance(town, TextField)
    assert (town.lexicon, town.out_of_lexicon) == (tmp_path / "towns.txt", 0)


def test_cells_of_a_comb_share_its_box(tmp_path: Path) -> None:
    cells = text_field(tmp_path, kind="digits", cells={"count": 7, "gap": 0.5}).cells
    assert [rounded(cell) for cell in cells] == [
        (20 + 9.0714286 * index, 40, 8.571, 9) if index == 0 else
        (round(20 + (60 / 7 + 0.5) * index, 3), 40, 8.571, 9)
        for index in range(7)
    ]  # fmt: skip
    assert round(cells[-1].right, 6) == 83


def test_marks_are_printed_between_cells(tmp_path: Path) -> None:
    plate = text_field(tmp_path, kind="pattern", pattern="AA-999", cells=5, box=[20, 40, 55, 9])
    assert [rounded(cell)[0] for cell in plate.cells] == [20, 30, 45, 55, 65]
    assert plate.marks == (Mark("-", 2, Area(40, 40, 5, 9)),)
    assert plate.pattern == "AA999"
    assert plate.join(["A", "B", "1", "2", "3"]) == "AB-123"
    born = text_field(tmp_path, kind="date", format="DD.MM.YYYY", cells="auto")
    assert [(mark.char, mark.before) for mark in born.marks] == [(".", 2), (".", 4)]
    assert born.join(list("31122026")) == "31.12.2026"


def test_a_written_mark_has_a_cell_of_its_own(tmp_path: Path) -> None:
    values = {"kind": "number", "decimals": 1, "cells": 4}
    printed, written = (text_field(tmp_path, mark_printed=each, **values) for each in (True, False))
    assert ([mark.before for mark in printed.marks], written.marks) == ([3], ())
    assert printed.pattern == r"\d{1,4}"
    assert written.pattern is not None
    texts = ("1", "12", "1.5", "12.5", "12,5", ".5", ",5")
    assert [text for text in texts if re.fullmatch(written.pattern, text)] == list(texts)
    assert not any(re.fullmatch(written.pattern, text) for text in ("123", "1.55", "5.", "."))
    assert printed.join(["", "1", "2", "5"]) == "12.5"
    assert written.join(["", "7", ".", "5"]) == "7.5"


def test_blank_cells_are_spaces_but_at_the_ends(tmp_path: Path) -> None:
    field = text_field(tmp_path, kind="upper", cells=7)
    assert field.join(["", " ", "A", "", "B", "", ""]) == "A B"
    assert field.join([""] * 7) == ""
    number = text_field(tmp_path, kind="number", decimals=2, cells=5)
    texts = ("  7  ", "7    ", "  7 5", "   75", "    5")
    assert [number.join(list(text)) for text in texts] == ["7", "7", "7. 5", ".75", ". 5"]


def test_a_mark_stands_between_cells_that_are_listed(tmp_path: Path) -> None:
    boxes = [[20, 40, 9, 9], [29, 40, 9, 9], [44, 40, 9, 9]]
    field = text_field(tmp_path, kind="pattern", pattern="AA-9", cells=boxes)
    assert field.marks == (Mark("-", 2, Area(38, 40, 6, 9)),)


def test_marks_of_a_regular_expression_are_written(tmp_path: Path) -> None:
    field = text_field(tmp_path, kind="pattern", pattern=r"[A-Z]{2}-\d{3}", cells=6)
    assert (field.pattern, field.marks, len(field.cells)) == (r"[A-Z]{2}-\d{3}", (), 6)


def test_cells_of_a_grid_are_fields(template: Template) -> None:
    marks = field_of(template, "marks")
    assert isinstance(marks, GridField)
    assert (marks.rows, marks.columns) == (("Q1", "Q2", "Sum"), ("a", "b", "Sum"))
    cell = marks.cells[4]
    assert (cell.name, cell.kind, cell.checks) == (
        "marks.Q2.b", "digits", (Range("0", "99"), Length(1, 2)),
    )  # fmt: skip
    assert rounded(cell.area) == (60.333, 140.333, 19.333, 9.333)
    sudoku = field_of(template, "sudoku")
    assert isinstance(sudoku, GridField)
    assert (sudoku.cells[80].name, sudoku.named_rows, len(sudoku.cells)) == (
        "sudoku.9.9",
        False,
        81,
    )


def test_totals_are_sums(template: Template) -> None:
    sums = {each.field: each.parts for each in template.sums[:2]}
    assert sums == {
        "total": ("marks.Sum.Sum",), "marks.Q1.Sum": ("marks.Q1.a", "marks.Q1.b"),
    }  # fmt: skip
    assert SumOf("marks.Sum.b", ("marks.Q1.b", "marks.Q2.b")) in template.sums


def test_a_grid_or_a_row_of_it_can_be_summed_up(tmp_path: Path) -> None:
    grid = {"kind": "grid", "box": [20, 60, 60, 30], "rows": ["Q1", "Q2"], "columns": 2,
            "cell": {"kind": "digits"}}  # fmt: skip
    total = {"kind": "digits", "box": [20, 40, 60, 9]}
    for name, count in (("marks", 4), ("marks.Q2", 2), ("marks.Q2.1", 1)):
        template = load(tmp_path, one_page(marks=grid, total={**total, "sum_of": [name]}))
        assert len(template.sums[0].parts) == count


def test_options_share_the_box(template: Template) -> None:
    answer = field_of(template, "answer")
    assert isinstance(answer, MarkField)
    assert [option.value for option in answer.options] == ["A", "B", "C", "4"]
    assert [rounded(option.area) for option in answer.options] == [
        (20 + 15 * index, 195.75, 4.5, 4.5) for index in range(4)
    ]
    hand = field_of(template, "hand")
    assert isinstance(hand, MarkField)
    assert [option.area.y for option in hand.options] == [195, 205]


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [
        ("A4", 210, 297),
        ("A4 landscape", 297, 210),
        ("Letter", 215.9, 279.4),
        ([100, 150], 100, 150),
    ],
)
def test_markers_are_in_the_corners(tmp_path: Path, size: Any, width: float, height: float) -> None:
    content = one_page(it={"kind": "check", "box": [40, 40, 5, 5]})
    content["pages"][0]["size"] = size
    content["pages"].append(
        {"size": size, "fields": {"b": {"kind": "check", "box": [40, 40, 5, 5]}}}
    )
    template = load(tmp_path, content)
    first, second = template.pages
    assert (first.width, first.height) == (width, height)
    assert [marker.number for marker in second.markers] == [4, 5, 6, 7]
    assert [rounded(marker.area)[:2] for marker in first.markers] == [
        (8, 8), (width - 17, 8), (width - 17, height - 17), (8, height - 17),
    ]  # fmt: skip


def test_a_form_on_paper_is_measured_in_pixels_of_its_picture(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "scan.png"), np.full((300, 200, 3), 255, np.uint8))
    content = one_page(it={"kind": "digits", "box": [20, 250, 63, 20], "cells": 3})
    content["pages"][0] |= {"reference": "scan.png", "unit": "pixels"}
    del content["pages"][0]["size"]
    (page,) = load(tmp_path, content).pages
    assert (page.width, page.height, page.unit) == (200, 300, "pixels")
    assert (page.reference, page.markers, page.code) == (tmp_path / "scan.png", (), None)


def test_the_digest_tells_where_fields_are_and_not_what_they_are_called(tmp_path: Path) -> None:
    content = everything()
    digest = load(tmp_path, content).digest
    fields = content["pages"][0]["fields"]
    for key, value in (("label", "Number"), ("required", False), ("check_digit", "mod11")):
        other = copy.deepcopy(content)
        other["pages"][0]["fields"]["number"][key] = value
        assert load(tmp_path, other).digest == digest
    fields["number"]["box"][0] += 0.1
    moved = load(tmp_path, content).digest
    fields["number"]["kind"] = "alnum"
    del fields["number"]["range"]
    assert len({digest, moved, load(tmp_path, content).digest}) == 3


def test_the_digest_tells_what_marks_mean(tmp_path: Path) -> None:
    fields: dict[str, dict[str, Any]] = {
        "a": {"kind": "choice", "box": [20, 50, 60, 6], "options": ["A", "B", "C"]},
        "b": {"kind": "date", "box": [20, 70, 72, 9], "cells": 8, "format": "DD.MM.YYYY"},
        "c": {"kind": "number", "box": [20, 90, 36, 9], "cells": 4, "decimals": 1},
        "d": {
            "kind": "grid",
            "box": [40, 120, 60, 30],
            "rows": ["x", "y"],
            "columns": ["p", "q"],
            "cell": {"kind": "digits"},
        },
    }
    digest = load(tmp_path, one_page(**fields)).digest
    others: list[tuple[str, dict[str, Any]]] = [
        ("a", {"options": ["A", "C", "B"]}),
        ("b", {"format": "MM.DD.YYYY"}),
        ("c", {"decimals": 2}),
        ("c", {"decimal_mark": ","}),
        ("d", {"columns": ["q", "p"]}),
    ]
    changed = [
        load(tmp_path, one_page(**fields | {name: fields[name] | new})).digest
        for name, new in others
    ]
    assert digest not in changed
    renamed = {f"{name}-2": field for name, field in fields.items()}  # names are not on the paper
    labelled = {"label": "Label"}
    for same in (renamed, fields | {"a": fields["a"] | labelled}):
        assert load(tmp_path, one_page(**same)).digest == digest


def test_fields_know_what_is_known_of_their_texts(template: Template) -> None:
    leaves = {leaf.name: leaf for _, leaf in template.leaves()}
    day, name = leaves["day"], leaves["name"]
    assert isinstance(day, TextField)
    assert isinstance(name, TextField)
    assert day.decoding().pattern == "[M][O][N]|[M][o][n]|[T][U][E]|[T][u][e]"
    assert (name.decoding().charset, name.decoding().holds) == ("upper", "line")
    assert replace(name, kind="line").decoding().context == "english"
