"""A template while it is made: what it says so far, which need not make sense yet."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

#: A field as a template has it, in plain values, and its ``name``.
DraftField = dict[str, Any]
#: The long side, in mm, of A4: what a page in pixels is taken to be.
A4_LONG = 297.0
# What the name of a form may have, and how long it is.
_UNNAMEABLE, _LONGEST_NAME = re.compile(r"[^A-Za-z0-9-]+"), 32


@dataclass(frozen=True)
class DraftPage:
    """A page of the scan, and what is on it.

    picture: file of the empty page. reference: what the template calls it.
    width, height: in units of the page.
    size: of the paper, as a template has it; None for a page in pixels of the picture.
    fields: in the order in which the template has them.
    """

    picture: Path
    reference: str
    width: float
    height: float
    size: str | Sequence[float] | None = None
    fields: tuple[DraftField, ...] = ()

    @property
    def millimetre(self) -> float:
        """How many units make a millimetre; those in pixels are taken to be of A4."""
        return 1.0 if self.size is not None else max(self.width, self.height) / A4_LONG


@dataclass(frozen=True)
class Draft:
    """A template so far. others: what it has besides, such as its roster."""

    form: str
    pages: tuple[DraftPage, ...]
    title: str = ""
    others: Mapping[str, Any] = field(default_factory=dict)

    def filled(self, form: str, title: str, fields: Sequence[Sequence[DraftField]]) -> Draft:
        """Return the draft with another name and title, and these fields on each of its pages."""
        pages = zip(self.pages, fields, strict=True)
        filled = tuple(replace(page, fields=tuple(own)) for page, own in pages)
        return replace(self, form=form, title=title, pages=filled)

    def beside(self, path: Path) -> Draft:
        """Return the draft with reference pictures that are named as its template, ``path``."""
        stem = "".join(char if char.isprintable() else "-" for char in path.stem)
        pages = tuple(
            replace(page, reference=f"{stem}-{number}.png")
            for number, page in enumerate(self.pages, 1)
        )
        return replace(self, pages=pages)

    def distinct(self) -> Draft:
        """Return the draft with a number behind each name that a field before has as well."""
        taken = {own["name"] for page in self.pages for own in page.fields}
        seen: set[str] = set()
        numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(2))

        def named(own: DraftField) -> DraftField:
            name = own["name"]
            if name in seen:
                numbered = (f"{name}-{number}" for number in numbers[name])
                name = next(each for each in numbered if each not in taken)
                taken.add(name)
            seen.add(name)
            return own | {"name": name}

        pages = (replace(page, fields=tuple(map(named, page.fields))) for page in self.pages)
        return replace(self, pages=tuple(pages))

    def only(self, number: int) -> Draft:
        """Return the draft of its page ``number``, from 0, alone."""
        return replace(self, pages=(self.pages[number],), others={})


def form_name(path: Path) -> str:
    """Return the name of a form whose template is ``path``."""
    return _UNNAMEABLE.sub("-", path.stem).strip("-")[:_LONGEST_NAME] or "form"


def parse_fields(content: Any, pages: int) -> list[list[DraftField]]:
    """Return the fields of each page that a browser sent; raises ValueError for anything else.

    What they hold is looked at when the template is made of them.
    """
    if not (isinstance(content, list) and len(content) == pages):
        raise ValueError(f"give the fields of {pages} pages")
    for fields in content:
        if not (isinstance(fields, list) and all(map(_is_field, fields))):
            raise ValueError("a field is a mapping that has a name")
    return content


def _is_field(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("name"), str)
