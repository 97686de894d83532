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
from emnist_device.forms.model import TextField
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


@pytest.mark.parametrize(
    ("values", "text", "reason"),
    [
        ({"kind": "date", "format": "DD.MM.YYYY"}, "31.02.2026", "no day is 31.02.2026"),
        ({"kind": "date", "format": "DD.MM.YYYY"}, "3.2", "3.2 is no DD.MM.YYYY"),
        ({"kind": "date", "format": "YYYYMMDD", "cells": 8}, "20261301", "no day is 20261301"),
        ({"kind": "date", "format": "DD.MM.YYYY", "cells": 8}, "24. 1.2026",
         "a cell between others is empty"),
        ({"kind": "date", "format": "DD.MM.YYYY", "cells": 8}, "in two weeks",
         "in two weeks is no DD.MM.YYYY"),
        ({"kind": "number", "cells": 3}, "a few", "a few is no number"),
        ({"kind": "digits", "cells": 7}, "40 x1", "has 'x', which it cannot have"),
        ({"kind": "digits", "cells": 7}, "40 7116", "a cell between others is empty"),
        ({"kind": "alnum", "cells": 7}, "A 7", "a cell between others is empty"),
        ({"kind": "number", "cells": 5, "decimals": 2}, "1 2.50", "a cell between others is empty"),
        ({"kind": "number", "cells": 5, "decimals": 2}, ". 5", "a cell between others is empty"),
        ({"kind": "pattern", "cells": 5, "pattern": "AA-999"}, "AB-1 3",
         "a cell between others is empty"),
        ({"kind": "number", "decimals": 1}, "7.55", "7.55 has more than 1 decimal"),
        ({"kind": "number", "decimals": 2}, "7.555", "7.555 has more than 2 decimals"),
        ({"kind": "number"}, "-7", "-7 is negative"),
        ({"kind": "number"}, "7x", "7x is no number"),
    ],
)  # fmt: skip
def test_the_reason_says_what_is_wrong(
    tmp_path: Path, values: dict[str, Any], text: str, reason: str
) -> None:
    (failure,) = field_failures(leaf_of(tmp_path, **values), text)
    assert (failure.check, failure.reason) == ("form", reason)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"kind": "upper", "cells": 7}, "VAN DYK"),
        ({"kind": "letters", "cells": 7, "length": [3, 7]}, "Van Dyk"),
        ({"kind": "lexicon", "words": ["New York", "Boston"], "cells": 8}, "NEW YORK"),
        ({"kind": "date", "format": "DD MM YYYY", "cells": 8}, "24 11 2026"),
        ({"kind": "pattern", "pattern": "AA 999", "cells": 5}, "AB 123"),
        ({"kind": "number", "decimals": 2, "cells": 5}, ".75"),
    ],
)
def test_words_and_printed_marks_leave_gaps(
    tmp_path: Path, values: dict[str, Any], text: str
) -> None:
    assert field_failures(leaf_of(tmp_path, **values), text) == ()


def test_decimals_alone_are_less_than_one(tmp_path: Path) -> None:
    leaf = leaf_of(tmp_path, kind="number", decimals=2, cells=5)
    assert isinstance(leaf, TextField)
    texts = {cells: leaf.join(list(cells)) for cells in ("7    ", "  7  ", "   75")}
    assert {cells: value_of(leaf, text) for cells, text in texts.items()} == {
        "7    ": "7", "  7  ": "7", "   75": "0.75",
    }  # fmt: skip
