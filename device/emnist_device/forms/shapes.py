"""What a template may look like: shapes that read nodes, and describe themselves as JSON Schema.

One description serves both, so that what the schema accepts is what is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from emnist_device.forms.yaml_nodes import TemplateError
from emnist_edge.errors import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.forms.yaml_nodes import Node

# What a node of wrong type is called in messages.
_NAMES = {
    str: "a text", bool: "true or false", int: "a number", float: "a number",
    list: "a list", dict: "a mapping", type(None): "nothing",
}  # fmt: skip
_LONGEST_SHOWN = 40
#: What a text of one line matches: no control characters.
LINE = r"^[^\x00-\x1f\x7f-\x9f]+$(?!\n)"
#: What a text of several lines matches.
LINES = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]+$"
#: Of :class:`Text`: scalars that are written without a dot, and all scalars.
WHOLE, SCALAR = ("integer", "boolean"), ("number", "boolean")


class Shape(Protocol):
    """What a node may look like."""

    @property
    def wanted(self) -> str:
        """What it is, for messages."""

    def takes(self, node: Node) -> bool:
        """Say whether ``node`` is of the type that this is for."""

    def read(self, node: Node, what: str) -> Any:
        """Return the value of ``node``, which messages call ``what``; raises TemplateError."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of what is read."""


def wrong(node: Node, what: str, wanted: str) -> TemplateError:
    """Return the fault that ``node``, called ``what``, is something else than is ``wanted``."""
    is_what = quoted(node.text) if node.text else _NAMES[type(node.content)]
    return TemplateError(node.line, f"{what} is {is_what}; give {wanted}")


def quoted(text: str) -> str:
    """Return ``text`` as messages show it: in quotes, and no longer than a line has room for."""
    text = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
    return repr(shown(text))


@dataclass(frozen=True)
class Text:
    """A text of at most so many characters, which a regular expression matches.

    also: JSON types other than texts that are taken for the text that they are written as.
    """

    wanted: str
    also: Sequence[str] = ()
    pattern: str = LINE
    longest: int = 200

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return self._text(node) is not None

    def read(self, node: Node, what: str) -> str:
        """See :class:`Shape`."""
        text = self._text(node)
        if text is None:
            quoted = f'; quote it: "{node.text}"' if isinstance(node.content, int | float) else ""
            fault = wrong(node, what, self.wanted)
            raise TemplateError(fault.line, fault.message + quoted)
        if isinstance(node.content, str):
            if not 0 < len(text) <= self.longest:
                size = f"has over {self.longest} characters" if text else "is empty"
                raise TemplateError(node.line, f"{what} {size}; give {self.wanted}")
            if not re.search(self.pattern, text, re.ASCII):
                raise wrong(node, what, self.wanted)
        return text

    def _text(self, node: Node) -> str | None:
        """Return the text that ``node`` stands for, or None where it is none."""
        value = node.content
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return node.text if "boolean" in self.also else None
        if not isinstance(value, int | float):
            return None
        if "number" in self.also:
            return node.text
        if "integer" not in self.also or (isinstance(value, float) and not value.is_integer()):
            return None
        return node.text.lstrip("+") if isinstance(value, int) else str(int(value))

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        return {
            "type": ["string", *self.also] if self.also else "string",
            "minLength": 1,
            "maxLength": self.longest,
            "pattern": self.pattern,
        }


@dataclass(frozen=True)
class Number:
    """A number from ``least`` to ``most``, or more than ``least``; ``whole`` ones alone, if so."""

    least: float
    most: float
    whole: bool = False
    above: bool = False

    @property
    def wanted(self) -> str:
        """See :class:`Shape`."""
        kind = "a whole number" if self.whole else "a number"
        first = f"over {self.least:g} and up" if self.above else f"from {self.least:g}"
        return f"{kind} {first} to {self.most:g}"

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return isinstance(node.content, int | float) and not isinstance(node.content, bool)

    def read(self, node: Node, what: str) -> float:
        """See :class:`Shape`."""
        value = node.content
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise wrong(node, what, self.wanted)
        inside = self.least < value <= self.most or (value == self.least and not self.above)
        if not inside or (self.whole and value != int(value)):
            raise wrong(node, what, self.wanted)
        return int(value) if self.whole else float(value)

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        return {
            "type": "integer" if self.whole else "number",
            "exclusiveMinimum" if self.above else "minimum": self.least,
            "maximum": self.most,
        }


@dataclass(frozen=True)
class Flag:
    """True or false."""

    wanted: str = "true or false"

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return isinstance(node.content, bool)

    def read(self, node: Node, what: str) -> bool:
        """See :class:`Shape`."""
        if not isinstance(node.content, bool):
            raise wrong(node, what, self.wanted)
        return node.content

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class OneOf:
    """One of some words."""

    words: Sequence[str]

    @property
    def wanted(self) -> str:
        """See :class:`Shape`."""
        return f"one of {', '.join(self.words)}"

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return isinstance(node.content, str)

    def read(self, node: Node, what: str) -> str:
        """See :class:`Shape`."""
        if node.content not in self.words:
            raise wrong(node, what, self.wanted)
        return node.text

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class ListOf:
    """A list of at least and at most so many of a shape."""

    shape: Shape
    least: int
    most: int
    wanted: str

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return isinstance(node.content, list)

    def read(self, node: Node, what: str) -> list[Any]:
        """See :class:`Shape`."""
        if not isinstance(node.content, list):
            raise wrong(node, what, self.wanted)
        if not self.least <= len(node.content) <= self.most:
            raise TemplateError(
                node.line, f"{what} is a list of {len(node.content)}; give {self.wanted}"
            )
        return [
            self.shape.read(each, f"{what}, number {number},")
            for number, each in enumerate(node.content, 1)
        ]

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        return {
            "type": "array",
            "items": self.shape.schema(),
            "minItems": self.least,
            "maxItems": self.most,
        }


@dataclass(frozen=True)
class Either:
    """One of several shapes, of which no two are for the same type."""

    shapes: Sequence[Shape]

    @property
    def wanted(self) -> str:
        """See :class:`Shape`."""
        return ", or ".join(shape.wanted for shape in self.shapes)

    def takes(self, node: Node) -> bool:
        """See :class:`Shape`."""
        return any(shape.takes(node) for shape in self.shapes)

    def read(self, node: Node, what: str) -> Any:
        """See :class:`Shape`."""
        for shape in self.shapes:
            if shape.takes(node):
                return shape.read(node, what)
        raise wrong(node, what, self.wanted)

    def schema(self) -> dict[str, Any]:
        """See :class:`Shape`."""
        return {"anyOf": [shape.schema() for shape in self.shapes]}
