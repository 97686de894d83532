"""The keys of a template's file: what each holds and means."""

from __future__ import annotations

import json
from typing import get_args

from emnist_device.forms.check_digits import METHODS
from emnist_device.forms.formats import DATE_FORMAT
from emnist_device.forms.model import LabelPlace, Shape, Unit
from emnist_device.forms.records import ByKind, Key, MapOf, Record
from emnist_device.forms.shapes import (
    LINES,
    SCALAR,
    WHOLE,
    Either,
    Flag,
    ListOf,
    Number,
    OneOf,
    Text,
)

#: Sizes of paper in millimetres, upright.
PAPERS = {"A4": (210.0, 297.0), "A5": (148.0, 210.0), "Letter": (215.9, 279.4)}
LANDSCAPE = " landscape"
#: What names of fields and of rows and columns of grids look like.
FIELD_NAME = "^[A-Za-z][A-Za-z0-9_-]{0,39}$(?!\\n)"
#: As many pages as there are markers for.
MOST_PAGES = 25
MOST_FIELDS, MOST_CELLS, MOST_ROWS = 400, 100, 60

_PLACE = Number(0, 20_000)
_EXTENT = Number(0, 20_000, above=True)
_BOX = ListOf(_PLACE, 4, 4, "[x, y, width, height]")
_FILE = Text("the name of a file", longest=1000)
_LABEL = Text("a text", also=SCALAR)
_ENTRY = Text("a name of at most 40 characters without a dot or semicolon", also=WHOLE,
              pattern=r"^[^\x00-\x1f\x7f-\x9f.;]+$(?!\n)", longest=40)  # fmt: skip
_FIELDS = Text("the name of a field, or of a grid's row, as in marks.Q1", longest=130)

_COMB = Record(
    {
        "count": Key(Number(1, MOST_CELLS, whole=True), "How many cells.", required=True),
        "gap": Key(Number(0, 100), "Between two cells, in page units; 0 if not given."),
    },
    "count and gap",
)
_CELLS = Either(
    [
        Number(1, MOST_CELLS, whole=True),
        OneOf(["auto"]),
        _COMB,
        ListOf(_BOX, 1, MOST_CELLS, "a list of boxes"),
    ]
)
_KIND = Key(Text("a kind"), "What is written or marked in the field.", required=True)
_REQUIRED = Key(Flag(), "Whether it may not be blank; false if not given.")
_COMMON = {
    "kind": _KIND,
    "box": Key(_BOX, "Where it is on the page: x, y, width, height.", required=True),
    "label": Key(_LABEL, "What is printed beside it; its name if not given."),
    "label_place": Key(OneOf(get_args(LabelPlace)), "Where the label is; above if not given."),
}
_WRITTEN = {
    "cells": Key(
        _CELLS,
        "A comb: how many cells, or auto for as many as the format or pattern has; or the box of "
        "each. If not given, the field is one box.",
    ),
    "required": _REQUIRED,
}
_CHECK_DIGIT = {
    "check_digit": Key(OneOf(METHODS), "How its last characters follow from the others.")
}
_ROSTER = {"roster": Key(_LABEL, "The column of the roster that it holds.")}
_LENGTH = {
    "length": Key(
        Either(
            [
                Number(1, MOST_CELLS, whole=True),
                ListOf(Number(1, MOST_CELLS, whole=True), 2, 2, "[least, most]"),
            ]
        ),
        "How many characters it has, or [least, most].",
    )
}
_RANGE = {
    "range": Key(
        ListOf(Number(-1e12, 1e12), 2, 2, "[least, most]"), "The least and the most that it may be."
    )
}
_DATES = ListOf(
    Text("a date such as 2026-12-31", pattern=r"^\d{4}-\d{2}-\d{2}$(?!\n)"),
    2, 2, "[first, last], such as [2026-01-01, 2026-12-31]",
)  # fmt: skip
_SUM = {"sum_of": Key(ListOf(_FIELDS, 1, 200, "a list of fields"), "The fields that it sums up.")}
_OWN: dict[str, dict[str, Key]] = {
    "digits": _CHECK_DIGIT | _LENGTH | _RANGE,
    "upper": _LENGTH,
    "letters": _LENGTH,
    "alnum": _CHECK_DIGIT | _LENGTH,
    "date": {
        "format": Key(
            Text("day, month and year, such as DD.MM.YYYY", pattern=DATE_FORMAT),
            "Day (DD), month (MM) and year (YYYY or YY), with one of - . / and space between.",
            required=True,
        ),
        "range": Key(_DATES, "The first and the last day that it may be, as YYYY-MM-DD."),
    },
    "number": {
        "decimals": Key(Number(0, 6, whole=True), "How many decimals at most; 0 if not given."),
        "decimal_mark": Key(OneOf([".", ","]), "What stands before them; a point if not given."),
        "mark_printed": Key(Flag(), "Whether a comb has it printed; true if not given."),
        "signed": Key(Flag(), "Whether it may be negative; false if not given."),
        **_RANGE,
    },
    "pattern": {
        **_CHECK_DIGIT,
        "pattern": Key(
            Text("a mask such as AA-999, or a regular expression", also=SCALAR),
            "What it looks like: a mask, whose marks a comb has printed, or a regular expression.",
            required=True,
        ),
    },
    "lexicon": {
        "lexicon": Key(_FILE, "File with a word a line."),
        "words": Key(
            ListOf(Text("a word", also=SCALAR), 1, 1000, "a list of words"), "The words there are."
        ),
        "out_of_lexicon": Key(
            Number(0, 1), "How probable it is that it is none of these; 0.01 if not given."
        ),
    },
    "line": {
        **_CHECK_DIGIT,
        "charset": Key(_LABEL, "What there is: a name such as letters, or characters."),
    },
}
_EITHER = {"lexicon": ("lexicon", "words")}
_SUMMABLE = ("digits", "number")


