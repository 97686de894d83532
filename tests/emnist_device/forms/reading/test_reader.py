from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.forms.printing.document import copies_of, make_pdf
from emnist_device.forms.reading.reader import SheetReader
from emnist_device.forms.roster import Roster
from emnist_edge.drawing.lying import Lie
from emnist_edge.drawing.pens import PENCIL
from emnist_edge.errors import PictureError
from evaluate.filled.printed import print_page
from evaluate.filled.writing import Manner, Stranger, fill_page
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import SIZE, WRITTEN, exam, filled, make_template

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.model import Template
    from emnist_device.forms.reading.result import FieldReading, SheetReading


pytestmark = needs_markers  # sheets are found by them
FINE = (1654, 2339)


@cache
def reader() -> SheetReader:
    return SheetReader([exam()])


def shoot(
    sheet: np.ndarray, turn: float = 0.4, shape: tuple[int, int] = (1654, 2339)
) -> np.ndarray:
    picture = Lie(SIZE, shape, turn=turn, distance=1e6, fill=0.99).shoot(sheet).astype(float)
    noise = np.random.default_rng(3).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@cache
def scanned() -> SheetReading:
    return reader().read(shoot(filled()))


def texts(sheet: SheetReading) -> dict[str, str]:
    return {field.name: field.text for field in sheet.fields}


def test_what_is_written_is_read() -> None:
    sheet = scanned()
    assert (sheet.form, sheet.page, sheet.copy, sheet.turned) == ("exam", 1, 1, 0)
    read = texts(sheet)
    expected = {name: text.strip() for name, text in WRITTEN.items()}
    expected |= {"born": "09.12.1906", "code": "KX-042", "remark": ""}
    assert read == expected
    values = {field.name: field.value for field in sheet.fields}
    assert values["born"] == "1906-12-09"
    assert all(0 <= field.probability <= 1 for field in sheet.fields)
    sure = [field.probability for field in sheet.fields if field.name.startswith("marks")]
    assert min(sure) > 0.99


def test_fields_say_where_they_are() -> None:
    number = next(field for field in scanned().fields if field.name == "number")
    place = Lie(SIZE, (1654, 2339), turn=0.4, distance=1e6, fill=0.99).place(
        np.array([[20.0, 65.0], [83.0, 65.0], [83.0, 74.0], [20.0, 74.0]])
    )
    np.testing.assert_allclose(number.corners, place, atol=4)


def test_a_sheet_that_lies_upside_down_is_read() -> None:
    sheet = reader().read(shoot(filled(), 180.3, (1000, 1414)))
    assert sheet.turned == 180
    assert texts(sheet)["number"] == WRITTEN["number"]


def read_small(template: Template, written: dict[str, str], **options: object) -> SheetReading:
    page = template.pages[0]
    rng = np.random.default_rng(4)
    sheet = fill_page(print_page(template, page), page, written, Stranger(), rng)
    return SheetReader([template], **options).read(shoot(sheet, shape=(1240, 1754)))  # type: ignore[arg-type]


def by_name(sheet: SheetReading) -> dict[str, FieldReading]:
    return {field.name: field for field in sheet.fields}


FIELDS = (
    "who: {kind: digits, box: [20, 60, 42, 9], cells: 6, roster: id}\n"
    "a: {kind: digits, box: [20, 90, 14, 9], cells: 2, required: true}\n"
    "b: {kind: digits, box: [60, 90, 14, 9], cells: 2, range: [10, 20]}\n"
    "c: {kind: number, box: [100, 90, 21, 9], cells: 3, sum_of: [a, b]}\n"
    "g: {kind: choice, box: [20, 120, 100, 6], options: [A, B, C]}"
)


