"""Templates to test with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cv2
import pytest

from emnist_device.forms.template import load_template

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.model import Template

#: What prints or finds markers needs an OpenCV that knows them.
needs_markers = pytest.mark.skipif(
    not hasattr(getattr(cv2, "aruco", None), "ArucoDetector"), reason="OpenCV is older than 4.7"
)
#: A field of each kind, with every key that it has; keys of either kind are in fields of their own.
FIELDS: dict[str, Any] = {
    "number": {
        "kind": "digits", "box": [20, 40, 63, 9], "label": "Student number", "label_place": "above",
        "cells": {"count": 7, "gap": 0.5}, "length": 7, "range": [0, 9999999], "required": True,
        "check_digit": "luhn", "roster": "number",
    },
    "name": {
        "kind": "upper", "box": [100, 40, 80, 9], "cells": 8, "length": [2, 8], "roster": "name",
    },
    "letters": {"kind": "letters", "box": [20, 55, 60, 9]},
    "alnum": {"kind": "alnum", "box": [100, 55, 60, 9],
              "cells": [[100, 55, 9, 9], [110, 55, 9, 9]]},
    "born": {
        "kind": "date", "box": [20, 70, 80, 9], "format": "DD.MM.YYYY", "cells": "auto",
        "range": ["1940-01-01", "2012-12-31"],
    },
    "total": {
        "kind": "number", "box": [120, 70, 40, 9], "cells": 4, "decimals": 1, "decimal_mark": ",",
        "mark_printed": True, "signed": False, "range": [0, 99.5], "sum_of": ["marks.Sum.Sum"],
    },
    "plate": {"kind": "pattern", "box": [20, 85, 60, 9], "pattern": "AA-999", "cells": 5},
    "day": {"kind": "lexicon", "box": [100, 85, 60, 9], "words": ["Mon", "Tue"]},
    "town": {
        "kind": "lexicon", "box": [20, 100, 60, 9], "lexicon": "towns.txt", "out_of_lexicon": 0,
    },
    "remarks": {"kind": "line", "box": [100, 100, 80, 9], "charset": "letters"},
    "marks": {
        "kind": "grid", "box": [40, 130, 60, 30], "rows": ["Q1", "Q2", "Sum"],
        "columns": ["a", "b", "Sum"], "gap": 1, "total_column": "Sum", "total_row": "Sum",
        "cell": {"kind": "digits", "length": [1, 2], "range": [0, 99]},
    },
    "sudoku": {
        "kind": "grid", "box": [120, 120, 45, 45], "rows": 9, "columns": 9,
        "cell": {"kind": "digits", "length": 1, "range": [1, 9]},
    },
    "agree": {"kind": "check", "box": [20, 180, 5, 5], "shape": "box", "value": "agreed",
              "required": False},
    "answer": {
        "kind": "choice", "box": [20, 195, 60, 6], "options": ["A", "B", "C", 4], "shape": "bubble",
        "many": True, "direction": "across", "required": True,
    },
    "hand": {"kind": "choice", "box": [100, 195, 60, 20], "direction": "down",
             "options": {"left": [100, 195, 5, 5], "right": [100, 205, 5, 5]}},
}  # fmt: skip

#: A page of each way of saying things, without fields.
TEXT = {"text": "Write in\nblock letters.", "at": [20, 28.5], "size": 3, "width": 100, "bold": True}


def everything() -> dict[str, Any]:
    """Return a template that has every kind of field."""
    pages = [{"size": "A4", "unit": "mm", "text": [TEXT], "fields": FIELDS}]
    content = {"form": "exam-2026", "title": "Exam", "roster": "roster.csv", "pages": pages}
    return json.loads(json.dumps(content))


def one_page(**fields: Any) -> dict[str, Any]:
    """Return a template of one page with ``fields``."""
    return {"form": "test", "pages": [{"size": "A4", "fields": fields}]}


def write(folder: Path, content: Any) -> Path:
    """Write the template ``content``, and what :func:`everything` names, to ``folder``."""
    (folder / "towns.txt").write_text("Bern\nUlm\n")
    (folder / "roster.csv").write_text("number,name\n4027116,LOVELACE\n4028163,NOETHER\n")
    path = folder / "form.yaml"
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, content: Any) -> Template:
    """Return the template ``content``, written to ``folder``."""
    return load_template(write(folder, content))
