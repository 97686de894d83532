from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.forms.model import SumOf
from emnist_device.forms.reading.by_roster import weigh_roster
from emnist_device.forms.reading.candidates import Candidates
from emnist_device.forms.reading.together import weigh_sum, weigh_together
from emnist_device.forms.roster import Roster
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import make_template

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.model import Leaf

pytestmark = needs_markers  # sheets are found by them
TOTAL = SumOf("total", ("a", "b"))


@pytest.fixture
def leaves(tmp_path: Path) -> dict[str, Leaf]:
    template = make_template(
        tmp_path,
        "a: {kind: digits, box: [20, 60, 20, 9], cells: 2}\n"
        "b: {kind: digits, box: [60, 60, 20, 9], cells: 2}\n"
        "total: {kind: number, box: [100, 60, 30, 9], cells: 3}",
    )
    return {leaf.name: leaf for _, leaf in template.leaves()}


def read(**fields: list[tuple[str, float]]) -> dict[str, Candidates]:
    return {name: Candidates.of(texts) for name, texts in fields.items()}


def test_a_sum_that_holds_makes_its_fields_surer(leaves: dict[str, Leaf]) -> None:
    fields = read(a=[("7", 0.8), ("1", 0.2)], b=[("5", 0.95)], total=[("12", 0.9), ("17", 0.1)])
    found = weigh_sum(TOTAL, leaves, fields)
    assert found["a"].text == "7"
    assert found["a"].probability > 0.98
    assert found["total"].probability > 0.98
    assert not found["a"].reason


def test_a_sum_decides_between_what_is_alike(leaves: dict[str, Leaf]) -> None:
    fields = read(a=[("7", 0.6), ("1", 0.4)], b=[("5", 0.99)], total=[("6", 0.98)])
    assert weigh_sum(TOTAL, leaves, fields)["a"].text == "1"


def test_a_sum_that_does_not_hold_puts_all_in_doubt(leaves: dict[str, Leaf]) -> None:
    fields = read(a=[("7", 0.999)], b=[("5", 0.999)], total=[("13", 0.999)])
    found = weigh_sum(TOTAL, leaves, fields)
    assert [found[name].text for name in ("a", "b", "total")] == ["7", "5", "13"]
    assert all("the sum is 12" in each.reason for each in found.values())


def test_a_sum_that_fails_puts_in_doubt_what_may_be_why(tmp_path: Path) -> None:
    names = [f"f{number}" for number in range(12)]
    lines = [
        f"{name}: {{kind: digits, box: [20, {40 + 12 * number}, 20, 9], cells: 2}}"
        for number, name in enumerate(names)
    ]
    lines.append("total: {kind: number, box: [100, 60, 30, 9], cells: 3}")
    template = make_template(tmp_path, "\n".join(lines))
    leaves = {leaf.name: leaf for _, leaf in template.leaves()}
    sure = {name: [("1", 0.9999)] for name in names[1:]}
    fields = read(f0=[("2", 0.7)], total=[("12", 0.9999)], **sure)
    found = weigh_sum(SumOf("total", tuple(names)), leaves, fields)
    assert found["f0"].reason == "total is 12, and the sum is 13"
    assert found["total"].reason == "is 12, and the sum is 13"
    for name in names[1:]:
        assert not found[name].reason
        assert 0.99 < found[name].probability < 0.9999


def test_a_sum_turns_nothing_that_is_sure_into_something_else(leaves: dict[str, Leaf]) -> None:
    fields = read(
        a=[("17", 0.98), ("7", 0.009)], b=[("39", 0.99)], total=[("46", 0.98), ("56", 0.009)]
    )
    found = weigh_sum(TOTAL, leaves, fields)
    assert [found[name].text for name in ("a", "b", "total")] == ["17", "39", "46"]
    assert found["a"].probability > 0.9
    assert found["total"].probability > 0.9
    assert found["a"].reason == "total is 46, and the sum is 56"
    assert found["total"].reason == "is 46, and the sum is 56"


def test_a_sum_against_the_picture_is_doubted(leaves: dict[str, Leaf]) -> None:
    fields = read(a=[("17", 0.97), ("7", 0.03)], b=[("39", 0.999)], total=[("46", 0.999)])
    found = weigh_sum(TOTAL, leaves, fields)
    assert found["a"].text == "7"
    assert found["a"].reason == "reads 17, and the sum asks for 7"
    assert "17" in dict(found["a"].texts)


