"""What the fields of a sheet say beside those that a person has corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.correcting.said import After, Settled
from emnist_device.forms.checks import field_failures, roster_failures, sum_failures, value_of
from emnist_device.forms.reading.by_roster import PRINTED_FOR
from emnist_device.forms.reading.candidates import Candidates
from emnist_device.forms.reading.together import weigh_sum, weigh_together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emnist_device.correcting.fields import ReadField
    from emnist_device.correcting.table import ReadSheet
    from emnist_device.forms.model import FormPage, Leaf, SumOf, Template
    from emnist_device.forms.roster import Roster

# Probabilities are kept with so many decimals.
_DECIMALS = 6


class Rechecker:
    """Weighs sums and rosters again, as reading does, with what a person says in place of readings.

    Args:
        templates: the forms.
        rosters: name of a form -> its roster.
        least: the least probability of the fields that were accepted by their reading.
    """

    def __init__(
        self, templates: Sequence[Template], rosters: Mapping[str, Roster], least: float
    ) -> None:
        self._templates = {template.form: template for template in templates}
        self._rosters, self._least = rosters, least

    def after(self, sheet: ReadSheet, said: Mapping[str, str]) -> After:
        """Return what becomes of ``sheet`` once ``said`` are the texts of some of its fields.

        Of the other doubtful fields, those are settled that others had a say in, that nothing
        speaks against any more, and that are as probable as what is accepted.
        """
        settled, row = self._weigh(sheet, said)
        sure = {**sure_texts(sheet, settled), **said}
        faults = {name: fault for name in said if (fault := self.fault(sheet, name, sure))}
        return After(settled, faults, row, () if row == 0 else self._tells(sheet))

    def _tells(self, sheet: ReadSheet) -> tuple[str, ...]:
        """Return the names of the fields of ``sheet`` that tell its row of the roster."""
        template, leaves, _ = self._of(sheet)
        return tuple(name for name in template.roster_columns if name in leaves)

    def _weigh(
        self, sheet: ReadSheet, said: Mapping[str, str]
    ) -> tuple[dict[str, Settled], int | None]:
        """Return what is settled of ``sheet``, and its row as :class:`After` has it."""
        template, leaves, page = self._of(sheet)
        bound = {field.name for field in sheet.fields if field.alone is not None}
        whole = {field.name for field in sheet.fields} == leaves.keys()
        if page is None or not whole or not bound & said.keys():  # others have no say in these
            return {}, 0
        own = {field.name: _own(field) for field in sheet.fields}
        read = own | {name: Candidates(((text, 1.0),)) for name, text in said.items()}
        roster = self._rosters.get(sheet.form)
        told = bool(template.roster_columns.keys() & said.keys())  # which row it is
        # Where its fields left several rows, its QR code told the one that it was read as.
        by_code = weigh_together(template, page, own, roster).row is None
        printed = sheet.row if by_code else None
        weighed = weigh_together(template, page, read, roster, said.keys(), printed)
        settled = {}
        for field in sheet.fields:
            made = weighed.read[field.name]
            chance = round(min(made.probability, 1.0), _DECIMALS)
            left = field.name in bound and not field.accepted and field.name not in said
            left &= told or not field.reason.startswith(PRINTED_FOR)
            if left and not made.reason and chance >= self._least:
                value = value_of(leaves[field.name], made.text)
                settled[field.name] = Settled(made.text, value, chance)
        return settled, 0 if roster is None else weighed.row

    def fault(self, sheet: ReadSheet, name: str, texts: Mapping[str, str]) -> str:
        """Return the check that field ``name`` fails by itself or beside others, "" for none.

        ``texts`` are those of all fields of ``sheet`` that are in doubt no more, this one included.
        A total fails as well where no readings of parts that still are in doubt make it.
        """
        template, leaves, _ = self._of(sheet)
        if name not in leaves:
            return ""
        if failures := field_failures(leaves[name], texts[name]):
            return failures[0].reason
        if not texts[name].strip():
            return ""
        for each in template.sums:
            if reason := _sum_fault(each, sheet, leaves, name, texts):
                return reason
        roster = self._rosters.get(sheet.form)
        columns = {own: column for own, column in template.roster_columns.items() if own in texts}
        if roster is not None and name in columns:
            for failure in roster_failures(columns, texts, roster):
                return failure.reason
        return ""

    def _of(self, sheet: ReadSheet) -> tuple[Template, dict[str, Leaf], FormPage | None]:
        """Return the template of ``sheet``, and its fields and page, where there is such a page."""
        template = self._templates[sheet.form]
        page = next((each for each in template.pages if each.number == sheet.page), None)
        leaves = {} if page is None else {leaf.name: leaf for leaf in page.leaves()}
        return template, leaves, page


def sure_texts(sheet: ReadSheet, settled: Mapping[str, Settled]) -> dict[str, str]:
    """Return the texts of the fields of ``sheet`` that nobody needs to look at."""
    accepted = {field.name: field.text for field in sheet.fields if field.accepted}
    return accepted | {name: each.text for name, each in settled.items()}


def _sum_fault(
    total: SumOf, sheet: ReadSheet, leaves: Mapping[str, Leaf], name: str, texts: Mapping[str, str]
) -> str:
    """Return why ``total``, of which field ``name`` is the sum or a part, fails; "" for nothing."""
    if name == total.field:
        return _total_fault(total, sheet, leaves, texts)
    if name not in total.parts or not {total.field, *total.parts} <= texts.keys() & leaves.keys():
        return ""
    return "".join(f"{total.field} {each.reason}" for each in sum_failures(total, leaves, texts))


def _total_fault(
    total: SumOf, sheet: ReadSheet, leaves: Mapping[str, Leaf], texts: Mapping[str, str]
) -> str:
    """Return why ``total`` is no sum of its parts, whichever of their readings these are, or "".

    Nothing is said where a part could not be read, or is on another page.
    """
    read = {field.name: _own(field) for field in sheet.fields if field.text.strip()}
    read |= {name: Candidates(((text, 1.0),)) for name, text in texts.items()}
    if not {total.field, *total.parts} <= read.keys() & leaves.keys():
        return ""
    return weigh_sum(total, leaves, read)[total.field].reason


def _own(field: ReadField) -> Candidates:
    """Return what ``field`` says by itself, as far as that is known."""
    if field.alone is not None:
        return field.alone
    return Candidates(((field.text, field.probability), *field.others), field.reason)
