"""Fields that a person looked at -> labelled glyphs of their cells, for training.

They are written as review pages save theirs; ``emnist-edge review apply`` takes both.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emnist_device.batch.reading import unread
from emnist_device.batch.tasks import version_of
from emnist_device.forms.model import TextField
from emnist_device.forms.reading.finding import SheetFinder
from emnist_device.forms.reading.sheet_ink import find_sheet_ink
from emnist_device.review.corrections import SCHEMA
from emnist_edge.alphabet import BYCLASS, SYMBOLS
from emnist_edge.errors import PictureError
from emnist_edge.files import write_json
from emnist_edge.glyph import make_glyph
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.batch.reading import Shelf
    from emnist_device.batch.tasks import Key, Outcome, Task, Version
    from emnist_device.correcting.said import Answer
    from emnist_device.forms.model import Template
    from emnist_device.image.limits import Limits


class GlyphCutter:
    """Cuts out the glyphs of fields that a person looked at.

    Args:
        templates: the forms.
        limits: what a reference picture may cost.
        looked: of each page, the file that it was read from, and what was said of its fields.
    """

    def __init__(
        self,
        templates: Sequence[Template],
        limits: Limits,
        looked: Mapping[Key, tuple[Version | None, Mapping[str, Answer]]],
    ) -> None:
        self._finder = SheetFinder(templates, limits)
        self._looked = looked

    def check(self, key: Key) -> None:
        """Raise :class:`PictureError` where the file of a page is another than was read."""
        if version_of(key[0]) != self._looked[key][0]:
            raise PictureError("is not there, or another file than was read")

    def cut(self, picture: NDArray[np.uint8], key: Key) -> list[dict[str, Any]]:
        """Return the labelled glyphs of page ``key``, as a review page saves them.

        Fields are left out that have no cells, or not as many characters as cells are written in.

        Raises :class:`PictureError` where ``picture`` shows no sheet.
        """
        sheet = self._finder.find(picture)
        ink = find_sheet_ink(picture, sheet)
        said = self._looked[key][1]
        found = []
        for leaf in sheet.candidate.page.leaves():
            if leaf.name not in said or not isinstance(leaf, TextField) or not leaf.cells:
                continue
            text = said[leaf.name].text
            inks = [cell.ink for cell in ink.cells[leaf.name] if cell.written]
            for cell, char in zip(inks, _characters(leaf, text, len(inks)), strict=False):
                glyph = base64.b64encode(make_glyph(cell).tobytes()).decode()
                found.append({"image": key[0], "field": leaf.name, "char": char, "glyph": glyph})
        return found


def load_cutter(
    forms: Sequence[Path],
    limits: Limits,
    looked: Mapping[Key, tuple[Version | None, Mapping[str, Answer]]],
) -> GlyphCutter:
    """Return the cutter of sheets of ``forms``; what it needs is loaded where it is called."""
    load_base()
    from emnist_device.forms.template import load_template

    return GlyphCutter([load_template(path) for path in forms], limits, looked)


def cut_sheet(task: Task, cutter: GlyphCutter, shelf: Shelf) -> Outcome:
    """Cut out the glyphs of the sheet on one page, as doubtful characters are; see ``read_many``.

    Raises:
        EmnistEdgeError: the page cannot be read, or shows no such sheet.
    """
    cutter.check(task.key)
    picture = shelf.open(task).picture(task.number or 1)
    return replace(unread(task, None), doubtful=tuple(cutter.cut(picture, task.key)))


def write_glyphs(path: Path, glyphs: Sequence[dict[str, Any]]) -> None:
    """Write what ``emnist-edge review apply`` reads; raises OutputError where that fails."""
    write_json(path, {"schema": SCHEMA, "corrections": glyphs})


def _characters(leaf: TextField, text: str, count: int) -> str:
    """Return what stands in the ``count`` cells that are written in; "" where that is not clear."""
    printed = {mark.char for mark in leaf.marks} | {" "}
    for left_out in (printed, {" "}):
        chars = "".join(char for char in text if char not in left_out)
        if len(chars) == count and all(char in BYCLASS + SYMBOLS for char in chars):
            return chars
    return ""
