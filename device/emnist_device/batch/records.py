"""Outcomes <-> records, in JSON Lines or CSV.

Records that are kept hold no times of reading: the same pictures give the same. They do hold size
and time of each file, by which one that was replaced is told.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from emnist_device.batch.tasks import Version

if TYPE_CHECKING:
    from emnist_device.batch.tasks import Key, Outcome

# More than any file has bytes, or pages.
_TOO_LARGE = 10**18


@dataclass(frozen=True)
class Entry:
    """What a record says of its page: of which file, whether reading failed, which file it was.

    number: of the page, from 1 on; None where the pages of the file could not be told.
    """

    name: str
    number: int | None
    failed: bool
    version: Version | None

    @property
    def key(self) -> Key:
        """What no two records of a file of results share."""
        return self.name, self.number


class Format(Protocol):
    """How outcomes are written: for a file of results (``kept``), or to be shown once."""

    def heading(self, *, kept: bool) -> bytes:
        """Return what stands before the first record."""

    def record(self, outcome: Outcome, *, kept: bool) -> bytes:
        """Return the record of ``outcome``: with the version of its file, or the times it took."""

    def is_whole(self, record: bytes) -> bool:
        """Say whether the lines of ``record`` make a whole record."""

    def is_begun(self, rest: bytes) -> bool:
        """Say whether ``rest``, which is not whole, may be the beginning of one record."""

    def entry(self, record: bytes) -> Entry:
        """Return what a record says of its picture; ValueError where it is damaged."""


class JsonLines:
    """An object a line. A byte of a name that is no UTF-8 is escaped as os.fsdecode has it."""

    def heading(self, *, kept: bool) -> bytes:  # noqa: ARG002
        """Return nothing."""
        return b""

    def record(self, outcome: Outcome, *, kept: bool) -> bytes:
        """Return the page, or the reason why there is none."""
        content: dict[str, Any] = {"image": outcome.name}
        if outcome.number is not None:
            content |= {"page": outcome.number, "pages": max(outcome.pages, outcome.frames)}
        if outcome.size is not None:
            content["size"] = list(outcome.size)
        if outcome.page is not None:
            content |= outcome.page.to_dict()
        else:
            content["error"] = outcome.error
        if kept:
            content.pop("timing_ms", None)
            if outcome.version is not None:
                content["file"] = asdict(outcome.version)
        return (json.dumps(content, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")

    def is_whole(self, record: bytes) -> bool:
        """Say whether there is an end of line."""
        return record.endswith(b"\n")

    def is_begun(self, rest: bytes) -> bool:
        """Say whether there is no end of line."""
        return b"\n" not in rest

    def entry(self, record: bytes) -> Entry:
        """Return what a line says of its picture; ValueError where it is damaged."""
        content = json.loads(record)
        match content:
            case {"image": str(name)}:
                version = None
                match content.get("file"):
                    case {"bytes": int(size), "modified": int() | float() as modified}:
                        version = Version(size, modified)
                number = content.get("page")
                if number is not None:
                    number = number_of(number, "page")
                return Entry(name, number, "error" in content, version)
        raise ValueError("no object with the name of an image")


class Csv:
    r"""A row a page, by RFC 4180.

    In names, ``\`` is ``\\`` and a byte that is no UTF-8 ``\udc..``, as os.fsdecode has it; before
    a character that would make a formula of a name in a spreadsheet stands ``\``.
    confidence: the least of what characters were read as; empty where there are none.
    """

    columns: tuple[str, ...] = (
        "image", "page", "text", "characters", "confidence", "model", "error"
    )  # fmt: skip
    of_version = ("bytes", "modified")

    def heading(self, *, kept: bool) -> bytes:
        """Return the row of names."""
        return (",".join(self.columns + self.of_version * kept) + "\r\n").encode()

    def record(self, outcome: Outcome, *, kept: bool) -> bytes:
        """Return the row; it has no times of reading."""
        place = (escaped(outcome.name), "" if outcome.number is None else outcome.number)
        row: tuple[object, ...] = (*place, "", "", "", "", outcome.error)
        if outcome.page is not None:
            surely = [each.likeliest.confidence for each in outcome.page.characters]
            least = f"{min(surely):.4f}" if surely else ""
            page = outcome.page
            row = (*place, page.text, len(surely), least, page.model, "")
        if kept:
            version = outcome.version
            row += ("", "") if version is None else (version.bytes, f"{version.modified:.6f}")
        file = io.StringIO()
        csv.writer(file).writerow(row)
        return file.getvalue().encode()

    def is_whole(self, record: bytes) -> bool:
        """Say whether the last line ends, outside of quotes."""
        return record.endswith(b"\r\n") and record.count(b'"') % 2 == 0

    def is_begun(self, rest: bytes) -> bool:
        """Say whether lines end inside of quotes alone, and none but the first makes a row."""
        lines, quotes = rest.splitlines(keepends=True), 0
        for number, line in enumerate(lines):
            quotes += line.count(b'"')
            if line.endswith(b"\n") and (quotes % 2 == 0 or (number and self._is_row(line))):
                return False
        return True

    def _is_row(self, line: bytes) -> bool:
        """Say whether ``line`` is a record by itself."""
        try:
            self.entry(line)
        except (ValueError, csv.Error):
            return False
        return True

    def entry(self, record: bytes) -> Entry:
        """Return what a row says of its picture; ValueError where it is damaged."""
        row = cells_of(record)
        columns = len(self.columns + self.of_version)
        if len(row) != columns:
            raise ValueError(f"no row of {columns} columns")
        size, modified = row[-len(self.of_version) :]
        version = (
            Version(digits_of(size, "bytes", 0), float(modified)) if size or modified else None
        )
        number = digits_of(row[1], "page") if row[1] else None
        return Entry(_unescaped(row[0]), number, bool(row[self.columns.index("error")]), version)


def cells_of(record: bytes) -> list[str]:
    """Return the cells of a row; ValueError or csv.Error where it is none, or is several."""
    rows = list(csv.reader(io.StringIO(record.decode(), newline=""), strict=True))
    if len(rows) != 1:  # they would be lost
        raise ValueError('a quote (") is missing or too many, or a line does not end as others do')
    return rows[0]


def number_of(value: object, what: str, least: int = 1) -> int:
    """Return ``value``, if it is a whole number from ``least`` on; ValueError names ``what``."""
    if type(value) is not int or not least <= value < _TOO_LARGE:  # True is none
        raise ValueError(f"{what} is no number from {least} on")
    return value


def digits_of(cell: str, what: str, least: int = 1) -> int:
    """Return the number that ``cell`` has in digits; ValueError as by :func:`number_of`."""
    plain = cell.isascii() and cell.isdigit() and len(cell) < len(str(_TOO_LARGE))
    return number_of(int(cell) if plain else None, what, least)


#: Format of a file of results, by its suffix.
FORMATS: dict[str, Format] = {".jsonl": JsonLines(), ".csv": Csv()}


# What a spreadsheet takes a cell for a formula by.
_FORMULA = tuple("=+-@\t\r")


def escaped(name: str) -> str:
    """Return ``name`` as :class:`Csv` has it."""
    plain = name.replace("\\", "\\\\").encode("utf-8", "backslashreplace").decode()
    return f"\\{plain}" if name.startswith(_FORMULA) and name != "-" else plain


def _unescaped(name: str) -> str:
    return re.sub(
        r"\\(udc[0-9a-f]{2}|.)",
        lambda match: chr(int(match[1][1:], 16)) if len(match[1]) > 1 else match[1],
        name,
        flags=re.DOTALL,
    )
