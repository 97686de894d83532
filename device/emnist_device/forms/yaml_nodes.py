"""A YAML text -> nodes that know their lines, within limits.

Scalars are those of YAML 1.2's core schema, so ``yes`` and ``12:30`` are texts. Anchors, aliases
and tags are refused: nothing grows while it is read, and nothing is run.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from emnist_edge.errors import shown
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A form of 25 full pages has half of this.
MOST_BYTES = 200_000
# Templates are nested 8 deep.
_DEEPEST, _MOST_NODES = 20, 20_000

_WHOLE = re.compile(r"[-+]?[0-9]+")
_FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}
# Longer figures are no numbers that a template needs; some take long to convert.
_LONGEST_FIGURE = 30

#: What a node holds: a scalar, a list, or a mapping of texts to nodes.
Content = str | int | float | bool | None | list["Node"] | dict[str, "Node"]


@dataclass(frozen=True)
class Node:
    """A value with the line where it begins, from 1; ``text`` is a scalar as it was written."""

    content: Content
    line: int
    text: str = ""


class TemplateError(Exception):
    """What is wrong in a template, and in which line; the file is added by who reads it.

    field: the name of the field that it is in, or "".
    """

    def __init__(self, line: int, message: str, field: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.field = line, message, field


def parse_yaml(text: str) -> Node:
    """Return what ``text`` holds, one YAML document.

    Raises :class:`TemplateError`, and :class:`RuntimeMissingError` where PyYAML is not installed.
    """
    yaml = load_module("yaml", "a template of forms")
    try:
        # That of libyaml, which most installations have, is ten times as fast.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        return _Builder(yaml).build(_within_limits(yaml.parse(text, Loader=loader)))
    except yaml.YAMLError as error:
        raise _fault_of(error) from error


def _fault_of(error: Any) -> TemplateError:
    """Return what PyYAML's ``error`` says, in one line."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = " ".join(filter(None, (getattr(error, "context", ""), getattr(error, "problem", ""))))
    said = said or str(error).splitlines()[0]
    line = 1 if mark is None else mark.line + 1
    return TemplateError(
        line, f"is no YAML ({shown(said)}); mind indentation, and quote what has : or #"
    )


def _within_limits(events: Iterator[Any]) -> Iterator[Any]:
    """Yield the ``events`` of one document; raise where they are too many or not wanted."""
    depth = documents = nodes = 0
    for event in events:
        line, kind = event.start_mark.line + 1, type(event).__name__
        nodes += kind.endswith(("ScalarEvent", "StartEvent"))
        if nodes > _MOST_NODES:
            raise TemplateError(line, f"has over {_MOST_NODES} values; split the form")
        if kind == "AliasEvent" or getattr(event, "anchor", None) is not None:
            raise TemplateError(line, "anchors (&) and aliases (*) are not read; write it out")
        if getattr(event, "tag", None) not in (None, "!"):
            raise TemplateError(line, f"the tag {shown(event.tag)} is not read; leave it out")
        documents += kind == "DocumentStartEvent"
        if documents > 1:
            raise TemplateError(line, "a second document begins (---); a template is one")
        depth += kind.endswith(("SequenceStartEvent", "MappingStartEvent"))
        depth -= kind.endswith(("SequenceEndEvent", "MappingEndEvent"))
        if depth > _DEEPEST:
            raise TemplateError(line, f"is nested over {_DEEPEST} deep; no template needs that")
        yield event


class _Builder:
    """Makes nodes of PyYAML's events."""

    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml

    def build(self, events: Iterator[Any]) -> Node:
        """Return the document's node; an empty document is null."""
        found = Node(None, 1)
        for event in events:
            if isinstance(event, self._yaml.NodeEvent):
                found = self._node(event, events)
        return found

    def _node(self, event: Any, events: Iterator[Any]) -> Node:
        line = event.start_mark.line + 1
        if isinstance(event, self._yaml.ScalarEvent):
            plain = not event.style and event.tag is None
            return Node(_resolved(event.value, line) if plain else event.value, line, event.value)
        if isinstance(event, self._yaml.SequenceStartEvent):
            return Node(list(self._until(self._yaml.SequenceEndEvent, events)), line)
        return Node(self._mapping(events), line)

    def _until(self, end: type, events: Iterator[Any]) -> Iterator[Node]:
        while not isinstance(event := next(events), end):
            yield self._node(event, events)

    def _mapping(self, events: Iterator[Any]) -> dict[str, Node]:
        found: dict[str, Node] = {}
        first: dict[str, int] = {}
        parts = self._until(self._yaml.MappingEndEvent, events)
        for key, value in zip(parts, parts, strict=True):
            if isinstance(key.content, list | dict):
                raise TemplateError(key.line, "a key is no text; write NAME: VALUE")
            if key.text in found:
                raise TemplateError(
                    key.line,
                    f"{shown(key.text)!r} is there already, in line {first[key.text]}; "
                    "rename or remove one",
                )
            first[key.text] = key.line
            found[key.text] = replace(value, line=key.line)
        return found


def _resolved(text: str, line: int) -> str | int | float | bool | None:
    """Return what the plain scalar ``text`` stands for."""
    if text.lower() in _WORDS and text in {"~", text.lower(), text.upper(), text.capitalize()}:
        return _WORDS[text.lower()]
    if not _FRACTION.fullmatch(text):
        return text
    if len(text) > _LONGEST_FIGURE:
        raise TemplateError(line, f"a number has {len(text)} characters; quote it if it is a text")
    if _WHOLE.fullmatch(text):
        return int(text)
    number = float(text)
    return number if math.isfinite(number) else text
