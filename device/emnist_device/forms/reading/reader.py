"""Picture of a filled sheet -> what stands in its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.forms.checks import value_of
from emnist_device.forms.model import MarkField, TextField
from emnist_device.forms.reading.candidates import Candidates
from emnist_device.forms.reading.cells import CellClassifier
from emnist_device.forms.reading.checking import check
from emnist_device.forms.reading.comb import BLANKS, CombReader
from emnist_device.forms.reading.covered import REASON, find_covered
from emnist_device.forms.reading.finding import SheetFinder
from emnist_device.forms.reading.free import FreeReader
from emnist_device.forms.reading.marks import read_marks, share_of_empty
from emnist_device.forms.reading.result import FieldReading, SheetReading
from emnist_device.forms.reading.sheet_ink import find_sheet_ink, rectangle_of
from emnist_device.forms.reading.together import weigh_together
from emnist_device.image.arrays import check_picture
from emnist_device.image.limits import DEFAULTS, Limits
from emnist_edge.artifact import FORM_MODEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.forms.model import Template
    from emnist_device.forms.reading.finding import Finder, Sheet
    from emnist_device.forms.reading.lines import Rectangle
    from emnist_device.forms.roster import Roster

# Alternatives that are reported of each field, and texts of what one says by itself: of these, sums
# take no more.
_ALTERNATIVES, _ALONE = 4, 8


class SheetReader:
    """Reads filled sheets of forms, one at a time. Not thread-safe.

    Args:
        templates: the forms that there may be.
        model: name of an installed model, or path of its file.
        rosters: name of a form -> its roster.
        threads: of the TFLite runtime.
        limits: what a picture may cost.
        finder: finds the sheets; None for one that knows how pictures are taken.

    Raises:
        EmnistEdgeError: a reference picture, the model or a lexicon cannot be read, or a field may
            hold nothing that the model reads.
    """

    def __init__(
        self,
        templates: Sequence[Template],
        model: str | Path = FORM_MODEL,
        *,
        rosters: Mapping[str, Roster] | None = None,
        threads: int = 1,
        limits: Limits = DEFAULTS,
        finder: Finder | None = None,
    ) -> None:
        self._finder = finder or SheetFinder(templates, limits)
        self._classifier = CellClassifier(model, threads)
        self._free = FreeReader(model, threads, limits)
        self._rosters = dict(rosters or {})
        self._combs = {
            (template.form, leaf.name): CombReader(leaf, self._classifier.alphabet)
            for template in templates
            for _, leaf in template.leaves()
            if isinstance(leaf, TextField) and leaf.cells
        }

    def read(self, picture: NDArray[np.uint8]) -> SheetReading:
        """Read the sheet on ``picture``, (H, W) grey or (H, W, 3) BGR uint8.

        Raises:
            PictureError: it shows none of the forms; the message says why, and names no picture.
        """
        picture = check_picture(picture)
        sheet = self._finder.find(picture)
        template = sheet.candidate.template
        alone = self._read_fields(picture, sheet)
        weighed = weigh_together(
            template,
            sheet.candidate.page,
            alone,
            self._rosters.get(template.form),
            printed=sheet.code.copy if sheet.code is not None and sheet.code.of_roster else None,
        )
        registered = sheet.registered
        return SheetReading(
            template.form,
            sheet.candidate.page.number,
            None if sheet.code is None else sheet.code.copy,
            weighed.row,
            tuple(
                self._reading(sheet, name, candidates, weighed.alone.get(name))
                for name, candidates in weighed.read.items()
            ),
            _turned(sheet),
            registered.found,
            registered.error,
            registered.resolution,
            self._classifier.model,
            _place(sheet, (0.0, 0.0, *sheet.candidate.landmarks.size)),
        )

    def _read_fields(self, picture: NDArray[np.uint8], sheet: Sheet) -> dict[str, Candidates]:
        """Return what the fields of ``sheet`` say, each by itself, in the order of the template."""
        form, page = sheet.candidate.template.form, sheet.candidate.page
        ink = find_sheet_ink(picture, sheet)
        combs = [leaf.name for leaf in page.leaves() if isinstance(leaf, TextField) and leaf.cells]
        written = [cell.ink for name in combs for cell in ink.cells[name] if cell.written]
        probabilities = self._classifier.classify(written)
        empty = share_of_empty([share for own in ink.shares.values() for share in own])
        read: dict[str, Candidates] = {}
        start = 0
        for leaf in page.leaves():
            if isinstance(leaf, MarkField):
                read[leaf.name] = read_marks(leaf, ink.shares[leaf.name], empty)
            elif leaf.cells:
                cells = ink.cells[leaf.name]
                end = start + sum(cell.written for cell in cells)
                comb = self._combs[form, leaf.name]
                said = comb.read(cells, probabilities[start:end])
                read[leaf.name] = said if start == end else _doubted_if_blank(said)
                start = end
            elif ink.written[leaf.name].amount < BLANKS.written:
                read[leaf.name] = check(leaf, Candidates((("", 1.0),)))
            else:
                said = self._free.read(leaf, ink.written[leaf.name].ink)
                read[leaf.name] = _doubted_if_blank(said)
        for name in find_covered(picture, sheet, ink.shares):
            read[name] = read[name].doubted(REASON)
        return read

    def _reading(
        self, sheet: Sheet, name: str, candidates: Candidates, alone: Candidates | None
    ) -> FieldReading:
        """Return what is said of the field ``name`` of ``sheet``."""
        leaf = next(each for each in sheet.candidate.page.leaves() if each.name == name)
        return FieldReading(
            name,
            candidates.text,
            value_of(leaf, candidates.text),
            min(candidates.probability, 1.0),
            candidates.texts[1 : 1 + _ALTERNATIVES],
            candidates.reason,
            _place(sheet, rectangle_of(leaf.area, sheet.candidate.landmarks.unit)),
            None if alone is None else alone.first(_ALONE),
        )


def _doubted_if_blank(said: Candidates) -> Candidates:
    """Return what a field with ink in it says; that is in doubt where it is nothing."""
    return said if said.text.strip() else said.doubted("what is written in it cannot be read")


def _place(sheet: Sheet, area: Rectangle) -> tuple[tuple[float, float], ...]:
    """Return the corners of ``area`` on the picture, clockwise from the top left of the page."""
    left, top, right, bottom = area
    ends = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    return tuple((x, y) for x, y in sheet.registered.mapping.place(ends).tolist())


def _turned(sheet: Sheet) -> int:
    """Return by how many degrees the sheet is turned on the picture, to the next quarter."""
    middle = np.array(sheet.candidate.landmarks.size) / 2
    start, end = sheet.registered.mapping.place(np.array([middle, middle + np.array([10.0, 0.0])]))
    angle = np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0]))
    return round(angle / 90) * 90 % 360