def _text_record(kind: str) -> Record:
    total = _SUM if kind in _SUMMABLE else {}
    keys = _COMMON | _WRITTEN | _OWN[kind] | _ROSTER | total
    return Record(keys, "a mapping", _EITHER.get(kind, ()))


def _cell_record(kind: str) -> Record:
    return Record({"kind": _KIND} | _WRITTEN | _OWN[kind], "a mapping", _EITHER.get(kind, ()))


def _entries(what: str) -> Either:
    count = Number(1, MOST_ROWS, whole=True)
    return Either([count, ListOf(_ENTRY, 1, MOST_ROWS, f"a list of the names of {what}")])


_GRID = Record(
    _COMMON
    | {
        "rows": Key(_entries("rows"), "How many rows, or their names.", required=True),
        "columns": Key(_entries("columns"), "How many columns, or their names.", required=True),
        "gap": Key(Number(0, 100), "Between two cells, in page units; 0 if not given."),
        "cell": Key(
            ByKind({kind: _cell_record(kind) for kind in _OWN}, "a mapping with a kind"),
            "What is written in each cell.",
            required=True,
        ),
        "total_column": Key(_ENTRY, "The column whose cells are the sum of the others in the row."),
        "total_row": Key(_ENTRY, "The row whose cells are the sum of the others in the column."),
    },
    "a mapping",
)
_SHAPE = {"shape": Key(OneOf(get_args(Shape)), "What is printed to mark; a box if not given.")}
_CHECK = Record(
    _COMMON
    | _SHAPE
    | {
        "value": Key(_ENTRY, "What it stands for where it is marked; yes if not given."),
        "required": _REQUIRED,
    },
    "a mapping",
)
_CHOICE = Record(
    _COMMON
    | _SHAPE
    | {
        "options": Key(
            Either(
                [
                    ListOf(_ENTRY, 2, 60, "a list of 2 to 60 options"),
                    MapOf(_BOX, r"^[^\x00-\x1f\x7f-\x9f.;]{1,40}$(?!\n)", "an option", 60,
                          "a mapping of 1 to 60 options to their boxes"),
                ]
            ),
            "What can be marked: texts, which share the box, or texts with the box of each.",
            required=True,
        ),
        "many": Key(Flag(), "Whether several may be marked; false if not given."),
        "direction": Key(OneOf(["across", "down"]), "How they lie; across if not given."),
        "required": _REQUIRED,
    },
    "a mapping",
)  # fmt: skip
#: A field, by its kind.
FIELD = ByKind(
    {kind: _text_record(kind) for kind in _OWN}
    | {"grid": _GRID, "check": _CHECK, "choice": _CHOICE},
    "a mapping with kind and box",
)
_PRINT = Record(
    {
        "text": Key(
            Text("a text", also=SCALAR, pattern=LINES, longest=2000),
            "What is printed; it may have several lines.",
            required=True,
        ),
        "at": Key(ListOf(_PLACE, 2, 2, "[x, y]"), "Its top left corner.", required=True),
        "size": Key(Number(1, 100), "Of its font in mm; 4, which is 11 points, if not given."),
        "width": Key(_EXTENT, "Where it is wrapped; the page's if not given."),
        "bold": Key(Flag(), "Whether it is bold; false if not given."),
    },
    "text and at",
)
_SIZES = [f"{paper}{turned}" for turned in ("", LANDSCAPE) for paper in PAPERS]
_PAGE = Record(
    {
        "size": Key(
            Either([OneOf(_SIZES), ListOf(Number(10, 2000), 2, 2, "[width, height] in mm")]),
            "Of the paper. Needed unless the unit is pixels.",
        ),
        "reference": Key(
            _FILE, "A picture of the empty form, cut to the page; then nothing is printed."
        ),
        "unit": Key(
            OneOf(get_args(Unit)), "Of all places; mm if not given, or pixels of the reference."
        ),
        "text": Key(ListOf(_PRINT, 1, 200, "a list of texts"), "What is printed besides."),
        "fields": Key(
            MapOf(FIELD, FIELD_NAME, "a field: begin with a letter, go on with letters, digits, "
                  "_ and -, 40 in all", MOST_FIELDS, f"1 to {MOST_FIELDS} fields", fields=True),
            "The fields by their names.",
            required=True,
        ),
    },
    "a mapping with size and fields",
)  # fmt: skip
#: All of a template's file.
TEMPLATE = Record(
    {
        "form": Key(
            Text("a name of 1 to 32 letters, digits and hyphens", also=("integer",),
                 pattern="^[A-Za-z0-9-]{1,32}$(?!\\n)"),
            "The form's name, which its QR code has.",
            required=True,
        ),
        "title": Key(_LABEL, "What is printed at the top of each page; nothing if not given."),
        "roster": Key(_FILE, "CSV file with a row for each sheet, such as each student."),
        "pages": Key(
            ListOf(_PAGE, 1, MOST_PAGES, f"a list of 1 to {MOST_PAGES} pages"),
            "The form's pages.",
            required=True,
        ),
    },
    "a mapping with form and pages",
)  # fmt: skip


def schema_text() -> str:
    """Return the JSON Schema of a template's file, for editors that know such schemas."""
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Template of a form for emnist-edge",
        **TEMPLATE.schema(),
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
