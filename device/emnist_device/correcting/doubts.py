"""The doubtful fields of a table, in order, and what a person says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emnist_device.correcting.rechecking import sure_texts
from emnist_device.correcting.said import After, Answer, Asked
from emnist_device.forms.checks import field_failures, value_of
from emnist_device.forms.formats import DateFormat, NumberFormat
from emnist_device.forms.model import BETWEEN, GridField, MarkField
from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from emnist_device.correcting.fields import ReadField
    from emnist_device.correcting.journal import Journal
    from emnist_device.correcting.rechecking import Rechecker
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
        return asked_for(self.sheet, self.field)


def asked_for(sheet: ReadSheet, field: ReadField) -> Asked:
    """Return what a field of ``sheet`` is in a journal."""
    return Asked(*sheet.key, field.name)


def find_doubts(sheets: Iterable[ReadSheet], templates: Sequence[Template]) -> list[Doubt]:
    """Return the fields of ``sheets`` that are not accepted.

    Of a sheet, those that are in doubt only beside others are last, the least sure first: that one
    is probably what is wrong, and once it is corrected, the others may be in doubt no more.

    Raises:
        FormError: a sheet is of none of the ``templates``, or of another version of one.
    """
    known = {template.form: dict(_labelled(template)) for template in templates}
    doubts = []
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
            if not field.accepted:
                own.append(Doubt(sheet, field, *found))
        doubts += sorted(own, key=_sure_alone)
    return doubts


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


class Review:
    """Doubtful fields by their numbers, from 0, and the answers of a person. For one thread.

    Args:
        doubts: the fields.
        journal: keeps what is said.
        rechecker: finds what corrections make of other fields.
    """

    def __init__(self, doubts: Sequence[Doubt], journal: Journal, rechecker: Rechecker) -> None:
        self.doubts, self._journal, self._rechecker = doubts, journal, rechecker
        self._numbers = {doubt.asked: number for number, doubt in enumerate(doubts)}
        self._of_sheet: dict[SheetKey, list[int]] = {}
        for number, doubt in enumerate(doubts):
            self._of_sheet.setdefault(doubt.sheet.key, []).append(number)

    def answer(self, number: int, text: str, *, sure: bool) -> None:
        """Keep what a person says stands in field ``number``.

        Raises:
            WrongError: there is no such field, or it can never have this text.
            UnlikelyError: a check fails, and nobody is ``sure``.
            FormError: it cannot be kept.
        """
        doubt = self._doubt(number)
        sheet, name = doubt.sheet, doubt.field.name
        tidied = tidy(doubt.leaf, text)
        texts = self._said(sheet) | {name: tidied}
        sure_of = sure_texts(sheet, self._after(sheet).settled) | texts
        if not sure and (fault := self._rechecker.fault(sheet, name, sure_of)):
            raise UnlikelyError(fault)
        answer = Answer(tidied, value_of(doubt.leaf, tidied))
        after = self._rechecker.after(sheet, texts)
        self._journal.say(doubt.asked, doubt.field.text, answer, after)

    def check(self, number: int, text: str) -> dict[str, str]:
        """Return what becomes of ``text`` in field ``number``, in plain values; keep nothing.

        unlikely: the check of the field by itself that fails. taken: as what it is taken, where
        that is not clear from what is typed; both are "" for nothing.

        Raises :class:`WrongError` as :meth:`answer` does.
        """
        leaf = self._doubt(number).leaf
        tidied = tidy(leaf, text)
        failures = field_failures(leaf, tidied)
        fault = failures[0].reason if failures else ""
        if fault or isinstance(leaf, MarkField) or not (leaf.form or leaf.marks):
            return {"unlikely": fault, "taken": ""}
        taken = value_of(leaf, tidied) if isinstance(leaf.form, NumberFormat) else tidied
        typed = " ".join(text.split())
        unmarked = typed.isalnum() and bool(leaf.marks)  # 15 in the cells _ 1 . 5 is not 1.5
        return {"unlikely": "", "taken": taken if unmarked or taken != typed else ""}

    def undo(self) -> int | None:
        """Take the last answer back and return the number of its field; None where there is none.

        An answer to what is not doubtful any more stays, and ends it.
        """
        last = self._journal.said.last
        if last is None or last not in self._numbers:
            return None
        self._journal.undo()
        return self._numbers[last]

    def states(self, number: int) -> list[dict[str, Any]]:
        """Return what changes of the fields of a sheet with an answer to field ``number``."""
        return [self._state(each) for each in self._of_sheet[self.doubts[number].sheet.key]]

    def describe(self, number: int) -> dict[str, Any]:
        """Return what a page shows of field ``number``, in plain values for JSON."""
        doubt = self.doubts[number]
        field = doubt.field
        return self._state(number) | {
            "sheet": doubt.sheet.title,
            "name": field.name,
            "label": doubt.label,
            "read": field.text,
            "probability": field.probability,
            "reason": field.reason,
            "others": [[text, chance] for text, chance in field.others],
            **_typing(doubt.leaf),
        }

    def _state(self, number: int) -> dict[str, Any]:
        """Return the answer to a field and its fault, and what it says beside corrected ones."""
        doubt = self.doubts[number]
        name, after = doubt.field.name, self._after(doubt.sheet)
        answer, settled = self._journal.said.answers.get(doubt.asked), after.settled.get(name)
        return {
            "number": number,
            "answer": None if answer is None else answer.text,
            "fault": "" if answer is None else after.faults.get(name, ""),
            "settled": None if answer or settled is None else settled.text,
        }

    def _after(self, sheet: ReadSheet) -> After:
        return self._journal.said.after.get(sheet.key, After())

    def _doubt(self, number: int) -> Doubt:
        if not 0 <= number < len(self.doubts):
            raise WrongError("there is no such field")
        return self.doubts[number]

    def _said(self, sheet: ReadSheet) -> dict[str, str]:
        """Return the texts of the fields of ``sheet`` that were answered."""
        answers = self._journal.said.answers
        asked = {field.name: asked_for(sheet, field) for field in sheet.fields}
        return {name: answers[each].text for name, each in asked.items() if each in answers}


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


def _typing(leaf: Leaf) -> Mapping[str, Any]:
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
