"""How dates and numbers are written on a form, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from emnist_edge.alphabet import SYMBOLS

_PARTS = {"DD": r"(?P<day>\d\d?)", "MM": r"(?P<month>\d\d?)"}
_YEARS = {"YYYY": r"(?P<year>\d{4})", "YY": r"(?P<year>\d\d)"}
_DAYS, _MONTHS = r"([12]\d|3[01]|{0}[1-9])", r"(1[0-2]|{0}[1-9])"
_TOKEN = re.compile("DD|MM|YYYY|YY|[-./ ]")
#: What a format of dates looks like: day, month and year in any order, marks between them or none.
DATE_FORMAT = r"^(DD|MM|YYYY|YY)[-./ ]?(DD|MM|YYYY|YY)[-./ ]?(DD|MM|YYYY|YY)$"
# A year of two digits is one from 1969 to 2068, as POSIX has it.
_FIRST_YEAR = 1969


@dataclass(frozen=True)
class DateFormat:
    """A date as ``DD.MM.YYYY``, ``MM/DD/YY`` and the like; see :data:`DATE_FORMAT`."""

    text: str

    @property
    def complete(self) -> bool:
        """Whether day, month and year are all in it, once each."""
        return sorted(token[0] for token in self._tokens if token.isalpha()) == ["D", "M", "Y"]

    @property
    def first(self) -> date:
        """The first day that can be written."""
        return date(1 if "YYYY" in self.text else _FIRST_YEAR, 1, 1)

    @property
    def last(self) -> date:
        """The last day that can be written."""
        return date(9999 if "YYYY" in self.text else _FIRST_YEAR + 99, 12, 31)

    @property
    def slots(self) -> str:
        """What stands in each place: ``9`` for a digit that is written, or a mark."""
        return re.sub("[DMY]", "9", self.text)

    def pattern(self, *, cells: bool) -> str:
        """Return the pattern of what is written: in ``cells`` marks are printed, else written.

        In cells, and where nothing parts them, day and month have two digits each.
        """
        zero = "0" if cells or len(self._tokens) < 5 else "0?"
        parts = {
            "DD": _DAYS.format(zero),
            "MM": _MONTHS.format(zero),
            "YYYY": r"\d{4}",
            "YY": r"\d{2}",
        }
        return "".join(
            parts[token] if token in parts else "" if cells else re.escape(token)
            for token in self._tokens
        )

    def read(self, text: str) -> date | None:
        """Return the date that ``text`` is, or None where there is no such day."""
        found = self._parted(text)
        if found is None:
            return None
        year = int(found["year"])
        if len(found["year"]) == 2:
            year += 100 * ((_FIRST_YEAR - year + 99) // 100)
        try:
            return date(year, int(found["month"]), int(found["day"]))
        except ValueError:
            return None

    def fault(self, text: str) -> str:
        """Return why ``text`` is no date, or ""."""
        if self.read(text) is not None:
            return ""
        return f"{text} is no {self.text}" if self._parted(text) is None else f"no day is {text}"

    def _parted(self, text: str) -> re.Match[str] | None:
        """Return day, month and year of ``text``, or None where it is written otherwise."""
        groups = _PARTS | _YEARS
        whole = "".join(groups.get(token) or re.escape(token) for token in self._tokens)
        return re.fullmatch(whole, text, re.ASCII)

    @property
    def _tokens(self) -> list[str]:
        return _TOKEN.findall(self.text)


@dataclass(frozen=True)
class NumberFormat:
    """A number with so many decimals at most.

    mark: between its whole part and its decimals. printed: whether the form has that between two
    cells; else it is written, in a cell of its own if there are any. signed: whether it may be
    negative.
    """

    decimals: int = 0
    mark: str = "."
    printed: bool = False
    signed: bool = False

    def slots(self, cells: int) -> str:
        """Return what is in each place of a comb of ``cells``: ``9`` for a cell, or the mark."""
        if not (self.decimals and self.printed):
            return "9" * cells
        return "9" * (cells - self.decimals) + self.mark + "9" * self.decimals

    @property
    def charset(self) -> str:
        """What is written: digits, and marks that are not printed, as far as a model reads them."""
        marks = "" if not self.decimals or self.printed else ".,"
        if self.signed:
            marks += "-"
        others = "".join(f"\\{char}" for char in SYMBOLS if char not in marks)
        return f"[^A-Za-z{others}]" if marks else "digits"

    def pattern(self, most: int) -> str:
        """Return the pattern of what is written, of ``most`` characters or digits at most.

        Either of comma and point may be the mark, and what is before it left out, as in .5.
        """
        sign = "-?" if self.signed else ""
        if not self.decimals or self.printed:
            return rf"{sign}\d{{1,{most}}}"
        whole = max(1, most - self.decimals - 1)
        decimals = rf"[.,]\d{{1,{self.decimals}}}"
        return rf"{sign}(\d{{1,{whole}}}({decimals})?|{decimals})"

    def usual(self, text: str) -> str:
        """Return ``text`` with its mark, as people write either of comma and point."""
        return re.sub("[.,]", self.mark, text) if self.decimals and not self.printed else text

    def read(self, text: str) -> Decimal | None:
        """Return the number that ``text`` is, or None where it is none with so many decimals.

        Either of comma and point is taken for the mark, as people write both.
        """
        found = re.fullmatch(r"(-?)(\d*)([.,]?)(\d*)", text.replace(" ", ""), re.ASCII)
        if found is None or not (found[2] or found[4]) or " " in text.strip():
            return None
        if len(found[4]) > self.decimals or (found[1] and not self.signed):
            return None
        return Decimal(f"{found[1]}{found[2] or 0}.{found[4]}")

    def fault(self, text: str) -> str:
        """Return why ``text`` is no such number, or ""."""
        if self.read(text) is not None:
            return ""
        if NumberFormat(len(text), signed=True).read(text) is None:
            return f"{text} is no number"
        if text.startswith("-") and not self.signed:
            return f"{text} is negative"
        plural = "" if self.decimals == 1 else "s"
        return f"{text} has more than {self.decimals} decimal{plural}"
