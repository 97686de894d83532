"""What the JSON Schema of templates accepts is what is read, and the other way round."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.forms import grammar
from emnist_device.forms.records import ByKind, Record
from emnist_device.forms.template import load_template
from emnist_device.forms.yaml_nodes import Node, TemplateError, parse_yaml
from tests.conftest import ROOT
from tests.emnist_device.forms.templates import FIELDS, everything, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emnist_device.forms.shapes import Shape

SCHEMA = json.loads(grammar.schema_text())
Draft202012Validator = pytest.importorskip("jsonschema").Draft202012Validator
FILE = ROOT / "device" / "emnist_device" / "forms" / "form.schema.json"
#: What may stand in place of any value.
JUNK: list[Any] = [
    None, True, 0, -1, 7, 7.0, 1.5, 1e13, "", "x", "A4", "auto", "a.b", "a;b", "a\nb", "a\n",
    "\x85", "x" * 41, "x" * 2001, "2026-01-31", "2026-01-31\n", "DD/MM/YY", [], [1], [2, 1],
    [1, 2, 3, 4], [[1, 2, 3, 4]], ["a", "b"], [1, 2], {}, {"a": 1}, {"count": 3},
    {"kind": "digits"}, {"a": [1, 2, 3, 4]}, {"a": {"kind": "check", "box": [1, 2, 3, 4]}},
]  # fmt: skip


def node_of(value: Any) -> Node:
    """Return the node that ``value``, of JSON, is in YAML."""
    if isinstance(value, dict):
        return Node({key: node_of(each) for key, each in value.items()}, 1)
    if isinstance(value, list):
        return Node([node_of(each) for each in value], 1)
    text = value if isinstance(value, str) else json.dumps(value)
    return Node(value, 1, text)


def is_read(shape: Shape, value: Any) -> bool:
    try:
        shape.read(node_of(value), "it")
    except TemplateError:
        return False
    return True


def altered(value: Any) -> Iterator[Any]:
    """Yield ``value`` with one thing in it replaced, left out, added or put elsewhere."""
    yield from JUNK
    if isinstance(value, dict):
        yield {**value, "unknown": 1}
        for key, each in value.items():
            rest = {name: other for name, other in value.items() if name != key}
            yield rest
            yield {**rest, key.upper(): each}
            yield from ({**rest, key: other} for other in altered(each))
    if isinstance(value, list):
        yield value + value[:1]
        for index, each in enumerate(value):
            yield value[:index] + value[index + 1 :]
            yield from ([*value[:index], other, *value[index + 1 :]] for other in altered(each))


def test_the_schema_that_ships_is_that_of_the_loader() -> None:
    """If not: emnist-edge form schema > device/emnist_device/forms/form.schema.json."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == SCHEMA
    Draft202012Validator.check_schema(SCHEMA)


def test_a_template_with_everything_is_accepted_by_both(tmp_path: Path) -> None:
    assert Draft202012Validator(SCHEMA).is_valid(everything())
    load_template(write(tmp_path, everything()))


@pytest.mark.parametrize("name", FIELDS)
def test_fields_are_accepted_by_both_or_neither(name: str) -> None:
    field = grammar.TEMPLATE.keys["pages"].shape.shape.keys["fields"].shape.shape  # type: ignore[attr-defined]
    record: Record = field.records[FIELDS[name]["kind"]]
    validator = Draft202012Validator(record.schema())
    outcomes = [
        (is_read(record, value), validator.is_valid(value), value)
        for value in altered(FIELDS[name])
    ]
    assert [value for read, valid, value in outcomes if read != valid] == []
    assert {read for read, _, _ in outcomes} == {True, False}


def test_kinds_are_told_apart_by_both() -> None:
    field = grammar.TEMPLATE.keys["pages"].shape.shape.keys["fields"].shape.shape  # type: ignore[attr-defined]
    assert isinstance(field, ByKind)
    validator = Draft202012Validator(field.schema())
    for value in FIELDS.values():
        for kind in (*field.records, "digist", 1, None, ["digits"]):
            mixed = {**value, "kind": kind}
            assert is_read(field, mixed) == validator.is_valid(mixed), mixed


def test_what_is_around_fields_is_accepted_by_both_or_neither() -> None:
    content = everything()
    content["pages"][0]["fields"] = {"agree": {"kind": "check", "box": [20, 180, 5, 5]}}
    validator = Draft202012Validator(SCHEMA)
    for value in altered(content):
        assert is_read(grammar.TEMPLATE, value) == validator.is_valid(value), value


def test_nodes_of_json_are_those_of_yaml() -> None:
    def contents(node: Node) -> Any:
        if isinstance(node.content, dict):
            return {key: contents(each) for key, each in node.content.items()}
        if isinstance(node.content, list):
            return [contents(each) for each in node.content]
        return (node.content, node.text)

    values = [everything(), *(value for value in JUNK if value != 1e13)]
    for value in values:
        text = json.dumps(value, ensure_ascii=True)
        assert contents(parse_yaml(text)) == contents(node_of(value)), text


def test_every_key_says_what_it_is_for() -> None:
    def check(schema: dict[str, Any]) -> Iterator[str]:
        for key, value in schema.items():
            if key == "properties" and "additionalProperties" in schema:
                yield from (name for name, each in value.items() if not each.get("description"))
            if isinstance(value, dict):
                yield from check(value)
            if isinstance(value, list):
                yield from (
                    name for each in value if isinstance(each, dict) for name in check(each)
                )

    assert list(check(SCHEMA)) == []
