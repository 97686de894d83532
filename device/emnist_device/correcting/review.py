"""What a person says of the doubtful fields of a table, and what becomes of the others by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_device.correcting.by_now import said_of
from emnist_device.correcting.doubts import UnlikelyError, WrongError, tidy, typing_of
from emnist_device.correcting.rechecking import sure_texts
from emnist_device.correcting.said import Answer
from emnist_device.forms.checks import field_failures, value_of
from emnist_device.forms.formats import NumberFormat
from emnist_device.forms.model import MarkField

if TYPE_CHECKING:
    from collections.abc import Collection

    from emnist_device.correcting.by_now import Roll, SaidOf
    from emnist_device.correcting.doubts import Doubt, Doubts
    from emnist_device.correcting.journal import Journal
    from emnist_device.correcting.rechecking import Rechecker
    from emnist_device.correcting.said import After, Asked, SheetKey
    from emnist_device.correcting.table import ReadSheet


class Review:
    """Doubtful fields by their numbers, from 0, and the answers of a person. For one thread.

    Fields that were accepted come after those that were not, once another sheet makes them
    doubtful.

    Args:
        doubts: the fields.
        journal: keeps what is said.
        rechecker: finds what corrections make of other fields.
        roll: knows the rows of rosters that all sheets are taken for.
    """

    def __init__(self, doubts: Doubts, journal: Journal, rechecker: Rechecker, roll: Roll) -> None:
        self.doubts: list[Doubt] = []
        self._journal, self._rechecker, self._roll = journal, rechecker, roll
        self._accepted = dict(doubts.accepted)
        self._numbers: dict[Asked, int] = {}
        self._of_sheet: dict[SheetKey, list[int]] = {}
        self._claims = roll.claims({})
        self._touched: set[SheetKey] = set()
        for doubt in doubts.open:
            self._add(doubt)
        self._find_claims()
        answered = {asked.sheet for asked in journal.said.answers}
        self._take_up(answered & self._accepted.keys())

    def _add(self, doubt: Doubt) -> None:
        number = len(self.doubts)
        self.doubts.append(doubt)
        self._numbers[doubt.asked] = number
        self._of_sheet.setdefault(doubt.sheet.key, []).append(number)

    def _find_claims(self) -> None:
        """Look for sheets of one row of a roster again, and take their fields for doubtful."""
        before, now = self._claims, self._roll.claims(self._journal.said.after)
        self._claims = now
        self._touched = {key for key, _ in before.of.items() ^ now.of.items()}
        self._take_up(self._touched & now.of.keys())

    def _take_up(self, sheets: Collection[SheetKey]) -> None:
        """Take fields of ``sheets`` for doubtful that were accepted and tell a row of a roster."""
        for key in sorted(sheets, key=str):
            for doubt in self._accepted.pop(key, []):
                self._add(doubt)

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
        said = self._said(sheet)
        texts = {own: each.text for own, each in said.answers.items()} | {name: tidied}
        after = self._rechecker.after(sheet, texts)
        sure_of = sure_texts(sheet, said.after.settled) | texts
        fault = self._rechecker.fault(sheet, name, sure_of) or self._new_claim(sheet, name, after)
        if fault and not sure:
            raise UnlikelyError(fault)
        answer = Answer(tidied, value_of(doubt.leaf, tidied))
        self._journal.say(doubt.asked, doubt.field.text, answer, after)
        self._find_claims()

    def _new_claim(self, sheet: ReadSheet, name: str, after: After) -> str:
        """Return why ``after`` makes field ``name`` doubtful beside other sheets; "" as before."""
        claims = self._roll.claims({**self._journal.said.after, sheet.key: after})
        reason = claims.doubts(sheet).get(name, "")
        return "" if reason == self._claims.doubts(sheet).get(name) else reason

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
        self._find_claims()
        return self._numbers[last]

    def changed(self, number: int) -> list[dict[str, Any]]:
        """Return the fields that may have changed with the last answer, which was to ``number``."""
        sheets = {self.doubts[number].sheet.key, *self._touched}
        return [self.describe(n) for key in sheets for n in self._of_sheet.get(key, [])]

    def describe(self, number: int) -> dict[str, Any]:
        """Return what a page shows of field ``number``, in plain values for JSON.

        settled: what it says beside others, so that nobody needs to look at it; else None.
        """
        doubt = self.doubts[number]
        field, said = doubt.field, self._said(doubt.sheet)
        answer, settled = said.answers.get(field.name), said.after.settled.get(field.name)
        text = field.text if settled is None else settled.text
        return {
            "number": number,
            "sheet": doubt.sheet.title,
            "name": field.name,
            "label": doubt.label,
            "read": field.text,
            "probability": field.probability,
            "reason": said.reason(field),
            "others": [[text, chance] for text, chance in field.others],
            "answer": None if answer is None else answer.text,
            "fault": said.after.faults.get(field.name, ""),
            "settled": None if answer or said.is_open(field) else text,
            **typing_of(doubt.leaf),
        }

    def _doubt(self, number: int) -> Doubt:
        if not 0 <= number < len(self.doubts):
            raise WrongError("there is no such field")
        return self.doubts[number]

    def _said(self, sheet: ReadSheet) -> SaidOf:
        return said_of(sheet, self._journal.said, self._claims)
