"""What is wrong in a template is said in one line that names file, line and field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.forms.template import load_template
from emnist_edge.errors import FormError
from tests.emnist_device.forms.templates import write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "form: x\npages:\n  - size: A4\n    fields:\n"
BOX = "box: [20, 40, 60, 9]"
B = "\n      b: {kind: digits, box: [20, 60, 60, 9]}"
CHECK = "      a: {kind: check, box: [30, 40, 5, 5]}"
GRID = "kind: grid, box: [20, 40, 60, 30]"


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("{kind: digist, BOX}", "kind 'digist' is not known; did you mean digits?"),
        ("{kind: [digits], BOX}", "kind is a list; give one of digits, upper"),
        ("{BOX}", "has no kind"),
        ("{kind: digits}", "has no box; give [x, y, width, height]"),
        ("{kind: digits, BOX, cels: 7}", "key 'cels' is not known here; did you mean cells?"),
        ("{kind: digits, box: [1, 2, 3]}", "box is a list of 3; give [x, y, width, height]"),
        ("{kind: digits, box: [a, 2, 3, 4]}", "box, number 1, is 'a'; give a number"),
        ("{kind: digits, box: [20, 40, 0, 9]}", "no width or no height"),
        ("{kind: digits, box: [20, 40, 200, 9]}", "outside the page of 210 x 297 mm"),
        ("{kind: digits, box: [20, 290, 20, 9]}", "outside the page of 210 x 297 mm"),
        ("{kind: digits, box: [10, 10, 20, 9]}", "covers the marker 1 of 4"),
        ("{kind: digits, box: [150, 20, 30, 9]}", "covers the QR code"),
        ("{kind: digits, BOX}\n      b: {kind: upper, box: [70, 45, 20, 9]}", "overlaps that of a"),
        ("{kind: digits, BOX, cells: 21}", "a cell is 2.9 x 9.0 mm, too small to write in"),
        ("{kind: digits, BOX, cells: {count: 5, gap: 20}}", "too small to write in"),
        ("{kind: digits, BOX, cells: {gap: 2}}", "has no count"),
        ("{kind: digits, BOX, cells: auto}", "needs texts of one length"),
        ("{kind: digits, BOX, cells: [[90, 40, 9, 9]]}", "cell 1, at 90, 40, 9, 9, is not inside"),
        ("{kind: digits, BOX, cells: [[20, 40, 9, 9], [25, 40, 9, 9]]}", "cell 2, at 25, 40, 9, 9"),
        ("{kind: digits, BOX, cells: 4, length: 5}", "has 4 cells, but its texts fill 5 or more"),
        ("{kind: digits, BOX, length: [5, 4]}", "length begins after its end"),
        ("{kind: digits, BOX, range: [5, 4]}", "range begins after its end"),
        ("{kind: digits, BOX, cells: 3, range: [5000, 9000]}", "no number in 3 cells is from 5000"),
        ("{kind: digits, BOX, length: 2, range: [100, 900]}", "that may be written there is from"),
        ("{kind: digits, BOX, range: [-5, -1]}", "is from -5 to -1; change the range"),
        ("{kind: number, BOX, cells: 3, decimals: 1, range: [100, 200]}", "no number in 3 cells"),
        ("{kind: number, BOX, cells: 4, decimals: 1, mark_printed: false, range: [100, 200]}",
         "no number in 4 cells"),
        ("{kind: number, BOX, cells: 3, signed: true, range: [-500, -100]}", "in 3 cells is from"),
        ("{kind: number, BOX, decimals: 1, range: [0.11, 0.19]}", "is from 0.11 to 0.19"),
        ("{kind: date, BOX, format: DD.MM.YY, range: [1940-01-01, 1960-12-31]}",
         "no DD.MM.YY that may be written there is from 1940-01-01 to 1960-12-31"),
        ("{kind: digits, BOX, cells: 3, check_digit: isbn}", "can have the check digit isbn"),
        ("{kind: digits, BOX, cells: 20, length: 12, check_digit: isbn}", "digit isbn"),
        ("{kind: digits, BOX, check_digit: iban}", "can have the check digit iban"),
        ("{kind: alnum, BOX, length: [1, 14], check_digit: iban}", "can have the check digit iban"),
        ("{kind: pattern, BOX, pattern: AA-99, check_digit: luhn}", "the check digit luhn"),
        ("{kind: pattern, BOX, pattern: '\\d{4}-\\d{4}', check_digit: isbn}", "digit isbn"),
        ("{kind: date, BOX, format: DD.MM.YY, check_digit: luhn}", "'check_digit' is not known"),
        ("{kind: upper, BOX, check_digit: luhn}", "'check_digit' is not known here"),
        ("{kind: digits, BOX, required: yes}", "required is 'yes'; give true or false"),
        ("{kind: digits, BOX, check_digit: luhm}", "check_digit is 'luhm'; give one of luhn"),
        ('{kind: digits, BOX, label: "a\\e[1m"}', r"label is 'a\\x1b[1m'; give a text"),
        ("{kind: digits, BOX, label: null}", "label is 'null'; give a text"),
        ("{kind: pattern, BOX}", "has no pattern"),
        ("{kind: pattern, BOX, pattern: 'A['}", "pattern 'A[' lacks a ]"),
        ("{kind: pattern, BOX, pattern: AA-999, cells: 6}", "has 6 cells, but its texts fill 5"),
        ("{kind: pattern, BOX, pattern: '[A-C]{2,3}', cells: 4}", "its texts fill 3 at most"),
        ("{kind: pattern, BOX, pattern: '[é]'}", "pattern"),
        ("{kind: date, BOX}", "has no format"),
        ("{kind: date, BOX, format: d.m.y}", "format is 'd.m.y'; give day, month and year"),
        ("{kind: date, BOX, format: DD.DD.YYYY}", "give each of day, month and year once"),
        ("{kind: date, BOX, format: DD.MM.YY, cells: 8}", "has 8 cells, but its texts fill 6"),
        ("{kind: date, BOX, format: DD.MM.YY, range: [2026-02-30, 2026-03-01]}", "there is no day"),
        ("{kind: date, BOX, format: DD.MM.YY, range: [1, 2]}", "range, number 1, is '1'"),
        ("{kind: number, BOX, decimals: 2, cells: 2}", "2 cells are too few for 2 decimals"),
        ("{kind: number, BOX, decimals: 2, cells: 3, mark_printed: false}", "too few for 2"),
        ("{kind: lexicon, BOX}", "a has neither of lexicon and words"),
        ("{kind: lexicon, BOX, lexicon: nothing.txt}", "nothing.txt: cannot be read"),
        ("{kind: lexicon, BOX, lexicon: towns.txt, words: [a]}", "a has both of lexicon and words"),
        ("{kind: lexicon, BOX, words: [Köln]}", "words have 'ö', which no model reads"),
        ("{kind: lexicon, BOX, words: [Bern, Ulm], cells: 3}", "its texts fill 4 or more"),
        ("{kind: lexicon, BOX, lexicon: towns.txt, cells: 3}", "its texts fill 4 or more"),
        ("{kind: lexicon, BOX, words: [a], out_of_lexicon: 0.1}", "goes with a lexicon"),
        ("{kind: line, BOX, charset: digist}", "charset 'digist' looks like a name"),
        ("{kind: digits, BOX, sum_of: [c]}", "sum_of names c, which is no field; there are a"),
        ("{kind: digits, BOX, sum_of: [a]}", "sum_of leads back to the field itself"),
        ("{kind: digits, BOX, sum_of: [b, b]}" + B, "sum_of has a field twice"),
        ("{kind: upper, BOX, sum_of: [b]}" + B, "key 'sum_of' is not known here"),
        ("{kind: digits, BOX, sum_of: [b]}\n      b: {kind: upper, box: [20, 60, 60, 9]}",
         "sum_of names b, of kind upper; only digits and numbers"),
        ("{GRID, rows: 2, columns: [a, a], cell: {kind: digits}}", "columns has 'a' twice"),
        ("{GRID, rows: 2, columns: [a.b], cell: {kind: digits}}", "columns, number 1, is 'a.b'"),
        ("{GRID, rows: 2, columns: 2, cell: {kind: check}}", "kind 'check' is not known"),
        ("{GRID, rows: 2, columns: 2, cell: {kind: upper, sum_of: [b]}}", "key 'sum_of' is not"),
        ("{GRID, rows: 2, columns: 2, total_row: 3, cell: {kind: digits}}", "total_row '3' is"),
        ("{GRID, rows: [a, b], columns: 2, total_row: b, cell: {kind: upper}}", "of kind upper"),
        ("{GRID, rows: 20, columns: 2, cell: {kind: digits}}", "a cell is 30.0 x 1.5 mm"),
        ("{kind: choice, BOX, options: [a]}", "options is a list of 1; give a list of 2 to 60"),
        ("{kind: choice, BOX, options: [a, a]}", "options has 'a' twice"),
        ("{kind: choice, BOX, options: {a: [90, 40, 9, 9]}}", "option 1, at 90, 40, 9, 9, is not"),
        ("{kind: choice, BOX, options: {a: [20, 40, 9, 9], b: [25, 40, 9, 9]}}", "option 2, at 25"),
        ("{kind: choice, box: [20, 40, 60, 1.5], options: [a, b]}", "option 'a' is too small"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_field_names_it(tmp_path: Path, field: str, words: str) -> None:
    text = f"{HEAD}      a: {field}\n".replace("BOX", BOX).replace("GRID", GRID)
    path = write(tmp_path, text)
    with pytest.raises(FormError) as caught:
        load_template(path)
    message = str(caught.value)
    assert message.startswith((f"{path}, line 5, field a: ", f"{path}, line 6, field b: "))
    assert (words in message, "\n" in message) == (True, False), message


@pytest.mark.parametrize(
    "field",
    [
        "{kind: digits, BOX, cells: 3, range: [999, 9000]}",
        "{kind: digits, BOX, range: [5000, 900000000000]}",
        "{kind: number, BOX, cells: 3, decimals: 1, range: [99.9, 200]}",
        "{kind: number, BOX, cells: 5, decimals: 1, mark_printed: false, range: [999.9, 2000]}",
        "{kind: number, BOX, cells: 3, signed: true, range: [-500, -99]}",
        "{kind: number, BOX, decimals: 1, range: [0.2, 0.2]}",
        "{kind: date, BOX, format: DD.MM.YY, range: [1940-01-01, 1969-01-01]}",
        "{kind: date, BOX, format: DD.MM.YYYY, cells: auto, range: [1940-01-01, 1960-12-31]}",
        "{kind: digits, BOX, cells: 10, check_digit: isbn}",
        "{kind: alnum, BOX, check_digit: iban}",
        "{kind: line, BOX, charset: digits, check_digit: luhn}",
        "{kind: pattern, BOX, pattern: 999-9, check_digit: luhn}",
        "{kind: pattern, BOX, pattern: '\\d{9}[\\dX]', check_digit: isbn}",
        "{kind: pattern, BOX, pattern: '\\d{4}-\\d{4}-\\d{5}', check_digit: isbn}",
    ],
)
def test_what_some_text_fits_is_right(tmp_path: Path, field: str) -> None:
    load_template(write(tmp_path, f"{HEAD}      a: {field}\n".replace("BOX", BOX)))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the template is nothing; give a mapping with form and pages"),
        ("- a", 1, "the template is a list"),
        ("form: x", 1, "has no pages"),
        ("form: x\npages: []", 2, "pages is a list of 0"),
        ("form: a b\npages: []", 1, "form is 'a b'; give a name of 1 to 32 letters"),
        ("form: 1.5\npages: []", 1, 'quote it: "1.5"'),
        ("form: x\nform: y", 2, "'form' is there already, in line 1"),
        (HEAD.replace("A4", "A3") + CHECK, 3, "size is 'A3'"),
        (HEAD + "      1a: {kind: digits}", 5, "'1a' is no name of a field"),
        (HEAD.replace("A4", "[90, 200]") + CHECK, 3, "90 x 200 mm has no room for markers"),
        (HEAD.replace("size: A4", "unit: mm") + CHECK, 3,
         "page 1 has no size"),
        (HEAD.replace("size: A4", "unit: pixels") + CHECK, 3,
         "needs a picture of the form"),
        (HEAD.replace("size: A4", "reference: towns.txt\n    unit: pixels")
         + CHECK, 3, "towns.txt"),
        (HEAD.replace("size: A4", "reference: no.png\n    unit: pixels")
         + CHECK, 3, "no such file"),
        ("form: x\nroster: roster.csv\n" + HEAD.partition("\n")[2]
         + CHECK, 2, "no field has a column of the roster"),
    ],
)  # fmt: skip
def test_what_is_wrong_elsewhere_names_the_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(FormError) as caught:
        load_template(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line {line}: "), message
    assert (words in message, "\n" in message) == (True, False), message


def test_a_name_on_two_pages_is_refused(tmp_path: Path) -> None:
    page = "  - size: A4\n    fields: {a: {kind: check, box: [30, 40, 5, 5]}}\n"
    with pytest.raises(FormError, match="line 6, field a: page 1 has a field of this name"):
        load_template(write(tmp_path, f"form: x\npages:\n{page}{page}"))


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"form: \xff\n", "line 1: is no UTF-8 text"), (b"#" * 200_001, "has over 200 kB")],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "form.yaml"
    path.write_bytes(content)
    with pytest.raises(FormError, match=words):
        load_template(path)


@pytest.mark.parametrize("name", ["nothing.yaml", "", "\0"])
def test_what_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormError, match=r"cannot be read|is no file"):
        load_template(tmp_path / name)
