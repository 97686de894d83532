"""Real pictures of forms are read by what is known of them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.image.picture import write_picture
from emnist_edge.drawing.pages import draw_page
from evaluate import form_pages
from tests.emnist_device.test_parts import ROWS, grid_picture

if TYPE_CHECKING:
    from pathlib import Path

WORD = draw_page("HARBOR", size=(400, 120), height=50, seed=0).picture
TEMPLATE = """form: word
pages:
  - size: [40, 12]
    reference: word.png
    fields:
      word: {kind: upper, box: [0, 0, 40, 12]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with pictures of a grid and a word, of which something is known."""
    known, pictures = tmp_path / "known", tmp_path / "pictures"
    known.mkdir()
    pictures.mkdir()
    region = "50,20,420,300"
    (known / "grids.csv").write_text(
        f'file,grid,region,charset\ngrid.png,4x6,"{region}",digits\nother.png,4x6,,digits\n'
    )
    (known / "word.yaml").write_text(TEMPLATE)
    (known / "elsewhere.yaml").write_text(TEMPLATE.replace("word", "elsewhere"))
    grid = grid_picture(ROWS)
    sheet = np.full((grid.shape[0] + 40, grid.shape[1] + 100), 235, np.uint8)
    sheet[20:-20, 50:-50] = grid
    write_picture(pictures / "grid.png", sheet)
    write_picture(pictures / "word.png", WORD)
    digits = "\\n".join(row.replace(" ", "") for row in ROWS)
    rows = [
        ("grid.png", digits, "grid", "A"),
        ("word.png", "HARBOUR", "form", "B"),
        ("unknown.png", "X", "form", "A"),
    ]
    with (pictures / "pages.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "transcription", "kind", "half"), *rows])
    monkeypatch.setattr(form_pages, "KNOWN", known)
    return pictures


def test_forms_are_read_by_what_is_known_and_what_is_hidden_stays_so(folder: Path) -> None:
    result = CliRunner().invoke(form_pages.main, [str(folder), "--errors"], catch_exceptions=False)
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in result.stdout.splitlines()]
    by_template = [row for row in rows if row[1:2] == ["by templates and grids"]]
    assert by_template == [
        ["pictures A", "by templates and grids", "1", "11", "0.00 %", "0.00 %"],
        ["pictures B", "by templates and grids", "1", "7", "14.29 %", "14.29 %"],
    ]
    assert "HARBO" not in result.stdout


def test_fields_are_where_templates_have_them(folder: Path) -> None:
    layouts = form_pages.read_layouts(form_pages.KNOWN, folder)
    assert layouts.keys() == {"grid.png", "other.png", "word.png"}
    (box,) = layouts["word.png"].boxes(WORD)
    assert (box.x, box.y, box.width, box.height) == (0, 0, 400, 120)


def test_a_folder_without_such_pictures_is_refused(folder: Path) -> None:
    (form_pages.KNOWN / "grids.csv").write_text("file,grid,region,charset\n")
    (form_pages.KNOWN / "word.yaml").unlink()
    result = CliRunner().invoke(form_pages.main, [str(folder)])
    assert result.exit_code == 1
    assert "evaluate/filled/pages" in result.stderr
