"""What is wrong with a draft, field by field, and the template of those that are right."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emnist_device.forms.defining.text import write_text
from emnist_device.forms.model import GridField, MarkField
from emnist_device.forms.template import parse_template
from emnist_device.forms.yaml_nodes import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from emnist_device.forms.defining.draft import Draft
    from emnist_device.forms.model import Area, Field, Template

# A draft with more is not looked through to its end: each costs another look.
_MOST_FAULTS = 20
# Whoever draws sees no lines of the file.
_LINE = re.compile(r" \(line \d+\)")


@dataclass(frozen=True)
class Fault:
    """What is wrong. page, number: of the field that it is in, from 0; None for the form."""

    message: str
    page: int | None = None
    number: int | None = None


@dataclass(frozen=True)
class Checked:
    """A draft that was looked at.

    sound: the draft without the fields that are wrong. template: of that; None where there is none.
    """

    sound: Draft
    template: Template | None
    faults: tuple[Fault, ...]

    def parts(self) -> list[dict[str, tuple[Area, ...]]]:
        """Return of each page the cells or options of its fields, by their names."""
        found: list[dict[str, tuple[Area, ...]]] = [{} for _ in self.sound.pages]
        if self.template is not None:
            filled = [own for own, page in zip(found, self.sound.pages, strict=True) if page.fields]
            for own, made in zip(filled, self.template.pages, strict=True):
                own |= {field.name: _parts(field) for field in made.fields}
        return found


def check_draft(draft: Draft, path: Path, files: frozenset[str] = frozenset()) -> Checked:
    """Return what is right of ``draft``, whose template will be ``path``, and what is wrong.

    ``files`` are those that its fields may name: a browser names no others.
    Raises :class:`RuntimeMissingError` where PyYAML is not installed.
    """
    faults = _own_faults(draft, files)
    wrong = {(fault.page, fault.number) for fault in faults}
    kept = [
        [number for number in range(len(page.fields)) if (at, number) not in wrong]
        for at, page in enumerate(draft.pages)
    ]
    known = sizes_of(draft)
    while True:
        sound = _only(draft, kept)
        if not any(kept):
            empty = Fault("there is no field yet; draw one, or choose a box that was found")
            return Checked(sound, None, tuple(faults or [empty]))
        text = write_text(sound, in_place=True)
        try:
            template = parse_template(text.text, path, known)
        except TemplateError as error:
            message = _LINE.sub("", error.message)
            at = text.field_at(error.line)
            if at is None or len(faults) >= _MOST_FAULTS:
                return Checked(sound, None, (*faults, Fault(message)))
            page, number = at
            faults.append(Fault(message, page, kept[page].pop(number)))
        else:
            return Checked(sound, template, tuple(faults))


def sizes_of(draft: Draft) -> dict[Path, tuple[float, float]]:
    """Return width and height of each page's picture, where it is now, in units of the page."""
    return {page.picture.absolute(): (page.width, page.height) for page in draft.pages}


def _only(draft: Draft, kept: list[list[int]]) -> Draft:
    """Return ``draft`` with the fields of these numbers on each page."""
    pages = tuple(
        replace(page, fields=tuple(page.fields[number] for number in own))
        for page, own in zip(draft.pages, kept, strict=True)
    )
    return replace(draft, pages=pages)


def _own_faults(draft: Draft, files: frozenset[str]) -> list[Fault]:
    """Return what the text of a template would not show, or must not be tried."""
    names = Counter(field["name"] for page in draft.pages for field in page.fields)
    seen: set[str] = set()
    faults = []
    for at, page in enumerate(draft.pages):
        for number, field in enumerate(page.fields):
            name, file = field["name"], _file_of(field)
            if names[name] > 1 and name in seen:
                faults.append(Fault(f"another field is called {name}; rename one", at, number))
            elif file is not None and file not in files:
                message = "files are not named here; write the lexicon into the template by hand"
                faults.append(Fault(message, at, number))
            seen.add(name)
    return faults


def _file_of(field: Mapping[str, object]) -> object:
    """Return the file that a field names, or a grid's cells; None for none."""
    cell = field.get("cell")
    inner = cell.get("lexicon") if isinstance(cell, dict) else None
    return field.get("lexicon", inner)


def files_of(draft: Draft) -> frozenset[str]:
    """Return the files that fields of ``draft`` name."""
    named = [_file_of(field) for page in draft.pages for field in page.fields]
    return frozenset(str(file) for file in named if file is not None)


def _parts(field: Field) -> tuple[Area, ...]:
    if isinstance(field, GridField):
        return tuple(cell.area for cell in field.cells)
    if isinstance(field, MarkField):
        return tuple(option.area for option in field.options)
    return field.cells