def test_a_blank_part_counts_nothing_and_a_blank_total_says_nothing(
    leaves: dict[str, Leaf],
) -> None:
    fields = read(a=[("", 1.0)], b=[("5", 0.99)], total=[("5", 0.99)])
    assert not weigh_sum(TOTAL, leaves, fields)["total"].reason
    assert weigh_sum(TOTAL, leaves, fields | read(total=[("", 1.0)])) == {}


ROSTER = Roster(
    ("id", "name"),
    ({"id": "4038213", "name": "ADA"}, {"id": "4038218", "name": "BOB"}, {"id": "77", "name": "É"}),
)
COLUMNS = {"number": "id", "who": "name"}


def test_the_nearest_row_is_that_of_all_fields_together() -> None:
    fields = read(number=[("4038218", 0.6), ("4038213", 0.4)], who=[("ADA", 0.9), ("BDA", 0.1)])
    found, row = weigh_roster(COLUMNS, fields, ROSTER)
    assert row == 0
    assert found["number"].text == "4038213"
    assert not found["who"].reason


def test_a_roster_that_has_what_the_picture_has_not_is_doubted() -> None:
    fields = read(number=[("4038273", 0.99)], who=[("ADA", 0.9)])
    found, row = weigh_roster(COLUMNS, fields, ROSTER)
    assert row == 0
    assert found["number"].text in ("4038213", "4038273")
    assert found["number"].reason


@pytest.mark.parametrize("text", ["403 213", "038213", "403821"])
def test_a_number_with_an_empty_cell_is_that_of_the_roster_and_in_doubt(text: str) -> None:
    rows = [{"id": number, "name": ""} for number in ("4038213", "4138213", "7777777")]
    roster = Roster(("id", "name"), tuple(rows))
    found, row = weigh_roster({"number": "id"}, read(number=[(text, 0.95)]), roster)
    assert (found["number"].text, row) == ("4038213", 0)
    assert found["number"].reason == f"reads {text}, and the roster has 4038213"


@pytest.mark.parametrize("text", ["40 8213", "4038213"])
def test_a_number_that_two_rows_have_is_nobodys(text: str) -> None:
    roster = Roster(("id",), tuple({"id": number} for number in ("4038213", "4048213")))
    if " " not in text:
        roster = Roster(("id",), ({"id": text}, {"id": text}))
    found, row = weigh_roster({"number": "id"}, read(number=[(text, 0.95)]), roster)
    assert row is None
    assert (found["number"].reason == "") == (" " not in text)


def test_what_is_beside_the_number_of_nobody_stays_as_it_is_read() -> None:
    fields = read(number=[("9999999", 0.99)], who=[("ADA", 0.9), ("AOA", 0.05)])
    found, _ = weigh_roster(COLUMNS, fields, ROSTER)
    assert found["who"].text == "ADA"
    assert found["who"].probability == pytest.approx(0.9, abs=0.06)
    told = "no row of the roster has it beside the other fields; nearest: id 4038213, name ADA"
    assert found["who"].reason == told
    assert found["number"].text == "9999999"


def test_nobody_of_a_roster_is_doubted() -> None:
    fields = read(number=[("9999999", 0.99)])
    found, row = weigh_roster(COLUMNS, fields, ROSTER)
    assert row is None
    assert found["number"].text == "9999999"
    assert found["number"].reason == "no row of the roster has it"


def test_the_nearest_row_is_named_where_none_fits_and_one_is_near() -> None:
    found, row = weigh_roster({"number": "id"}, read(number=[("7039213", 0.99)]), ROSTER)
    assert (found["number"].text, row) == ("7039213", None)  # nothing is decided by that
    assert found["number"].reason == "no row of the roster has it; nearest: id 4038213"
    two = Roster(("id",), ({"id": "4038213"}, {"id": "4038214"}))
    found, _ = weigh_roster({"number": "id"}, read(number=[("4038299", 0.99)]), two)
    assert found["number"].reason == "no row of the roster has it"  # both are as near


