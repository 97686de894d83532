"""Sheets that are taken for the same row of a roster, of which one can be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    #: Form, its page, and row of the roster.
    Row = tuple[str, int, int]

# What the reason of doubt begins with.
_REASON = "the roster has one row for this sheet and for "


@dataclass(frozen=True)
class Claim:
    """A row of a roster, from 1, for which several sheets are taken: what messages call these."""

    form: str
    row: int
    sheets: tuple[str, ...]

    def reason(self, sheet: str) -> str:
        """Return why ``sheet`` is in doubt: it names the first of the others."""
        others = list(self.sheets)
        others.remove(sheet)  # once: names of other files may be shown alike
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        return f"{_REASON}{others[0]}{more}"


def find_claims(rows: Iterable[tuple[Row, str]]) -> dict[Row, Claim]:
    """Return what several sheets claim, by ``rows``, each with the sheet that is taken for it."""
    found: dict[Row, list[str]] = {}
    for row, sheet in rows:
        found.setdefault(row, []).append(sheet)
    return {
        (form, page, row): Claim(form, row, tuple(sheets))
        for (form, page, row), sheets in found.items()
        if len(sheets) > 1
    }


def without_claims(reasons: Mapping[str, str]) -> dict[str, str]:
    """Return ``reasons`` of doubt by fields, without those of claims: these are of all sheets."""
    return {name: each for name, each in reasons.items() if not each.startswith(_REASON)}


def told(claims: Iterable[Claim], most: int = 10) -> Iterator[str]:
    """Yield a line for each of ``claims``, and how many more than ``most`` there are."""
    every = list(claims)
    for each in every[:most]:
        sheets = " and ".join(each.sheets[:2])
        more = f" and {len(each.sheets) - 2} more" if len(each.sheets) > 2 else ""
        yield (
            f"{sheets}{more} are taken for the same row of the roster of {each.form}, row "
            f"{each.row}; all are in doubt"
        )
    if len(every) > most:
        yield f"so are sheets of {len(every) - most} more rows"
