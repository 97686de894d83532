"""What is wrong with a draft, field by field, and the template of those that are right."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emnist_device.forms.defining.text import write_text
from emnist_device.forms.model import GridField, MarkField
from emnist_device.forms.shapes import quoted
from emnist_device.forms.template import parse_template
from emnist_device.forms.yaml_nodes import MOST_BYTES, TemplateError, parse_yaml
from emnist_edge.errors import FormError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from emnist_device.forms.defining.draft import Draft
    from emnist_device.forms.model import Area, Field, Template

# A draft with more is not looked through to its end: each costs another look at all fields, of
# which a form on one page has up to 400.
_MOST_FAULTS, _MOST_LOOKED = 20, 4000
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
    known, looked = sizes_of(draft), 0
    while True:
        sound = _only(draft, kept)
        if not any(kept):
            empty = Fault("there is no field yet; draw one, or choose a box that was found")
            return Checked(sound, None, tuple(faults or [empty]))
        text = write_text(sound, in_place=True)
        looked += sum(map(len, kept))
        try:
            template = parse_template(text.text, path, known)
        except TemplateError as error:
            message = _LINE.sub("", error.message)
            page, number = text.place_at(error.line) or (None, None)
            if page is None or number is None:
                where = "" if page is None or len(draft.pages) == 1 else f"page {page + 1}: "
                return Checked(sound, None, (*faults, Fault(where + message)))
            if len(faults) >= _MOST_FAULTS or looked > _MOST_LOOKED:
                return Checked(sound, None, (*faults, Fault(message)))
            faults.append(Fault(message, page, kept[page].pop(number)))
        else:
            return Checked(sound, template, tuple(faults))


def check_readable(draft: Draft) -> None:
    """Raise :class:`FormError` where ``draft`` could not be read again once it is written."""
    text = write_text(draft.distinct()).text
    if len(text.encode()) > MOST_BYTES:
        raise FormError(f"the template would have over {MOST_BYTES // 1000} kB; split the form")
    try:
        parse_yaml(text)
    except TemplateError as error:
        raise FormError(f"the template {error.message}") from error


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
            name = field["name"]
            if names[name] > 1 and name in seen:
                faults.append(Fault(f"another field is called {name}; rename one", at, number))
            elif (option := _missing(field)) is not None:
                faults.append(
                    Fault(f"option {quoted(option)} has no box yet; draw one", at, number)
                )
            elif not set(_files_of(field)) <= files:
                message = "files are not named here; write the lexicon into the template by hand"
                faults.append(Fault(message, at, number))
            seen.add(name)
    return faults


def _missing(field: Mapping[str, object]) -> str | None:
    """Return an option that is to have a box, and has none yet; None where all have one."""
    options = field.get("options")
    boxes = options.items() if isinstance(options, dict) else ()
    return next((name for name, box in boxes if box is None), None)


def _files_of(field: Mapping[str, object]) -> Iterator[str]:
    """Yield the files that a field and a grid's cells name, or what is in place of a name."""
    cell = field.get("cell")
    for record in (field, cell if isinstance(cell, dict) else {}):
        if record.get("lexicon") is not None:
            yield str(record["lexicon"])


def files_of(draft: Draft) -> frozenset[str]:
    """Return the files that fields of ``draft`` name."""
    return frozenset(file for page in draft.pages for own in page.fields for file in _files_of(own))


def _parts(field: Field) -> tuple[Area, ...]:
    if isinstance(field, GridField):
        return tuple(cell.area for cell in field.cells)
    if isinstance(field, MarkField):
        return tuple(option.area for option in field.options)
    return field.cells