def test_a_sheet_that_says_another_row_than_it_was_printed_for_is_in_doubt() -> None:
    fields = read(number=[("4038213", 0.99)], who=[("ADA", 0.99)])
    for printed in (None, 1):
        found, row = weigh_roster(COLUMNS, fields, ROSTER, printed=printed)
        assert row == 0
        assert not any(each.reason for each in found.values())
    for printed, told in (
        (2, "row 2 of the roster: id 4038218, name BOB"), (4, "row 4, which the roster has not"),
    ):  # fmt: skip
        found, row = weigh_roster(COLUMNS, fields, ROSTER, printed=printed)
        assert row == 0  # what is written counts
        assert [each.text for each in found.values()] == ["4038213", "ADA"]
        assert {each.reason for each in found.values()} == {f"its QR code is that of {told}"}
    found, _ = weigh_roster(COLUMNS, fields, ROSTER, ["who"], printed=2)
    assert not any(each.reason for each in found.values())  # a person has seen it
    blank = read(number=[("", 1.0)], who=[("", 1.0)])
    assert weigh_roster(COLUMNS, blank, ROSTER, printed=2) == ({}, None)


def test_of_two_rows_that_fit_as_well_it_is_the_one_that_it_was_printed_for() -> None:
    rows = [{"id": number, "name": "ADA"} for number in ("1", "2", "3")] + [
        {"id": "4", "name": "BO"}
    ]
    roster = Roster(("id", "name"), tuple(rows))
    fields = read(who=[("ADA", 0.99)])
    found = [
        weigh_roster({"who": "name"}, fields, roster, printed=printed)[1]
        for printed in (None, 2, 4, 9)
    ]
    assert found == [None, 1, None, None]
    for printed, told in (
        (None, ""), (2, ""), (4, "row 4 of the roster: name BO"),
        (9, "row 9, which the roster has not"),
    ):  # fmt: skip
        made, _ = weigh_roster({"who": "name"}, fields, roster, printed=printed)
        assert made["who"].reason == (f"its QR code is that of {told}" if told else "")
        assert made["who"].probability > 0.999  # whichever of the three it is


def test_a_blank_sheet_is_of_nobody() -> None:
    assert weigh_roster(COLUMNS, read(number=[("", 1.0)]), ROSTER) == ({}, None)


def test_accents_and_case_make_no_difference() -> None:
    found, row = weigh_roster(COLUMNS, read(number=[("77", 0.9)], who=[("E", 0.9)]), ROSTER)
    assert row == 2
    assert found["who"].text == "E"


def test_a_row_against_the_picture_is_printed_and_doubted() -> None:
    fields = read(number=[("4038273", 0.9), ("4038213", 0.05)], who=[("ADA", 0.9)])
    found, _ = weigh_roster(COLUMNS, fields, ROSTER)
    assert found["number"].text == "4038213"
    assert found["number"].reason == "reads 4038273, and the roster has 4038213"
    assert not found["who"].reason


def test_what_fields_say_alone_is_known_of_those_that_others_have_a_say_in(tmp_path: Path) -> None:
    template = make_template(
        tmp_path,
        "a: {kind: digits, box: [20, 60, 20, 9], cells: 2}\n"
        "total: {kind: digits, box: [60, 60, 20, 9], cells: 2, sum_of: [a]}\n"
        "who: {kind: digits, box: [100, 60, 20, 9], cells: 2, roster: id}\n"
        "more: {kind: digits, box: [140, 60, 20, 9], cells: 2}",
    )
    alone = read(
        a=[("7", 0.6), ("1", 0.4)], total=[("1", 0.98)], who=[("47", 0.9)], more=[("1", 1)]
    )
    (page,) = template.pages
    weighed = weigh_together(template, page, alone, Roster(("id",), ({"id": "46"}, {"id": "47"})))
    assert weighed.alone == {name: alone[name] for name in ("a", "total", "who")}
    assert (weighed.read["a"].text, weighed.read["more"], weighed.row) == ("1", alone["more"], 2)
    without = weigh_together(template, page, alone, None)
    assert (list(without.alone), without.row) == (["a", "total"], None)
    assert without.read["who"] == alone["who"]


def test_what_a_person_said_is_not_outvoted_by_what_was_read() -> None:
    fields = read(number=[("4038218", 1.0)], who=[("ADA", 0.99)])
    assert weigh_roster(COLUMNS, fields, ROSTER)[1] == 0  # as if it had been read
    found, row = weigh_roster(COLUMNS, fields, ROSTER, said=["number"])
    assert row == 1
    assert found["number"].text == "4038218"
    assert found["who"].reason


def test_what_a_person_said_and_no_row_has_is_as_if_it_had_been_read() -> None:
    fields = read(number=[("4038219", 1.0)], who=[("ADA", 0.99)])
    assert weigh_roster(COLUMNS, fields, ROSTER, said=["number"]) == weigh_roster(
        COLUMNS, fields, ROSTER
    )
