from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emnist_device.forms.defining.draft import Draft, DraftPage, form_name, parse_fields
from emnist_device.forms.defining.loading import load_draft
from emnist_device.forms.defining.text import write_text
from emnist_edge.errors import FormError


def page(*fields: dict[str, Any], size: Any = "A4") -> DraftPage:
    return DraftPage(Path("/scans/page.png"), "form-1.png", 210, 297, size, fields)


def test_a_template_is_written_as_a_person_would() -> None:
    number = {"name": "number", "kind": "digits", "box": [20, 40.5, 63.0, 9], "cells": 7,
              "required": True}  # fmt: skip
    grid = {"name": "marks", "kind": "grid", "box": [1, 2, 3, 4], "rows": ["Q1", "2"],
            "columns": 3, "cell": {"kind": "digits"}}  # fmt: skip
    draft = Draft("club", (page(), page(number, grid)), "Members: all", {"roster": "a b.csv"})
    assert write_text(draft).text == (
        'form: club\ntitle: "Members: all"\nroster: a b.csv\npages:\n'
        "  - reference: form-1.png\n    size: A4\n    fields:\n"
        "      number:\n        kind: digits\n        box: [20, 40.5, 63, 9]\n"
        "        cells: 7\n        required: true\n"
        '      marks:\n        kind: grid\n        box: [1, 2, 3, 4]\n        rows: [Q1, "2"]\n'
        "        columns: 3\n        cell: {kind: digits}\n"
    )
    there = write_text(draft, in_place=True)
    assert '- reference: "/scans/page.png"\n' in there.text
    assert [there.place_at(line) for line in (4, 7, 8, 12, 13, 99)] == [
        None, (1, None), (1, 0), (1, 0), (1, 1), (1, 1),
    ]  # fmt: skip


TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=60)
@example("null", ["true", "no", "y"])
@given(TEXT, PLAIN)
def test_what_is_written_is_what_is_read(name: str, value: Any) -> None:
    """Whatever is typed in a browser: quotes, marks of YAML, words of other types, any script."""
    field = {"name": name, "kind": "line", "box": [1, 2, 3, 4], "label": value}
    path = Path("/tmp/form.yaml")
    with pytest.MonkeyPatch.context() as patch:
        text = write_text(Draft("club", (page(field),))).text
        patch.setattr("emnist_device.forms.defining.loading.read_text", lambda _: text)
        loaded = load_draft(path)
    (read,) = loaded.pages[0].fields
    assert read == field
    assert [type(one) for one in flat(read)] == [type(one) for one in flat(field)]


def flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for pair in value.items() for one in pair for each in flat(one)]
    if isinstance(value, list):
        return [each for one in value for each in flat(one)]
    # Whole numbers are written without a point, which makes no difference to a template.
    return [float(value) if type(value) in (int, float) else value]


def test_numbers_that_are_texts_stay_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(
        "form: 007\ntitle:\npages:\n- reference: a.png\n  unit: pixels\n  fields:\n"
        "    a: {kind: lexicon, box: [1, 2, 30.50, 1e1], words: [007, 1.50, True, 7, 1e999]}\n"
        "    b: {kind: grid, gap: 1e999,"
        " rows: [01, 2], columns: 2, cell: {kind: check, value: 010}}\n"
    )
    draft = load_draft(path)
    assert (draft.form, draft.title) == ("007", "")
    first, second = draft.pages[0].fields
    assert first["words"] == ["007", "1.50", "True", 7, "1e999"]
    assert first["box"] == [1, 2, 30.5, 10]
    assert (second["rows"], second["columns"]) == (["01", 2], 2)
    assert (second["cell"]["value"], second["gap"]) == ("010", "1e999")  # no finite number
    assert 'words: ["007", "1.50", "True", 7, "1e999"]' in write_text(draft).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("- a\n", "is no template of a form"),
        ("form: a\n", "is no template of a form"),
        ("form: a\npages: [1]\n", "page 1: is no page of a form"),
        ("form: a\npages: [{fields: []}]\n", "page 1: is no page of a form"),
        ("form: a\npages: [{size: A4, fields: {}}]\n", "page 1: has no reference"),
        ("form: a\npages: [{reference: a.png, size: A7}]\n", "page 1: size is A7"),
        ("form: a\npages: [{reference: a.png, size: [1]}]\n", r"page 1: size is \[1\]"),
        ("form: a\npages: [{reference: a.png, size: [1e999, 9]}]\n", "page 1: size is"),
        ("form: a\npages: [{reference: a.png, size: [0, 9]}]\n", r"page 1: size is \[0, 9\]"),
        ("form: a\npages: [{reference: a.png, text: []}]\n", "key 'text' is none of a page"),
        ("form: a\npages: [{reference: a.png, fields: {a: 1}}]\n", "field a is no mapping"),
        ("form: a\npages: [\n", "line 3: is no YAML"),
    ],
)
def test_what_is_no_such_template_is_said(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "form.yaml"
    path.write_text(content)
    with pytest.raises(FormError, match=rf"^{path}.*{words}"):
        load_draft(path)


@pytest.mark.parametrize(
    ("path", "name"),
    [("exam.yaml", "exam"), ("Käse & Brot.yaml", "K-se-Brot"), ("...yaml", "form"),
     ("a" * 50 + ".yml", "a" * 32)],
)  # fmt: skip
def test_a_form_has_the_name_of_its_file(path: str, name: str) -> None:
    assert form_name(Path(path)) == name


@pytest.mark.parametrize(
    "content", [None, [], [[]] * 3, [[1], []], [[{}], []], [[{"name": 1}], []]]
)
def test_fields_that_are_none_are_refused(content: Any) -> None:
    with pytest.raises(ValueError, match=r"give the fields of 2 pages|a field is a mapping"):
        parse_fields(content, 2)
