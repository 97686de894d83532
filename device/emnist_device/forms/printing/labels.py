"""The texts that are printed on a page, and where: labels of fields, options, rows and columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_device.forms.formats import DateFormat
from emnist_device.forms.model import Area, GridField, MarkField, TextField
from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emnist_device.forms.model import Field, FormPage, Template
    from emnist_device.forms.printing.canvas import Canvas

# Sizes of fonts: 3 mm are 8.5 points.
_LABEL, _MARK = 3.0, 5.0
# From a text to what it belongs to, above it and beside it.
_ABOVE, _BESIDE = 0.9, 1.5
# Printers leave so much of the edge of the paper blank.
_BLANK = 5.0
# Texts are taken to cover each other, or a field, where they share more of both sides.
_SHARED = 0.3
_LINE_HEIGHT = 1.25


@dataclass(frozen=True)
class Label:
    """A line of text to print. of: the name of what it belongs to, for messages."""

    text: str
    area: Area
    of: str
    bold: bool = False


def labels_of(template: Template, page: FormPage, canvas: Canvas) -> tuple[Label, ...]:
    """Return all texts of ``page`` but marks of combs.

    Raises :class:`FormError` where one leaves the page, covers something or cannot be printed.
    """
    maker = _Maker(canvas, page)
    found = [*maker.prints()]
    for field in page.fields:
        found += maker.of_field(field)
    _check(template, page, found)
    return tuple(found)


class _Maker:
    """Makes the labels of a page."""

    def __init__(self, canvas: Canvas, page: FormPage) -> None:
        self._canvas, self._page = canvas, page

    def prints(self) -> Iterator[Label]:
        """Yield the lines of texts that are printed besides."""
        for each in self._page.prints:
            width = self._page.width - _BLANK - each.x if each.width is None else each.width
            y = each.y
            for line in self._wrapped(each.text, each.size, width, bold=each.bold):
                yield self._label(line, each.x, y, each.size, "this page", bold=each.bold)
                y += _LINE_HEIGHT * each.size

    def _wrapped(self, text: str, size: float, width: float, *, bold: bool) -> Iterator[str]:
        for paragraph in text.strip("\n").split("\n"):
            self._canvas.check_printable(paragraph, f"the text {shown(paragraph[:30])!r}")
            line = ""
            for word in paragraph.split(" "):
                longer = f"{line} {word}" if line else word
                if line and self._canvas.width(longer, size, bold=bold) > width:
                    yield line
                    line = word
                else:
                    line = longer
            yield line

    def of_field(self, field: Field) -> Iterator[Label]:
        """Yield what is printed beside a field."""
        above, left = field.area.y - _ABOVE, field.area.x - _BESIDE
        if isinstance(field, GridField):
            rows = [*self._rows(field)]
            left = min([left, *(row.area.x - _BESIDE for row in rows)])
            yield from rows
            if field.named_columns:
                yield from self._columns(field)
                above -= _LABEL + _ABOVE
        if isinstance(field, MarkField) and field.kind == "choice":
            for option in field.options:
                area, y = option.area, self._middle(option.area)
                yield self._label(option.value, area.right + 1, y, _LABEL, field.name)
        text = field.label
        if isinstance(field, TextField) and isinstance(field.form, DateFormat):
            text += "" if field.form.text in text else f" ({field.form.text})"
        width = self._canvas_width(text, field.name)
        match field.label_place:
            case "above":
                yield self._label(text, field.area.x, above - _LABEL, _LABEL, field.name)
            case "left":
                y = self._middle(field.area)
                yield self._label(text, left - width, y, _LABEL, field.name)
            case "right":
                x = field.area.right + _BESIDE
                yield self._label(text, x, self._middle(field.area), _LABEL, field.name)

    def _rows(self, field: GridField) -> Iterator[Label]:
        if field.named_rows:
            for name, cell in zip(field.rows, field.cells[:: len(field.columns)], strict=True):
                x = cell.area.x - _BESIDE - self._canvas_width(name, field.name)
                yield self._label(name, x, self._middle(cell.area), _LABEL, field.name)

    def _columns(self, field: GridField) -> Iterator[Label]:
        for name, cell in zip(field.columns, field.cells, strict=False):
            x = cell.area.x + (cell.area.width - self._canvas_width(name, field.name)) / 2
            yield self._label(name, x, cell.area.y - _ABOVE - _LABEL, _LABEL, field.name)

    def _canvas_width(self, text: str, name: str) -> float:
        self._canvas.check_printable(text, f"field {name}: {shown(text)!r}")
        return self._canvas.width(text, _LABEL)

    def _middle(self, area: Area) -> float:
        """Return the top of a label that stands beside ``area``."""
        return area.y + (area.height - _LABEL) / 2

    def _label(
        self, text: str, x: float, y: float, size: float, of: str, *, bold: bool = False
    ) -> Label:
        self._canvas.check_printable(text, f"{of}: {shown(text)!r}")
        width = self._canvas.width(text, size, bold=bold)
        return Label(text, Area(x, y, width, size), of, bold)


def marks_of(page: FormPage, canvas: Canvas) -> tuple[Label, ...]:
    """Return what is printed between the cells of combs, in the middle of its place."""
    found = []
    for leaf in page.leaves():
        for mark in leaf.marks if isinstance(leaf, TextField) else ():
            width = canvas.width(mark.char, _MARK)
            x = mark.area.x + (mark.area.width - width) / 2
            y = mark.area.y + (mark.area.height - _MARK) / 2
            if mark.char.strip():
                canvas.check_printable(mark.char, f"field {leaf.name}: its mark")
                found.append(Label(mark.char, Area(x, y, width, _MARK), leaf.name))
    return tuple(found)


def _check(template: Template, page: FormPage, labels: list[Label]) -> None:
    """Raise :class:`FormError` where a label leaves ``page``, or covers something."""
    printable = Area(0, 0, page.width, page.height).grown(-_BLANK)
    taken = [*_taken(page)]
    name = f"{shown(template.path)}, page {page.number}"
    for number, label in enumerate(labels):
        where = f"{name}: {shown(label.text)!r}, printed for {label.of},"
        width, height = label.area.shared(printable)
        if width < label.area.width - 0.01 or height < label.area.height - 0.01:
            raise FormError(f"{where} leaves the page; shorten it, move it, or change label_place")
        others = [(shown(repr(other.text)), other.area) for other in labels[:number]]
        for of, area in (*taken, *others):
            if min(label.area.shared(area)) > _SHARED:
                raise FormError(f"{where} covers {of}; shorten it, move it, or change label_place")


def _taken(page: FormPage) -> Iterator[tuple[str, Area]]:
    """Yield what a label may not cover."""
    for marker in page.markers:
        yield "a marker", marker.area
    if page.code is not None:
        yield "the QR code", page.code
    for leaf in page.leaves():
        places = leaf.cells or (leaf.area,) if isinstance(leaf, TextField) else [
            option.area for option in leaf.options
        ]  # fmt: skip
        for place in places:
            yield leaf.name, place
