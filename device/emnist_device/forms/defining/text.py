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


@dataclass(frozen=True)
class TemplateText:
    """The text of a template. fields: of each field its line, page and number on it, from 0."""

    text: str
    fields: tuple[tuple[int, int, int], ...]

    def field_at(self, line: int) -> tuple[int, int] | None:
        """Return page and number of the field that ``line``, from 1, is in; None for no field."""
        before = [(page, number) for first, page, number in self.fields if first <= line]
        return before[-1] if before else None


def write_text(draft: Draft, *, in_place: bool = False) -> TemplateText:
    """Return the text of the template; pages without fields are left out.

    ``in_place``: pictures are named by where they are now, not as they will be called.
    """
    lines = [f"form: {_scalar(draft.form)}"]
    if draft.title:
        lines.append(f"title: {_scalar(draft.title)}")
    lines += [f"{_scalar(key)}: {_flow(value)}" for key, value in draft.others.items()]
    lines.append("pages:")
    places: list[tuple[int, int, int]] = []
    for page_number, page in enumerate(draft.pages):
        if not page.fields:
            continue
        lines += _head(page, in_place=in_place)
        for number, field in enumerate(page.fields):
            places.append((len(lines) + 1, page_number, number))
            lines.append(f"      {_scalar(field['name'])}:")
            lines += [
                f"        {_scalar(key)}: {_flow(value)}"
                for key, value in field.items()
                if key != "name"
            ]
    return TemplateText("\n".join(lines) + "\n", tuple(places))


def _head(page: DraftPage, *, in_place: bool) -> list[str]:
    """Return the lines of ``page`` before its fields."""
    name = str(page.picture.absolute()) if in_place else page.reference
    size = "unit: pixels" if page.size is None else f"size: {_flow(page.size)}"
    return [f"  - reference: {_scalar(name)}", f"    {size}", "    fields:"]


def _flow(value: Any) -> str:
    """Return ``value`` on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(own)}" for key, own in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
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
