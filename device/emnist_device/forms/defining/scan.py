"""Pages of a scan, or of a template that is there -> a draft with what was found on each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emnist_device.forms.defining.draft import Draft, DraftPage, form_name
from emnist_device.forms.defining.loading import load_draft
from emnist_device.forms.defining.proposals import named, propose
from emnist_device.forms.defining.workshop import Look, Seen
from emnist_device.forms.template import paper_of
from emnist_device.processes.process import Failure
from emnist_edge.errors import FormError, PictureError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from emnist_device.forms.defining.draft import DraftField
    from emnist_device.processes.servant import Servant

# What a page may be off the shape of its paper: margins that a scanner leaves or cuts.
_OFF_SHAPE = 0.03


@dataclass(frozen=True)
class Start:
    """What to begin with.

    draft: without fields, or with those of the template. found: what may be fields of each page,
    without names. notes: what a person should know of it, a line each.
    """

    draft: Draft
    found: tuple[tuple[DraftField, ...], ...]
    notes: tuple[str, ...] = ()


def start_anew(
    name: str,
    numbers: Sequence[int],
    pages: int,
    out: Path,
    size: str | None,
    folder: Path,
    servant: Servant,
) -> Start:
    """Return what to begin a template with.

    Args:
        name: file of the scan.
        numbers: of its pages, from 1.
        pages: how many it has.
        out: file of the template.
        size: of the paper; None for places in pixels.
        folder: where pictures are kept until the template is written.
        servant: looks at pictures; of :func:`emnist_device.forms.defining.workshop.make_workshop`.

    Raises:
        PictureError: a page cannot be read, or is not of the paper's shape; names the file.
    """
    made: list[DraftPage] = []
    found, notes = [], []
    for number in numbers:
        where = shown(name) + (f", page {number}" if pages > 1 else "")
        target = folder / f"page-{number}.png"
        seen = _look(servant, Look(name, number, target), where)
        if seen.turned:
            notes.append(f"{where}: was askew by {seen.turned:.1f} degrees, and is straightened")
        width, height = _paper(seen, size, where)
        page = DraftPage(target, target.name, width, height, size)
        found.append(_found(seen, page))
        made.append(page)
    draft = Draft(form_name(out), tuple(made)).beside(out)
    return Start(draft, tuple(found), tuple(notes))


def start_from(
    path: Path, out: Path, folder: Path, servant: Servant, hear: Callable[[str], None]
) -> Start:
    """Return the template in ``path`` to go on with; see :func:`start_anew`.

    ``hear`` is told of pages on which nothing more is found. Raises FormError, and PictureError
    where a reference picture cannot be read.
    """
    draft = load_draft(path)
    if not draft.pages:
        raise FormError(f"{shown(path)}: has no page; see emnist-edge form check")
    pages, found = [], []
    for number, page in enumerate(draft.pages, 1):
        where = f"{shown(path)}, page {number}"
        target = folder / f"page-{number}.png"
        seen = _look(servant, Look(str(page.picture), 1, target, straight=False), where)
        if page.size is None:
            page = replace(page, width=float(seen.width), height=float(seen.height))  # noqa: PLW2901
        pages.append(replace(page, picture=target))
        found.append(_found(seen, page))
        if not found[-1]:
            hear(f"{where}: no boxes are found on its picture")
    draft = replace(draft, pages=tuple(pages))
    return Start(draft if out == path else draft.beside(out), tuple(found))


def _look(servant: Servant, item: Look, where: str) -> Seen:
    """Return what is seen; raises PictureError where that fails."""
    seen = servant.do(item)
    if isinstance(seen, Failure):
        raise PictureError(f"{where}: {seen.reason}")
    if not isinstance(seen, Seen):
        raise TypeError(type(seen).__name__)
    return seen


def _found(seen: Seen, page: DraftPage) -> tuple[DraftField, ...]:
    return tuple(propose(seen.frames, page.width / seen.width, page))


def _paper(seen: Seen, size: str | None, where: str) -> tuple[float, float]:
    """Return width and height of a page; raises PictureError where it has not the paper's shape."""
    if size is None:
        return float(seen.width), float(seen.height)
    width, height = paper_of(size)
    if abs(seen.width * height / (seen.height * width) - 1) > _OFF_SHAPE:
        raise PictureError(
            f"{where}: is {seen.width} x {seen.height} pixels, which has not the shape of {size}; "
            "cut it to the page, or leave --size out for places in pixels"
        )
    return width, height


def with_found(start: Start) -> Draft:
    """Return the draft with all that was found as fields: field1, field2 and so on."""
    fields, first = [], 1
    for own in start.found:
        fields.append(named(own, first))
        first += len(own)
    return start.draft.filled(start.draft.form, start.draft.title, fields)
