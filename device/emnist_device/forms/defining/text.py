"""A draft -> the text of its template, as a person would write it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emnist_device.forms.defining.draft import Draft, DraftPage

# What needs no quotes in YAML, but for what a reader of version 1.1 takes for something else.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*( [A-Za-z0-9_.-]+)*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

# Larger numbers keep their exponents.
_WHOLE = 1e15
# Of a key before its colon, readers of YAML take at most so many characters, with indents.
_LONGEST_KEY = 1000


@dataclass(frozen=True)
class TemplateText:
    """The text of a template.

    places: first line, page, and number on it, from 0, of each field; None for the head of a page.
    """

    text: str
    places: tuple[tuple[int, int, int | None], ...]

    def place_at(self, line: int) -> tuple[int, int | None] | None:
        """Return page and field that ``line``, from 1, is in; None where it is of the form."""
        before = [(page, number) for first, page, number in self.places if first <= line]
        return before[-1] if before else None


def write_text(draft: Draft, *, in_place: bool = False) -> TemplateText:
    """Return the text of the template; pages without fields are left out.

    ``in_place``: pictures are named by where they are now, not as they will be called.
    """
    lines = [f"form: {write_scalar(draft.form)}"]
    if draft.title:
        lines.append(f"title: {write_scalar(draft.title)}")
    lines += [f"{_key(key, 0)} {_flow(value)}" for key, value in draft.others.items()]
    lines.append("pages:")
    places: list[tuple[int, int, int | None]] = []
    for page_number, page in enumerate(draft.pages):
        if not page.fields:
            continue
        places.append((len(lines) + 1, page_number, None))
        lines += _head(page, in_place=in_place)
        for number, field in enumerate(page.fields):
            places.append((len(lines) + 1, page_number, number))
            lines.append(f"      {_key(field['name'], 6)}")
            lines += [
                f"        {_key(key, 8)} {_flow(value)}"
                for key, value in field.items()
                if key != "name"
            ]
    return TemplateText("\n".join(lines) + "\n", tuple(places))


def _head(page: DraftPage, *, in_place: bool) -> list[str]:
    """Return the lines of ``page`` before its fields."""
    name = str(page.picture.absolute()) if in_place else page.reference
    size = "unit: pixels" if page.size is None else f"size: {_flow(page.size)}"
    return [f"  - reference: {write_scalar(name)}", f"    {size}", "    fields:"]


def _flow(value: Any) -> str:
    """Return ``value`` on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} {_flow(own)}" for key, own in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return write_scalar(value)


def _key(key: str, indent: int | None = None) -> str:
    """Return ``key`` and its colon; on a line of its own where it is long, outside of brackets."""
    written = write_scalar(key)
    if len(written) <= _LONGEST_KEY:
        return f"{written}:"
    return f"? {written}" + (" :" if indent is None else f"\n{' ' * indent}:")


def write_scalar(value: Any) -> str:
    """Return ``value``, which is neither a list nor a mapping, as a template has it."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else repr(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