def test_checks_say_what_is_wrong(tmp_path: Path) -> None:
    template = make_template(tmp_path, FIELDS)
    read = by_name(read_small(template, {"b": "47", "c": " 99", "g": "A;C"}))
    assert (read["a"].text, read["a"].reason) == ("", "is blank")
    assert read["b"].text == "47"
    assert "not from 10 to 20" in read["b"].reason
    assert "the sum is 47" in read["c"].reason
    alone = read["c"].alone
    assert alone is not None
    assert (alone.text, alone.reason, len(alone.texts) <= 8) == ("99", "", True)
    content = read["c"].to_dict()["alone"]
    assert (content["texts"][0]["text"], content["reason"]) == ("99", "")
    assert (read["g"].alone, "alone" in read["g"].to_dict()) == (None, False)
    assert read["g"].text == "A;C"
    assert "2 marks" in read["g"].reason


def test_a_pencil_beside_black_print_is_ink(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words beside boxes, and points between cells, are blacker than what is written."""
    pencil = Manner(PENCIL, 0.05, np.full(3, 175, np.float32), 1.0, 0.7, 0.03)
    monkeypatch.setattr(Manner, "draw", lambda _: pencil)
    fields = (
        "tools: {kind: choice, many: true, box: [20, 60, 120, 6], options: [ruler, pen, book]}\n"
        "born: {kind: date, format: DD.MM.YYYY, box: [20, 90, 85, 9], cells: auto}"
    )
    written = {"tools": "ruler;book", "born": "09121906"}
    read = texts(read_small(make_template(tmp_path, fields), written))
    assert read == {"tools": "ruler;book", "born": "09.12.1906"}


def test_a_blank_sheet_is_blank(tmp_path: Path) -> None:
    sheet = read_small(make_template(tmp_path, FIELDS), {})
    assert set(texts(sheet).values()) == {""}
    assert {field.name for field in sheet.fields if field.reason} == {"a"}


def test_the_row_of_a_roster_is_found(tmp_path: Path) -> None:
    template = make_template(tmp_path, FIELDS)
    roster = Roster(("id",), tuple({"id": f"{number:06}"} for number in range(403_800, 403_900)))
    sheet = read_small(template, {"who": "403821", "a": "12"}, rosters={"small": roster})
    assert sheet.row == 22
    assert by_name(sheet)["who"].text == "403821"


def test_which_form_it_is_is_found_out(tmp_path: Path) -> None:
    template = make_template(tmp_path, FIELDS)
    page = template.pages[0]
    sheet = shoot(print_page(template, page), shape=(1000, 1414))
    assert SheetReader([exam(), template]).read(sheet).form == "small"
    with pytest.raises(PictureError, match="is a sheet of the form SMALL, page 1"):
        reader().read(sheet)


def test_another_version_of_the_form_is_refused(tmp_path: Path) -> None:
    template = make_template(tmp_path, FIELDS)
    sheet = shoot(print_page(template, template.pages[0]), shape=(1000, 1414))
    later = make_template(tmp_path, FIELDS.replace("[20, 60, 42, 9]", "[20, 62, 42, 9]"))
    with pytest.raises(PictureError, match="another version of the form SMALL"):
        SheetReader([later]).read(sheet)


def test_a_sheet_printed_for_another_row_than_is_written_is_in_doubt(tmp_path: Path) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    pytest.importorskip("fpdf")
    template = make_template(
        tmp_path, "number: {kind: digits, box: [20, 60, 42, 9], cells: 6, roster: id}"
    )
    roster = Roster(("id",), ({"id": "403821"}, {"id": "115067"}))
    printed = pypdfium2.PdfDocument(make_pdf(template, copies_of(template, roster)))
    own = SheetReader([template], rosters={template.form: roster})
    reasons = []
    for copy in (1, 2):
        empty = printed[copy - 1].render(scale=10 * 25.4 / 72).to_numpy()[:2970, :2100].copy()
        rng = np.random.default_rng(2)
        page = template.pages[0]
        sheet = own.read(
            shoot(fill_page(empty, page, {"number": "403821"}, Stranger(), rng), shape=(1000, 1414))
        )
        assert (sheet.copy, sheet.row, sheet.fields[0].text) == (copy, 1, "403821")
        reasons.append(sheet.fields[0].reason)
    printed.close()
    assert reasons == ["", "its QR code is that of row 2 of the roster: id 115067"]
