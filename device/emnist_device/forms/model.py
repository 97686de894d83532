"""What a template says of a form: pages, fields and what their texts must fulfil.

All places are in page units from the top left corner, y down: mm, or pixels of the empty form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from emnist_device.decoding import Decoding
from emnist_device.forms.formats import NumberFormat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from emnist_device.forms.check_digits import Method
    from emnist_device.forms.formats import DateFormat

Unit = Literal["mm", "pixels"]
TextKind = Literal[
    "digits", "upper", "letters", "alnum", "date", "number", "pattern", "lexicon", "line"
]
MarkKind = Literal["check", "choice"]
Shape = Literal["box", "bubble"]
LabelPlace = Literal["above", "left", "right", "none"]
#: Between the values of a choice of which several may be made.
BETWEEN = ";"
#: Areas that touch do not overlap, whatever rounding does: of a page unit.
ROUNDING = 0.01


class Area(NamedTuple):
    """A rectangle in page units: the place of its top left corner, and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    def grown(self, by: float) -> Area:
        """Return it with a rim of ``by`` on each side."""
        return Area(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def shared(self, other: Area) -> tuple[float, float]:
        """Return the width and height of what both cover; negative for a gap."""
        return (
            min(self.right, other.right) - max(self.x, other.x),
            min(self.bottom, other.bottom) - max(self.y, other.y),
        )


@dataclass(frozen=True)
class Range:
    """The text is a number, or a date (here as YYYY-MM-DD), from ``least`` to ``most``."""

    least: str
    most: str


@dataclass(frozen=True)
class Length:
    """The text has from ``least`` to ``most`` characters, marks left out."""

    least: int
    most: int


@dataclass(frozen=True)
class CheckDigit:
    """The last characters of the text follow from the others."""

    method: Method


Check = Range | Length | CheckDigit


@dataclass(frozen=True)
class Mark:
    """A character that is printed before the cell of number ``before``, such as a hyphen."""

    char: str
    before: int
    area: Area


@dataclass(frozen=True)
class _Field:
    """What all fields have.

    name: its key in the template; of a cell of a grid with row and column, ``marks.Q1.a``.
    label: what is printed beside it, at ``label_place``. area: all of it.
    line: of the template's file where it begins.
    """

    name: str
    label: str
    area: Area
    line: int
    label_place: LabelPlace = "above"


@dataclass(frozen=True)
class TextField(_Field):
    """A field that is written in.

    cells: a comb of cells, each for one character; empty where ``area`` is written in freely.
    marks: what is printed between cells.
    charset, pattern, lexicon, out_of_lexicon: what is known of its text, as a
        :class:`~emnist_device.decoding.Decoding` has it. In a comb, of what is in its cells,
        without marks that are printed between them.
    words: those there are, of a ``lexicon`` without a file; the pattern is of these.
    form: how to make sense of a ``date`` or ``number``.
    required: whether it may not be blank. checks: what its text must fulfil where it is not.
    """

    kind: TextKind = "line"
    cells: tuple[Area, ...] = ()
    marks: tuple[Mark, ...] = ()
    charset: str | None = None
    pattern: str | None = None
    lexicon: Path | None = None
    out_of_lexicon: float = 0.0
    words: tuple[str, ...] = ()
    form: DateFormat | NumberFormat | None = None
    required: bool = False
    checks: tuple[Check, ...] = ()

    def decoding(self) -> Decoding:
        """Return what is known of its text."""
        return Decoding(
            self.charset,
            self.pattern,
            self.lexicon,
            self.out_of_lexicon,
            context="english" if self.kind in ("line", "lexicon") else "neutral",
            holds="line",
        )

    def join(self, chars: Sequence[str]) -> str:
        """Return the text of a comb from what is in its cells, "" where one is blank.

        Marks are put where they are printed between two, and a decimal mark before decimals alone.
        Blank cells at either end count for nothing, those between characters for a space each.
        """
        filled = [index for index, char in enumerate(chars) if char.strip()]
        if not filled:
            return ""
        before = {mark.before: mark.char for mark in self.marks}
        decimals = self.kind == "number"
        first = min(filled[0], *before) if decimals and before else filled[0]
        text = "".join(
            (before.get(index, "") if decimals or index > first else "")
            + (chars[index].strip() or " ")
            for index in range(first, filled[-1] + 1)
        )
        return self.form.usual(text) if isinstance(self.form, NumberFormat) else text


@dataclass(frozen=True)
class GridField(_Field):
    """Rows and columns of cells, each a field of its own, row by row.

    named_rows, named_columns: whether the template names them, and they are printed; else they have
        numbers.
    """

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    named_rows: bool = False
    named_columns: bool = False
    cells: tuple[TextField, ...] = ()


@dataclass(frozen=True)
class Option:
    """What may be ticked or filled, and what it stands for."""

    value: str
    area: Area


@dataclass(frozen=True)
class MarkField(_Field):
    """A field in which something is ticked or filled: one option of a ``check``, or several.

    Its text is the value of the option that is marked, "" where none is; :data:`BETWEEN` stands
    between several.
    """

    kind: MarkKind = "check"
    shape: Shape = "box"
    options: tuple[Option, ...] = ()
    many: bool = False
    required: bool = False


Field = TextField | GridField | MarkField
#: A field with a text of its own.
Leaf = TextField | MarkField


@dataclass(frozen=True)
class Print:
    """A text that is printed on the page.

    x, y: its top left corner. size: of its font, in page units. width: where it is wrapped; None
    for the page's.
    """

    text: str
    x: float
    y: float
    size: float
    width: float | None = None
    bold: bool = False


@dataclass(frozen=True)
class Marker:
    """An ArUco marker: its number in :data:`emnist_device.forms.markers.DICTIONARY`, and where."""

    number: int
    area: Area


@dataclass(frozen=True)
class FormPage:
    """One page of a form.

    number: from 1. width, height: in page units.
    markers: four, from the top left one clockwise; none where ``reference`` is used.
    code: where the QR code is.
    reference: a picture of the empty form, which shows just the page.
    """

    number: int
    unit: Unit
    width: float
    height: float
    fields: tuple[Field, ...]
    markers: tuple[Marker, ...] = ()
    code: Area | None = None
    reference: Path | None = None
    prints: tuple[Print, ...] = ()

    def leaves(self) -> Iterator[Leaf]:
        """Yield its fields, with the cells of a grid in place of the grid."""
        for each in self.fields:
            if isinstance(each, GridField):
                yield from each.cells
            else:
                yield each


@dataclass(frozen=True)
class SumOf:
    """The number in ``field`` is the sum of those in ``parts``, a blank one counting as 0."""

    field: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    """A form.

    path: of the template's file. form: its name, of letters, digits and hyphens.
    digest: tells versions of a form apart whose fields lie elsewhere or are others; hexadecimal.
    roster: CSV file of which each sheet belongs to one row; it may also be given when a form is
        printed or read.
    roster_columns: field -> the column of the roster that it holds.
    """

    path: Path
    form: str
    title: str
    digest: str
    pages: tuple[FormPage, ...]
    roster: Path | None = None
    roster_columns: Mapping[str, str] = field(default_factory=dict)
    sums: tuple[SumOf, ...] = ()

    def leaves(self) -> Iterator[tuple[FormPage, Leaf]]:
        """Yield each field that has a text of its own, and the page that it is on."""
        for page in self.pages:
            for leaf in page.leaves():
                yield page, leaf
