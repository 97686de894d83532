"""What is known of the fields of a sheet by now: by what was said of it, and of other sheets."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emnist_device.batch.claims import find_claims, without_claims
from emnist_device.correcting.said import After, Asked, Settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from emnist_device.batch.claims import Claim, Row
    from emnist_device.correcting.fields import ReadField
    from emnist_device.correcting.said import Answer, Said, SheetKey
    from emnist_device.correcting.table import ReadSheet


@dataclass(frozen=True)
class SaidOf:
    """What was said of a sheet, and what is so by it.

    answers: by the names of their fields. after: what these make of it, and what other sheets do.
    doubts: why fields without an answer are in doubt beside other sheets.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    after: After = field(default_factory=After)
    doubts: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, Answer | Settled]:
        """What fields are by now, where that is not as they were read."""
        return {**self.after.settled, **self.answers}

    def is_open(self, each: ReadField) -> bool:
        """Say whether a field of the sheet is still to be looked at."""
        return each.name not in self.known and (not each.accepted or each.name in self.doubts)

    def reason(self, each: ReadField) -> str:
        """Return why a field of the sheet that has no answer is in doubt, "" for nothing."""
        return own_reason(each) or self.doubts.get(each.name, "")


def own_reason(each: ReadField) -> str:
    """Return why a field is in doubt by its own sheet, "" for nothing."""
    return without_claims({each.name: each.reason}).get(each.name, "")


class Roll:
    """The rows of rosters that sheets are taken for: as they were read, and by what was said since.

    least: the least probability of fields that were accepted by their reading.

    Args:
        sheets: all of a file.
    """

    def __init__(self, sheets: Iterable[ReadSheet]) -> None:
        self.least = math.inf
        self._sheets: dict[SheetKey, tuple[str, int, int | None, str]] = {}
        self._tells: dict[tuple[str, int], set[str]] = {}
        for sheet in sheets:
            self._sheets[sheet.key] = (sheet.form, sheet.page, sheet.row, sheet.title)
            claimed = {each.name for each in sheet.fields if each.reason != own_reason(each)}
            self._tells.setdefault((sheet.form, sheet.page), set()).update(claimed)
            accepted = (each.probability for each in sheet.fields if each.accepted)
            self.least = min(self.least, *accepted, math.inf)

    def claims(self, after: Mapping[SheetKey, After]) -> Claims:
        """Return the rows that several sheets are taken for, once ``after`` is so."""
        rows: dict[SheetKey, Row] = {}
        tells = {each: set(names) for each, names in self._tells.items()}
        for key, (form, page, read, _) in self._sheets.items():
            own = after.get(key, After())
            row = read if own.row == 0 else own.row
            tells[form, page].update(own.tells)
            if row is not None:
                rows[key] = form, page, row
        found = find_claims((row, self._sheets[key][-1]) for key, row in rows.items())
        claimed = {key: found[row] for key, row in rows.items() if row in found}
        return Claims(tuple(found.values()), claimed, tells, self.least)


@dataclass(frozen=True)
class Claims:
    """Rows of rosters that several sheets are taken for.

    every: all of them. of: that of each such sheet. tells: form and page -> its fields that tell
    the row. least: as :class:`Roll` has it.
    """

    every: tuple[Claim, ...]
    of: Mapping[SheetKey, Claim]
    tells: Mapping[tuple[str, int], set[str]]
    least: float

    def doubts(self, sheet: ReadSheet) -> dict[str, str]:
        """Return why the fields that tell the row of ``sheet`` are in doubt beside other sheets."""
        claim = self.of.get(sheet.key)
        if claim is None:
            return {}
        own = self.tells[sheet.form, sheet.page]
        reason = claim.reason(sheet.title)
        return {each.name: reason for each in sheet.fields if each.name in own}

    def freed(self, sheet: ReadSheet) -> dict[str, Settled]:
        """Return the fields of ``sheet`` that were in doubt only beside others, and are no more."""
        if sheet.key in self.of:
            return {}
        return {
            each.name: Settled(each.text, each.value, each.probability)
            for each in sheet.fields
            if each.reason and not own_reason(each) and each.probability >= self.least
        }


def answers_of(sheet: ReadSheet, said: Said) -> dict[str, Answer]:
    """Return what was said of fields of ``sheet``, by their names."""
    asked = {each.name: Asked(*sheet.key, each.name) for each in sheet.fields}
    return {name: said.answers[each] for name, each in asked.items() if each in said.answers}


def said_of(sheet: ReadSheet | None, said: Said, claims: Claims) -> SaidOf:
    """Return what was said of ``sheet``, and what is so by it; nothing of what was refused."""
    if sheet is None:
        return SaidOf()
    answers = answers_of(sheet, said)
    after = said.after.get(sheet.key, After())
    beside = claims.doubts(sheet)
    freed = claims.freed(sheet) if after.row == 0 else {}  # else what is settled was weighed anew
    left = {each.name for each in sheet.fields} - answers.keys()
    settled = {
        name: each
        for name, each in {**freed, **after.settled}.items()
        if name in left and name not in beside
    }
    faults = {name: fault for name, fault in {**beside, **after.faults}.items() if name in answers}
    doubts = {name: reason for name, reason in beside.items() if name in left}
    return SaidOf(answers, After(settled, faults, after.row, after.tells), doubts)
