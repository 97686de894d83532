"""Shapes of mappings: of names to one shape, and records whose keys are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from emnist_device.forms.shapes import quoted, wrong
from emnist_device.forms.yaml_nodes import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emnist_device.forms.shapes import Shape
    from emnist_device.forms.yaml_nodes import Node


@dataclass(frozen=True)
class MapOf:
    """A mapping of names to a shape.

    name: the regular expression that a name must match. named: what a name is, for messages.
    wanted: what the mapping is. fields: whether its names are those of fields, for errors.
    """

    shape: Shape
    name: str
    named: str
    most: int
    wanted: str
    fields: bool = False

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return isinstance(node.content, dict)

    def read(self, node: Node, what: str) -> dict[str, Any]:
        """See :class:`Shape`."""
        if not isinstance(node.content, dict):
            raise wrong(node, what, self.wanted)
        if not 1 <= len(node.content) <= self.most:
            raise TemplateError(node.line, f"{what} has {len(node.content)}; give {self.wanted}")
        found = {}
        for name, each in node.content.items():
            if not re.search(self.name, name, re.ASCII):
                raise TemplateError(each.line, f"{quoted(name)} is no name of {self.named}")
            try:
                found[name] = self.shape.read(each, name if self.fields else f"{what} {name}")
            except TemplateError as fault:
                fault.field = fault.field or (name if self.fields else "")
                raise
        return found

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        return {
            "type": "object",
            "additionalProperties": self.shape.schema(),
            "propertyNames": {"pattern": self.name},
            "minProperties": 1,
            "maxProperties": self.most,
        }


@dataclass(frozen=True)
class Key:
    """A key of a record: what it holds, what it is for, and whether it must be there."""

    shape: Shape
    about: str
    required: bool = False


class Values(dict[str, Any]):
    """The values of a record by their keys, with the line of each, and of the record."""

    def __init__(self, values: Mapping[str, Any], lines: Mapping[str, int], line: int) -> None:
        super().__init__(values)
        self.lines, self.line = lines, line

    def line_of(self, key: str) -> int:
        """Return the line of ``key``, or where that is not there, of the record."""
        return self.lines.get(key, self.line)


def _read_record(content: Mapping[str, Node], keys: Mapping[str, Key], node: Node) -> Values:
    """Return the values of a mapping whose ``keys`` are known."""
    for name, each in content.items():
        if name not in keys:
            near = get_close_matches(name, keys, 1)
            advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}"
            raise TemplateError(each.line, f"key {quoted(name)} is not known here; {advice}")
    for name, key in keys.items():
        if key.required and name not in content:
            raise TemplateError(node.line, f"has no {name}; give {key.shape.wanted}")
    values = {name: keys[name].shape.read(each, name) for name, each in content.items()}
    return Values(values, {name: each.line for name, each in content.items()}, node.line)


def _schema(keys: Mapping[str, Key]) -> dict[str, Any]:
    """Return the JSON Schema of a mapping whose ``keys`` are known."""
    properties = {
        name: {"description": key.about, **key.shape.schema()} for name, key in keys.items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name, key in keys.items() if key.required],
        "additionalProperties": False,
    }


@dataclass(frozen=True)
class Record:
    """A mapping whose keys are known.

    either: of which exactly one must be there, where it is not empty.
    """

    keys: Mapping[str, Key]
    wanted: str
    either: Sequence[str] = ()

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return isinstance(node.content, dict)

    def read(self, node: Node, what: str) -> Values:
        """See :class:`Shape`."""
        if not isinstance(node.content, dict):
            raise wrong(node, what, self.wanted)
        values = _read_record(node.content, self.keys, node)
        given = [name for name in self.either if name in values]
        if self.either and len(given) != 1:
            fault = "both" if given else "neither"
            raise TemplateError(
                node.line, f"{what} has {fault} of {' and '.join(self.either)}; give one of them"
            )
        return values

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        choice = {"oneOf": [{"required": [name]} for name in self.either]} if self.either else {}
        return _schema(self.keys) | choice


@dataclass(frozen=True)
class ByKind:
    """A mapping whose keys depend on its ``kind``."""

    records: Mapping[str, Record]
    wanted: str

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return isinstance(node.content, dict)

    def read(self, node: Node, what: str) -> Values:
        """See :class:`Shape`."""
        if not isinstance(node.content, dict):
            raise wrong(node, what, self.wanted)
        kind = node.content.get("kind")
        if kind is None:
            raise TemplateError(node.line, f"has no kind; give one of {', '.join(self.records)}")
        if not isinstance(kind.content, str):
            raise wrong(kind, "kind", f"one of {', '.join(self.records)}")
        if kind.content not in self.records:
            near = get_close_matches(kind.text, self.records, 1)
            advice = f"did you mean {near[0]}? " if near else ""
            raise TemplateError(
                kind.line,
                f"kind {quoted(kind.text)} is not known; {advice}"
                f"Kinds are {', '.join(self.records)}",
            )
        return self.records[kind.content].read(node, what)

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        return {
            "type": "object",
            "properties": {"kind": {"enum": list(self.records)}},
            "required": ["kind"],
            "allOf": [
                {"if": {"properties": {"kind": {"const": kind}}}, "then": record.schema()}
                for kind, record in self.records.items()
            ],
        }
