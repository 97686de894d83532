"""The doubtful fields of a table, in order, and what a person says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emnist_device.correcting.journal import Asked
from emnist_device.forms.checks import field_failures, value_of
from emnist_device.forms.formats import DateFormat
from emnist_device.forms.model import BETWEEN, MarkField, TextField
from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from emnist_device.correcting.fields import ReadField
    from emnist_device.correcting.journal import Journal
    from emnist_device.correcting.table import ReadSheet
    from emnist_device.forms.model import Leaf, Template

#: Longer texts are in no field.
MOST_CHARACTERS = 500
# Texts of these kinds are of digits: a phone shows those of its keys.
_NUMERIC = {"digits", "date", "number"}
# What is written in fields of some kinds, in words.
_HINTS = {"upper": "capitals", "alnum": "letters and digits", "line": "text", "lexicon": "a word"}


class WrongError(Exception):
    """An answer that no field can have; the message says why."""


class UnlikelyError(Exception):
    """An answer that fails a check of its field; it is taken where a person is sure."""


@dataclass(frozen=True)
class Doubt:
    """A doubtful field, and what its template says of it."""

    sheet: ReadSheet
    field: ReadField
    leaf: Leaf

    @property
    def asked(self) -> Asked:
        """What it is in the journal."""
        return asked_for(self.sheet, self.field)


def asked_for(sheet: ReadSheet, field: ReadField) -> Asked:
    """Return what a field of ``sheet`` is in a journal."""
    return Asked(sheet.name, sheet.number, sheet.reading, field.name)


def find_doubts(sheets: Iterable[ReadSheet], templates: Sequence[Template]) -> list[Doubt]:
    """Return the fields of ``sheets`` that are not accepted.

    Raises:
        FormError: a sheet is of none of the ``templates``, or of another version of one.
    """
    known = {
        template.form: {leaf.name: leaf for _, leaf in template.leaves()} for template in templates
    }
    doubts = []
    for sheet in sheets:
        if sheet.form not in known:
            raise FormError(
                f"{sheet.title}: is a sheet of form {shown(sheet.form)}; name its template as well"
            )
        for field in sheet.fields:
            leaf = known[sheet.form].get(field.name)
            if leaf is None:
                raise FormError(
                    f"{sheet.title}: has field {shown(field.name)}, which is not in the template "
                    f"of form {shown(sheet.form)}; name the one that the sheets were read with"
                )
            if not field.accepted:
                doubts.append(Doubt(sheet, field, leaf))
    return doubts


class Review:
    """Doubtful fields by their numbers, from 0, and the answers of a person. For one thread."""

    def __init__(self, doubts: Sequence[Doubt], journal: Journal) -> None:
        self.doubts, self._journal = doubts, journal
        self._numbers = {doubt.asked: number for number, doubt in enumerate(doubts)}

    def answer(self, number: int, text: str, *, sure: bool) -> None:
        """Keep what a person says stands in field ``number``.

        Raises:
            WrongError: there is no such field, or it can never have this text.
            UnlikelyError: a check of the field fails, and nobody is ``sure``.
            FormError: it cannot be kept.
        """
        if not 0 <= number < len(self.doubts):
            raise WrongError("there is no such field")
        doubt = self.doubts[number]
        tidied = tidy(doubt.leaf, text)
        failures = field_failures(doubt.leaf, tidied)
        if failures and isinstance(doubt.leaf, MarkField) and failures[0].check == "form":
            raise WrongError(failures[0].reason)
        if failures and not sure:
            raise UnlikelyError(failures[0].reason)
        self._journal.say(doubt.asked, doubt.field.text, (tidied, value_of(doubt.leaf, tidied)))

    def undo(self) -> int | None:
        """Take the last answer back and return the number of its field; None where there is none.

        An answer to what is not doubtful any more stays, and ends it.
        """
        last = self._journal.said.last
        if last is None or last not in self._numbers:
            return None
        self._journal.undo()
        return self._numbers[last]

    def state(self, number: int) -> dict[str, Any]:
        """Return what changes of field ``number``, in plain values for JSON."""
        answer = self._journal.said.answers.get(self.doubts[number].asked)
        return {"number": number, "answer": None if answer is None else answer[0]}

    def describe(self, number: int) -> dict[str, Any]:
        """Return what a page shows of field ``number``, in plain values for JSON."""
        doubt = self.doubts[number]
        field = doubt.field
        return self.state(number) | {
            "sheet": doubt.sheet.title,
            "name": field.name,
            "label": doubt.leaf.label or field.name,
            "read": field.text,
            "probability": field.probability,
            "reason": field.reason,
            "others": [[text, chance] for text, chance in field.others],
            **_typing(doubt.leaf),
        }


def tidy(leaf: Leaf, text: str) -> str:
    """Return ``text`` as a reading has it: with the marks that the form has printed.

    Raises :class:`WrongError` where it is too long, or has what nobody writes.
    """
    text = " ".join(text.split())
    if len(text) > MOST_CHARACTERS:
        raise WrongError(f"a field has {MOST_CHARACTERS} characters at most")
    if not text.isprintable():
        raise WrongError("it has a character that cannot be written")
    if isinstance(leaf, MarkField):
        order = {option.value: place for place, option in enumerate(leaf.options)}
        values = [value for value in text.split(BETWEEN) if value]
        return BETWEEN.join(sorted(set(values), key=lambda value: order.get(value, len(order))))
    if leaf.kind == "upper":
        text = text.upper()
    if leaf.marks and len(text) == len(leaf.cells) and field_failures(leaf, text):
        return leaf.join(list(text))
    return text


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
