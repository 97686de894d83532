"""Sheets of a form before a camera, whose frames are pictures in a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import cv2
import numpy as np
from click.testing import CliRunner

from emnist_edge.cli.main import cli
from emnist_edge.drawing.lying import Lie
from evaluate.filled.printed import print_page
from evaluate.filled.writing import Stranger, fill_page
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import SIZE, make_template

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = "number: {kind: digits, box: [20, 60, 42, 9], cells: 6}"


@needs_markers
def test_each_sheet_is_read_once_and_what_is_none_says_why(tmp_path: Path) -> None:
    template = make_template(tmp_path, FIELDS)
    page = template.pages[0]
    frames = tmp_path / "frames"
    frames.mkdir()
    count = 0
    for number in ("403821", None, "115067"):
        picture = np.full((1018, 720, 3), 90, np.uint8)
        if number is not None:
            written = print_page(template, page), page, {"number": number}
            sheet = fill_page(*written, Stranger(), np.random.default_rng(2))
            picture = Lie(SIZE, (720, 1018), distance=1e6, fill=1).shoot(sheet)
        for _ in range(4):
            cv2.imwrite(str(frames / f"{count:02}.png"), picture)
            count += 1
    options = ["--every-frame", "--settle", "0", "--form", str(template.path)]
    result = CliRunner().invoke(cli, ["live", *options, "--json", "--trigger", str(frames)])
    assert (result.exit_code, result.stderr) == (0, "")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    texts = [each["sheet"]["fields"]["number"]["text"] for each in found]
    assert texts == ["403821", "115067"]
    whole = CliRunner().invoke(cli, ["live", *options, "--json", str(frames)])
    sights = [json.loads(line)["sheet"] for line in whole.stdout.splitlines()]
    read = [False, False, True, True]
    assert [sight["done"] for sight in sights] == [*read, *(4 * [False]), *read]
    assert "no corner marker" in sights[7]["note"]
    corners = np.array(sights[-1]["corners"])
    assert np.abs(corners - [[0, 0], [720, 0], [720, 1018], [0, 1018]]).max() < 6
    for path in frames.glob("0[0-3].png"):
        path.unlink()
    for path in [*frames.glob("08.png"), *frames.glob("09.png"), *frames.glob("1*.png")]:
        path.unlink()
    none = CliRunner().invoke(cli, ["live", *options, str(frames)])
    assert (none.exit_code, none.stdout) == (0, "")
    assert "no sheet was read: no corner marker can be seen" in none.stderr


@needs_markers
def test_sheets_of_several_forms_are_read_and_of_others_told_once(tmp_path: Path) -> None:
    forms = [make_template(tmp_path, FIELDS, form) for form in ("small", "another", "third")]
    size = (900, 1273)
    small, another, third = (
        Lie(SIZE, size, distance=1e6, fill=1).shoot(print_page(each, each.pages[0]))
        for each in forms
    )
    empty = np.full((size[1], size[0], 3), 90, np.uint8)
    frames = tmp_path / "frames"
    frames.mkdir()
    shown = [each for each in (third, small, third, another, empty) for _ in range(3)]
    for number, picture in enumerate(shown):
        cv2.imwrite(str(frames / f"{number:02}.png"), picture)
    options = ["--every-frame", "--settle", "0", "--json"]
    for each in forms[:2]:
        options += ["--form", str(each.path)]
    result = CliRunner().invoke(cli, ["live", *options, str(frames)])
    told = (
        "is a sheet of the form THIRD, page 1, which is not among those that are read: "
        "name its template as well"
    )
    assert result.stderr == f"emnist-edge: {frames}: {told}\n"
    sights = [json.loads(line)["sheet"] for line in result.stdout.splitlines()[2::3]]
    assert [sight["note"] for sight in sights[:4]] == [
        told, "read: small, page 1, copy 1", told, "read: another, page 1, copy 1"
    ]  # fmt: skip
    assert [sight["refused"] for sight in sights] == [True, False, True, False, False]
    for sight in sights[:4]:
        ends = np.array(sight["corners"])
        assert np.abs(ends - [[0, 0], [900, 0], [900, 1273], [0, 1273]]).max() < 6


@needs_markers
def test_a_sheet_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    template, other = (make_template(tmp_path, FIELDS, form) for form in ("small", "another"))
    frames = tmp_path / "frames"
    frames.mkdir()
    page = other.pages[0]
    sheet = Lie(SIZE, (900, 1273), distance=1e6, fill=1).shoot(print_page(other, page))
    empty = np.full((1273, 900, 3), 90, np.uint8)
    for number, picture in enumerate([sheet, sheet, sheet, empty, empty, empty] * 2):
        cv2.imwrite(str(frames / f"{number:02}.png"), picture)
    options = ["--every-frame", "--settle", "0", "--form", str(template.path)]
    result = CliRunner().invoke(cli, ["live", *options, str(frames)])
    said = result.stderr.splitlines()
    assert sum("is a sheet of the form ANOTHER, page 1" in line for line in said) == 1
    assert "no sheet was read" in said[-1]
    assert len(said) == 2


@needs_markers
def test_a_file_in_which_nothing_holds_still_says_what_to_do(tmp_path: Path) -> None:
    template, other = (make_template(tmp_path, FIELDS, form) for form in ("small", "another"))
    picture, frames = tmp_path / "sheet.png", tmp_path / "frames"
    frames.mkdir()
    sheet, moved = (
        Lie(SIZE, (900, 1273), distance=1e6, fill=fill).shoot(print_page(other, other.pages[0]))
        for fill in (1.0, 0.8)
    )
    cv2.imwrite(str(picture), sheet)
    options = ["--every-frame", "--form", str(template.path)]
    single = CliRunner().invoke(cli, ["live", *options, str(picture)])
    assert single.stderr == (
        f"emnist-edge: {picture}: no sheet was read: none held still for 0.5 s; "
        "single pictures are read by emnist-edge form read; for frames, lower --settle\n"
    )
    for number, each in enumerate([sheet, sheet, sheet, moved]):
        cv2.imwrite(str(frames / f"{number:02}.png"), each)
    result = CliRunner().invoke(cli, ["live", *options, "--settle", "0", str(frames)])
    said = result.stderr.splitlines()
    assert "is a sheet of the form ANOTHER" in said[0]  # it held still, and was refused
    assert said[1:] == [f"emnist-edge: {frames}: no sheet was read"]
