"""What the QR code of a printed page says: which form, page and copy it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

# The name and version of this code, and what may be in it: characters that QR codes pack tightly.
_CODE = re.compile(r"EEF1 ([A-Z0-9-]{1,32}) ([0-9]{1,3}) ([0-9]{1,9})(R?) ([0-9A-F]{6})", re.ASCII)


@dataclass(frozen=True)
class SheetCode:
    """Which page a sheet of paper is.

    form: the name of the form, in capitals. page: from 1. copy: from 1, or 0 where copies have no
    numbers. digest: of the template that it was printed from. of_roster: whether the copy is for
    the row of a roster whose number it has.
    """

    form: str
    page: int
    copy: int
    digest: str
    of_roster: bool = False

    def text(self) -> str:
        """Return what the QR code says."""
        mark = "R" if self.of_roster else ""
        return f"EEF1 {self.form.upper()} {self.page} {self.copy}{mark} {self.digest}"


def parse_code(text: str) -> SheetCode | None:
    """Return what a QR code says, or None where it is not one of a printed form."""
    found = _CODE.fullmatch(text.strip())
    if found is None:
        return None
    return SheetCode(found[1], int(found[2]), int(found[3]), found[5], bool(found[4]))
