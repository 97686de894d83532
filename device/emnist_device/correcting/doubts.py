"""The doubtful fields of a table, in order, and how answers to them are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emnist_device.correcting.said import Asked
from emnist_device.forms.checks import field_failures
from emnist_device.forms.formats import DateFormat, NumberFormat
from emnist_device.forms.model import BETWEEN, GridField, MarkField
from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from emnist_device.correcting.fields import ReadField
    from emnist_device.correcting.said import SheetKey
    from emnist_device.correcting.table import ReadSheet
    from emnist_device.forms.model import Leaf, Template, TextField

#: Longer texts are in no field.
MOST_CHARACTERS = 500
# Texts of these kinds are of digits: a phone shows those of its keys.
_NUMERIC = {"digits", "date", "number"}
# What is written in fields of some kinds, in words.
_HINTS = {"upper": "capitals", "alnum": "letters and digits", "line": "text", "lexicon": "a word"}


class WrongError(Exception):
    """An answer that no field can have; the message says why."""


class UnlikelyError(Exception):
    """An answer that fails a check; it is taken where a person is sure."""


@dataclass(frozen=True)
class Doubt:
    """A doubtful field, what its template says of it, and what a page calls it."""

    sheet: ReadSheet
    field: ReadField
    leaf: Leaf
    label: str

    @property
    def asked(self) -> Asked:
        """What it is in the journal."""
        return Asked(*self.sheet.key, self.field.name)


@dataclass(frozen=True)
class Doubts:
    """Fields of sheets.

    open: those that are not accepted. accepted: of each sheet, those that are and tell its row of a
    roster: once another sheet is taken for this row, they are in doubt as well.
    """

    open: list[Doubt]
    accepted: dict[SheetKey, list[Doubt]]


def find_doubts(sheets: Iterable[ReadSheet], templates: Sequence[Template]) -> Doubts:
    """Return the fields of ``sheets`` that a person may have to look at.

    Of a sheet, those that are in doubt only beside others are last, the least sure first: that one
    is probably what is wrong, and once it is corrected, the others may be in doubt no more.

    Raises:
        FormError: a sheet is of none of the ``templates``, or of another version of one.
    """
    known = {template.form: dict(_labelled(template)) for template in templates}
    tells = {template.form: template.roster_columns.keys() for template in templates}
    doubts, accepted = [], {}
    for sheet in sheets:
        if sheet.form not in known:
            raise FormError(
                f"{sheet.title}: is a sheet of form {shown(sheet.form)}; name its template as well"
            )
        own = []
        for field in sheet.fields:
            found = known[sheet.form].get(field.name)
            if found is None:
                raise FormError(
                    f"{sheet.title}: has field {shown(field.name)}, which is not in the template "
                    f"of form {shown(sheet.form)}; name the one that the sheets were read with"
                )
            own.append(Doubt(sheet, field, *found))
        doubts += sorted((each for each in own if not each.field.accepted), key=_sure_alone)
        telling = [each for each in own if each.field.name in tells[sheet.form]]
        if sure := [each for each in telling if each.field.accepted]:
            accepted[sheet.key] = sure
    return Doubts(doubts, accepted)


def _sure_alone(doubt: Doubt) -> float:
    """Return how probable a field is by itself, if it is in doubt only beside others; else 0."""
    alone = doubt.field.alone
    return 0.0 if alone is None or alone.reason else alone.probability


def _labelled(template: Template) -> Iterator[tuple[str, tuple[Leaf, str]]]:
    """Yield the name of each field, the field, and what a page calls it."""
    for page in template.pages:
        for field in page.fields:
            if not isinstance(field, GridField):
                yield field.name, (field, field.label or field.name)
                continue
            places = [(row, column) for row in field.rows for column in field.columns]
            for (row, column), cell in zip(places, field.cells, strict=True):
                label = f"{field.label or field.name}, row {row}, column {column}"
                yield cell.name, (cell, label)


def tidy(leaf: Leaf, text: str) -> str:
    """Return ``text`` as a reading has it: with the marks that are printed, in capitals if it must.

    Raises :class:`WrongError` where it is too long, or has what nobody writes or marks.
    """
    if isinstance(leaf, MarkField):
        order = {option.value: place for place, option in enumerate(leaf.options)}
        values = [value for value in text.split(BETWEEN) if value]
        if unknown := [value for value in values if value not in order]:
            raise WrongError(f"has {unknown[0]!r}, which is no option")
        return BETWEEN.join(sorted(set(values), key=order.__getitem__))
    text = " ".join(text.split())
    if len(text) > MOST_CHARACTERS:
        raise WrongError(f"a field has {MOST_CHARACTERS} characters at most")
    if not text.isprintable():
        raise WrongError("it has a character that cannot be written")
    if leaf.kind == "upper":
        text = text.upper()
    if _is_of_cells(leaf, text):
        text = leaf.join(list(text))
    capitals = text.upper()
    only_these = field_failures(leaf, text) and not field_failures(leaf, capitals)
    return capitals if only_these else text


def _is_of_cells(leaf: TextField, text: str) -> bool:
    """Say whether ``text`` is what stands in the cells of ``leaf``, without what is printed there.

    A ``05`` in the cells ``0 . 5`` is 0.5: it is not left to what ``05`` means by itself.
    """
    signed = isinstance(leaf.form, NumberFormat) and leaf.form.signed
    written = text.removeprefix("-") if signed else text
    return bool(leaf.marks) and len(text) == len(leaf.cells) and written.isalnum()


def typing_of(leaf: Leaf) -> Mapping[str, Any]:
    """Return how a field is answered."""
    if isinstance(leaf, MarkField):
        return {"options": [option.value for option in leaf.options], "many": leaf.many}
    return {"numeric": leaf.kind in _NUMERIC, "hint": _hint(leaf)}


def _hint(leaf: TextField) -> str:
    """Return what is written in a field, in few words."""
    if isinstance(leaf.form, DateFormat):
        return leaf.form.text
    if leaf.words:
        return ", ".join(leaf.words)
    if leaf.kind == "pattern" and leaf.pattern:
        return leaf.pattern
    return _HINTS.get(leaf.kind, leaf.kind)
