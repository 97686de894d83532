from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from emnist_device.forms.formats import DATE_FORMAT, DateFormat, NumberFormat
from emnist_device.text.pattern.pattern import Pattern
from emnist_edge.alphabet import SYMBOLS

STRFTIME = {"DD": "%d", "MM": "%m", "YYYY": "%Y", "YY": "%y"}
FORMATS = ["DD.MM.YYYY", "MM/DD/YY", "YYYY-MM-DD", "DD MM YYYY", "DDMMYY"]


@pytest.mark.parametrize("text", FORMATS)
def test_dates_are_read_as_they_are_written(text: str) -> None:
    assert re.search(DATE_FORMAT, text)
    form = DateFormat(text)
    pattern = re.sub("YYYY|YY|DD|MM", lambda found: STRFTIME[found[0]], text)
    free, cells = re.compile(form.pattern(cells=False)), re.compile(form.pattern(cells=True))
    for days in range(0, 20_000, 97):
        day = date(1970, 1, 1) + timedelta(days)
        written = day.strftime(pattern)
        assert form.read(written) == day
        assert free.fullmatch(written)
        assert cells.fullmatch("".join(char for char in written if char.isdigit()))


@pytest.mark.parametrize("text", ["30.02.2026", "31.04.2026", "00.01.2026", "1.13.2026", "1.1.26",
                                  "1-2-2026", "x", "29.02.2023", "\u0661.\u0661.2026"])  # fmt: skip
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert DateFormat("DD.MM.YYYY").read(text) is None


def test_a_year_of_two_digits_is_one_near_today() -> None:
    form = DateFormat("DD.MM.YY")
    assert [form.read(f"01.02.{year}") for year in ("68", "69", "00")] == [
        date(2068, 2, 1), date(1969, 2, 1), date(2000, 2, 1),
    ]  # fmt: skip


def test_a_zero_may_be_left_out_where_marks_part_the_figures() -> None:
    assert DateFormat("DD.MM.YYYY").read("1.2.2026") == date(2026, 2, 1)
    assert re.fullmatch(DateFormat("DD.MM.YYYY").pattern(cells=False), "1.2.2026")
    assert not re.fullmatch(DateFormat("DD.MM.YYYY").pattern(cells=True), "122026")
    assert not re.fullmatch(DateFormat("DDMMYYYY").pattern(cells=False), "122026")


def test_a_format_has_each_of_day_month_and_year() -> None:
    complete = {text: DateFormat(text).complete for text in [*FORMATS, "DD.DD.YYYY", "YY.MM.YYYY"]}
    assert [text for text, whole in complete.items() if not whole] == ["DD.DD.YYYY", "YY.MM.YYYY"]


def test_patterns_of_formats_can_be_read() -> None:
    for text in FORMATS:
        for cells in (True, False):
            Pattern(DateFormat(text).pattern(cells=cells), SYMBOLS)
    for form in (NumberFormat(), NumberFormat(2, ",", printed=True), NumberFormat(1, signed=True)):
        Pattern(form.pattern(6), SYMBOLS)


@pytest.mark.parametrize(
    ("form", "text", "number"),
    [
        (NumberFormat(), "42", "42"),
        (NumberFormat(), " 042 ", "42"),
        (NumberFormat(), "4 2", None),
        (NumberFormat(), "4.2", None),
        (NumberFormat(), "42.", "42"),
        (NumberFormat(), "-4", None),
        (NumberFormat(), "", None),
        (NumberFormat(), ".", None),
        (NumberFormat(), "٤", None),
        (NumberFormat(1), "4.2", "4.2"),
        (NumberFormat(1), "4,2", "4.2"),
        (NumberFormat(1), ".5", "0.5"),
        (NumberFormat(1), "4.25", None),
        (NumberFormat(1, signed=True), "-4.2", "-4.2"),
        (NumberFormat(1), "1.2.3", None),
    ],
)
def test_numbers_are_those_that_the_format_allows(
    form: NumberFormat, text: str, number: str | None
) -> None:
    assert form.read(text) == (None if number is None else Decimal(number))


def test_the_mark_stands_before_the_decimals() -> None:
    assert NumberFormat(2, ",", printed=True).slots(5) == "999,99"
    assert NumberFormat(2, ",").slots(5) == "99999"
    assert NumberFormat(printed=True).slots(3) == "999"
