"""A template -> the PDF of a form, one copy or many, each with its page's QR code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.forms import markers
from emnist_device.forms.code import SheetCode
from emnist_device.forms.model import Area, MarkField, TextField
from emnist_device.forms.printing.canvas import Canvas
from emnist_device.forms.printing.labels import labels_of, marks_of
from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.forms.model import FormPage, Template
    from emnist_device.forms.printing.labels import Label
    from emnist_device.forms.roster import Roster

#: A PDF of so many pages takes one to two minutes, 200 MB of memory, and 15 MB on disk.
MOST_PAGES = 5000
# Modules of a marker's side, with its black rim.
_MARKER_MODULES = 7
# White modules that OpenCV puts around a QR code.
_RIM = 2
# Sizes of fonts: of the line at the foot of a page, and of a copy's row at its head.
_FOOT, _ROW, _LEAST_ROW = 2.5, 3.6, 2.2


@dataclass(frozen=True)
class Copy:
    """A copy of a form: its number, 0 for none; and what is printed of its row of a roster."""

    number: int = 0
    row: str = ""


def copies_of(template: Template, roster: Roster) -> tuple[Copy, ...]:
    """Return a copy for each row of ``roster``, numbered from 1.

    What is printed of a row is in the columns that fields of ``template`` hold, or else in all.
    """
    columns = list(dict.fromkeys(template.roster_columns.values())) or roster.columns
    return tuple(
        Copy(number, "   ".join(filter(None, (row[column] for column in columns))))
        for number, row in enumerate(roster.rows, 1)
    )


def make_pdf(
    template: Template, copies: Sequence[Copy] = (Copy(),), font: Path | None = None
) -> bytes:
    """Return a PDF with all pages of each copy.

    Args:
        template: whose pages have markers, not a reference picture.
        copies: which to print.
        font: for the texts; None for the built-in font.

    Raises:
        FormError: something cannot be printed; says what, and what to do.
        RuntimeMissingError: fpdf2 is not installed, or OpenCV is too old.
    """
    canvas = Canvas(font, template.path)
    labels = _labels(template, copies, canvas)
    for copy in copies:
        for page in template.pages:
            _draw_page(canvas, template, page, copy, labels[page.number])
    return canvas.to_bytes()


def check_print(
    template: Template, font: Path | None = None, copies: Sequence[Copy] = (Copy(),)
) -> None:
    """Raise where :func:`make_pdf` would refuse ``template``, without making a PDF.

    Of ``copies``, each may be printed, but not all need be at a time.
    """
    canvas = Canvas(font, template.path)
    _check_rows(copies, canvas)
    _labels(template, (Copy(),), canvas)


def _labels(
    template: Template, copies: Sequence[Copy], canvas: Canvas
) -> dict[int, tuple[Label, ...]]:
    """Return what is printed on each page besides boxes; raises as :func:`make_pdf`."""
    markers.aruco()
    name = shown(template.path)
    for page in template.pages:
        if page.code is None:
            raise FormError(
                f"{name}: page {page.number} has a reference, so it is on paper already; to print "
                "it anew, leave reference out"
            )
    if len(copies) * len(template.pages) > MOST_PAGES:
        raise FormError(
            f"{name}: {len(copies)} copies have over {MOST_PAGES} pages; print fewer at a time"
        )
    _check_rows(copies, canvas)
    return {
        page.number: (*labels_of(template, page, canvas), *marks_of(page, canvas))
        for page in template.pages
    }


def _check_rows(copies: Sequence[Copy], canvas: Canvas) -> None:
    for copy in copies:
        canvas.check_printable(copy.row, f"row {copy.number} of the roster")


def _draw_page(
    canvas: Canvas, template: Template, page: FormPage, copy: Copy, labels: Iterable[Label]
) -> None:
    canvas.add_page(page.width, page.height)
    for leaf in page.leaves():
        if isinstance(leaf, TextField):
            for area in leaf.cells or (leaf.area,):
                canvas.box(area)
        else:
            _draw_options(canvas, leaf)
    for label in labels:
        area = label.area
        canvas.text(label.text, area.x, area.y, area.height, bold=label.bold)
    for marker in page.markers:
        canvas.modules(_marker(marker.number), marker.area)
    if page.code is not None:
        code = SheetCode(template.form, page.number, copy.number, template.digest, bool(copy.row))
        canvas.modules(_qr_code(code.text()), page.code)
    _draw_foot(canvas, template, page, copy)
    if copy.row:
        _draw_row(canvas, page, copy.row)


def _draw_options(canvas: Canvas, field: MarkField) -> None:
    for option in field.options:
        if field.shape == "bubble":
            canvas.bubble(option.area)
        else:
            canvas.box(option.area)


def _draw_foot(canvas: Canvas, template: Template, page: FormPage, copy: Copy) -> None:
    """Print in the middle of the foot which form, page and copy it is, for people."""
    parts = [template.form, f"{page.number}/{len(template.pages)}"]
    text = "   ".join(parts + ([f"No. {copy.number}"] if copy.number else []))
    width = canvas.width(text, _FOOT)
    canvas.text(text, (page.width - width) / 2, page.height - markers.MARGIN - _FOOT, _FOOT)


def row_area(page: FormPage) -> Area:
    """Return where a copy's row of the roster is printed: at the head, beside the QR code."""
    x = markers.MARGIN + markers.MARKER_SIDE + 2 * markers.QUIET
    right = markers.code_area(page.width).x - 2 * markers.QUIET
    return Area(x, markers.MARGIN + markers.CODE_SIDE - _ROW, right - x, _ROW)


def _draw_row(canvas: Canvas, page: FormPage, text: str) -> None:
    """Print ``text`` as large as there is room for, and cut it where there is none."""
    area, size = row_area(page), _ROW
    while size > _LEAST_ROW and canvas.width(text, size) > area.width:
        size *= 0.9
    whole = text
    while canvas.width(text, size) > area.width:
        whole = whole[:-1]
        text = f"{whole}..."
    canvas.text(text, area.x, area.y, size)


def _marker(number: int) -> NDArray[np.bool_]:
    """Return which modules of a marker are dark."""
    aruco = markers.aruco()
    dictionary = aruco.getPredefinedDictionary(getattr(aruco, markers.DICTIONARY))
    picture = aruco.generateImageMarker(dictionary, number, _MARKER_MODULES)
    return np.asarray(picture == 0)


def _qr_code(text: str) -> NDArray[np.bool_]:
    """Return which modules of the QR code that says ``text`` are dark."""
    options = cv2.QRCodeEncoder.Params()
    options.correction_level = cv2.QRCODE_ENCODER_CORRECT_LEVEL_M
    picture = cv2.QRCodeEncoder.create(options).encode(text)
    return np.asarray(picture[_RIM:-_RIM, _RIM:-_RIM] == 0)
