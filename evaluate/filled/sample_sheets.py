"""Filled sheets of ``samples/exam.yaml``, as photographs: what the tutorial of forms reads.

They are written in the project's own strokes, nobody's handwriting is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.forms.printing.document import copies_of, make_pdf
from emnist_device.forms.roster import read_roster
from emnist_device.forms.template import load_template
from emnist_edge.drawing.lying import Lie
from evaluate.filled.printed import RESOLUTION
from evaluate.filled.writing import Stranger, fill_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

# Millimetres of A4, and pixels of a photograph.
_PAPER, _PICTURE = (210.0, 297.0), (1240, 1754)
_QUESTIONS, _PARTS = ("Question 1", "Question 2", "Question 3", "Question 4"), ("a", "b", "c", "d")
# Millimetres, and points of a PDF, to an inch.
_INCH, _POINTS = 25.4, 72
# How sheets lie before the camera.
_LIES = (
    Lie(_PAPER, _PICTURE, tilt=5, towards=40, turn=1.5, fill=0.95),
    Lie(_PAPER, _PICTURE, tilt=9, towards=200, turn=-3, fill=0.95),
    Lie(_PAPER, _PICTURE, turn=181, distance=1e6, fill=0.98),
)


def _exam(of: Mapping[str, str], points: tuple[tuple[int, ...], ...], bonus: int) -> dict[str, str]:
    """Return what is written: fields ``of`` a sheet, ``points``, and tenths of a ``bonus``."""
    rows = [(*row, sum(row)) for row in points]
    table = [*rows, tuple(sum(column) for column in zip(*rows, strict=True))]
    marks = {
        f"marks.{row}.{column}": str(value)
        for row, values in zip((*_QUESTIONS, "Sum"), table, strict=True)
        for column, value in zip((*_PARTS, "Sum"), values, strict=True)
    }
    return {**of, **marks, "bonus": f"{bonus:>3}", "total": f"{10 * table[-1][-1] + bonus:>4}"}


_SHEETS = (
    _exam(
        {"number": "4027116", "born": "10121985", "name": "LOVELACE".ljust(18),
         "course": "STATISTICS", "version": "B", "grade": "A", "passed": "passed", "second": "yes"},
        ((4, 5, 3, 6), (5, 5, 4, 2), (3, 6, 6, 5), (4, 4, 2, 6)), 15,
    ),
    _exam(
        {"number": "4032280", "born": "09121976", "name": "HOPPER".ljust(18),
         "course": "PHYSICS", "version": "C", "grade": "B", "passed": "passed"},
        ((6, 2, 4, 4), (3, 5, 5, 1), (4, 2, 5, 6), (2, 2, 4, 5)), 5,
    ),
    _exam(  # one of the points is not what its sums say
        {"number": "4028163", "born": "23031988", "name": "NOETHER".ljust(18),
         "course": "STATISTICS", "version": "A", "grade": "A", "passed": "passed"},
        ((5, 5, 5, 6), (6, 5, 4, 4), (2, 6, 5, 5), (6, 6, 4, 3)), 25,
    ) | {"marks.Question 3.a": "5"},
)  # fmt: skip


# Rows of the roster, from 1, that sheets were printed for.
_ROWS = (1, 4, 2)


def draw_sheets(template: Path, roster: Path) -> list[NDArray[np.uint8]]:
    """Return photographs (H, W, 3) uint8 BGR of filled sheets of the form ``template``, an exam.

    Each is the copy of another row of the ``roster``.
    """
    import pypdfium2

    form = load_template(template)
    (page,) = form.pages
    printed = pypdfium2.PdfDocument(make_pdf(form, copies_of(form, read_roster(roster))))
    pictures = []
    for seed, (row, written, lie) in enumerate(zip(_ROWS, _SHEETS, _LIES, strict=True), 1):
        sheet = printed[row - 1].render(scale=RESOLUTION * _INCH / _POINTS).to_numpy()
        blank = {leaf.name: "" for leaf in page.leaves()}
        rng = np.random.default_rng(seed)
        pictures.append(lie.shoot(fill_page(sheet.copy(), page, blank | written, Stranger(), rng)))
    return pictures
