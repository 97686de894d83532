from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.forms.checks import (
    Failure,
    field_failures,
    number_of,
    template_failures,
    value_of,
)
from emnist_device.forms.roster import read_roster
from tests.emnist_device.forms.templates import everything, load, one_page

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.model import Leaf, Template


@pytest.fixture
def template(tmp_path: Path) -> Template:
    return load(tmp_path, everything())


def leaf_of(folder: Path, **values: Any) -> Leaf:
    """Return the one field of a template."""
    ((_, leaf),) = load(folder, one_page(it={"box": [20, 40, 63, 9], **values})).leaves()
    return leaf


@pytest.mark.parametrize(
    ("values", "right", "wrong"),
    [
        ({"kind": "digits"}, ["", "042"], [("4A", "form"), ("4 2", "form"), ("٤", "form")]),
        ({"kind": "digits", "required": True}, ["0"], [("", "required"), ("  ", "required")]),
        ({"kind": "digits", "length": [2, 3]}, ["42", "424"],
         [("4", "length"), ("4242", "length")]),
        ({"kind": "digits", "range": [5, 10]}, ["5", "10", "007"],
         [("4", "range"), ("11", "range")]),
        ({"kind": "digits", "check_digit": "luhn"}, ["4027116"], [("4027117", "check_digit")]),
        ({"kind": "upper"}, ["ABC"], [("Abc", "form"), ("A1", "form")]),
        ({"kind": "letters"}, ["Abc"], [("Ab1", "form")]),
        ({"kind": "alnum"}, ["Ab1"], [("Ab-1", "form")]),
        ({"kind": "date", "format": "DD.MM.YYYY", "range": ["2026-01-01", "2026-12-31"]},
         ["1.1.2026", "31.12.2026"], [("30.02.2026", "form"), ("31.12.2025", "range")]),
        ({"kind": "number", "decimals": 1, "range": [0, 9.5]}, ["9.5", "9,5", "0"],
         [("9.6", "range"), ("9.55", "form"), ("x", "form")]),
        ({"kind": "number", "decimals": 1, "signed": True, "range": [-3, 0]}, ["-2.9"],
         [("-3.1", "range")]),
        ({"kind": "pattern", "pattern": "AA-999"}, ["AB-123", "AB123"],
         [("AB-12", "form"), ("A1-123", "form")]),
        ({"kind": "pattern", "pattern": "AA-999", "cells": 5}, ["AB-123"], [("AB-12", "form")]),
        ({"kind": "pattern", "pattern": "[A-F]{2}"}, ["AF"], [("AG", "form")]),
        ({"kind": "lexicon", "words": ["Mon", "Tue"]}, ["Mon", "TUE", "tue"], [("Wed", "form")]),
        ({"kind": "lexicon", "lexicon": "towns.txt", "out_of_lexicon": 0}, ["Bern", "ULM"],
         [("Rom", "form")]),
        ({"kind": "lexicon", "lexicon": "towns.txt"}, ["Bern", "Rom"], []),
        ({"kind": "line"}, ["as one likes, 7"], []),
        ({"kind": "line", "charset": "digits"}, ["1 2"], [("1 a", "form")]),
        ({"kind": "choice", "options": ["A", "B"]}, ["", "A"], [("C", "form"), ("A;B", "form")]),
        ({"kind": "choice", "options": ["A", "B"], "many": True}, ["A;B"], [("A;C", "form")]),
        ({"kind": "check", "required": True}, ["yes"], [("", "required"), ("no", "form")]),
    ],
)  # fmt: skip
def test_checks_of_a_field_fail_for_wrong_texts_alone(
    tmp_path: Path, values: dict[str, Any], right: list[str], wrong: list[tuple[str, str]]
) -> None:
    leaf = leaf_of(tmp_path, **values)
    assert {text: field_failures(leaf, text) for text in right} == dict.fromkeys(right, ())
    for text, check in wrong:
        (failure,) = field_failures(leaf, text)
        assert (failure.fields, failure.check) == (("it",), check)


def test_all_checks_that_fail_are_told(tmp_path: Path) -> None:
    leaf = leaf_of(tmp_path, kind="digits", length=7, check_digit="luhn", range=[5, 10])
    assert [failure.check for failure in field_failures(leaf, "11")] == [
        "range", "length", "check_digit",
    ]  # fmt: skip


def right_texts() -> dict[str, str]:
    """Return texts of a sheet on which nothing fails."""
    marks = {"Q1.a": "3", "Q1.b": "4", "Q1.Sum": "7", "Q2.b": "5", "Q2.Sum": "5", "Sum.a": "3",
             "Sum.b": "9", "Sum.Sum": "12"}  # fmt: skip
    return {
        "number": "4027116", "name": "LOVELACE", "born": "10.12.2000", "total": "12", "answer": "A",
        **{f"marks.{name}": text for name, text in marks.items()},
    }  # fmt: skip


def test_a_sheet_without_a_fault_fails_nothing(template: Template, tmp_path: Path) -> None:
    roster = read_roster(tmp_path / "roster.csv")
    assert template_failures(template, right_texts(), roster) == ()


@pytest.mark.parametrize(
    ("changed", "failures"),
    [
        ({"marks.Q1.a": "2"}, [
            Failure(("marks.Q1.Sum", "marks.Q1.a", "marks.Q1.b"), "sum", "is 7, and the sum is 6"),
            Failure(("marks.Sum.a", "marks.Q1.a", "marks.Q2.a"), "sum", "is 3, and the sum is 2"),
        ]),
        ({"total": "12,5"}, [
            Failure(("total", "marks.Sum.Sum"), "sum", "is 12,5, and the sum is 12"),
        ]),
        ({"name": "NOETHER"}, [
            Failure(("number", "name"), "roster",
                    "no row of the roster has number 4027116 and name NOETHER"),
        ]),
        ({"name": ""}, []),
        ({"total": ""}, []),
        ({"answer": ""}, [Failure(("answer",), "required", "is blank")]),
        ({"marks.Q1.a": "x"}, [Failure(("marks.Q1.a",), "form", "has 'x', which it cannot have")]),
    ],
)  # fmt: skip
def test_what_fields_say_together_is_checked(
    template: Template, tmp_path: Path, changed: dict[str, str], failures: list[Failure]
) -> None:
    roster = read_roster(tmp_path / "roster.csv")
    texts = right_texts() | changed
    assert list(template_failures(template, texts, roster)) == failures


def test_without_a_roster_no_row_is_missed(template: Template) -> None:
    assert template_failures(template, right_texts() | {"name": "NOBODY"}) == ()


def test_values_are_as_tables_have_them(template: Template, tmp_path: Path) -> None:
    leaves = {leaf.name: leaf for _, leaf in template.leaves()}
    assert value_of(leaves["born"], "1.2.2003") == "2003-02-01"
    assert value_of(leaves["born"], "31.2.2003") == "31.2.2003"
    assert value_of(leaves["total"], "12,5") == "12.5"
    assert value_of(leaves["total"], "x") == "x"
    assert value_of(leaves["day"], "MON") == "Mon"
    assert value_of(leaves["number"], "0042") == "0042"
    assert value_of(leaves["answer"], "A;B") == "A;B"
    both = leaf_of(tmp_path, kind="lexicon", words=["US", "us"])
    assert [value_of(both, text) for text in ("us", "US", "Us")] == ["us", "US", "US"]


def test_numbers_of_other_fields_are_whole(template: Template) -> None:
    leaves = {leaf.name: leaf for _, leaf in template.leaves()}
    assert number_of(leaves["number"], "12") == 12
    assert number_of(leaves["number"], "1.2") is None
