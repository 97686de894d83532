"""A roster: a CSV table of which each sheet of a form belongs to one row, such as a student's."""

from __future__ import annotations

import csv
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emnist_edge.errors import FormError, shown
from emnist_edge.files import read_within

if TYPE_CHECKING:
    from collections.abc import Mapping

# Of a university's students.
_MOST_BYTES, _MOST_ROWS, _LONGEST = 20_000_000, 200_000, 200
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Roster:
    """A table: its columns, and for each row the text in each column."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]

    def check_columns(self, columns: Mapping[str, str], name: str) -> None:
        """Raise :class:`FormError` where ``columns``, of fields, are not all in it.

        ``name`` is what messages call the roster.
        """
        for field, column in columns.items():
            if column not in self.columns:
                raise FormError(
                    f"{name}: has no column {column!r}, which field {field} is; it has "
                    f"{', '.join(map(shown, self.columns))}: rename one, or change the template"
                )

    def matching(self, texts: Mapping[str, str]) -> tuple[int, ...]:
        """Return the numbers, from 0, of the rows that have these texts in these columns.

        Case, accents, spaces and marks make no difference; blank texts stand for anything.
        """
        wanted = {column: plain(text) for column, text in texts.items() if text.strip()}
        return tuple(
            number
            for number, row in enumerate(self.rows)
            if all(plain(row[column]) == text for column, text in wanted.items())
        )


def plain(text: str) -> str:
    """Return the letters and digits of ``text``, without accents, in lower case."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in parts if char.isalnum())


def read_roster(path: Path | str) -> Roster:
    """Return the roster in the CSV file ``path``, whose first line names the columns.

    UTF-8, with commas, semicolons or tabs between columns, whichever the first line has more of.
    Raises :class:`FormError` where it cannot be read, or has no rows, or is no such table.
    """
    name = shown(path)
    text = _read(Path(path), name)
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[dict[str, str]] = []
    columns: tuple[str, ...] = ()
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"{name}, line {reader.line_num}"
            if not columns:
                columns = _columns(cells, where)
                continue
            rows.append(_row(columns, cells, where))
            if len(rows) > _MOST_ROWS:
                raise FormError(f"{name}: has over {_MOST_ROWS} rows; split it")
    except csv.Error as error:
        raise FormError(
            f"{name}, line {reader.line_num}: is no CSV ({error}); mend its quotes"
        ) from error
    if not rows:
        raise FormError(f"{name}: has no rows; write names of columns, then a row for each sheet")
    return Roster(columns, tuple(rows))


def _columns(cells: list[str], where: str) -> tuple[str, ...]:
    """Return the names of columns."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:  # as spreadsheets leave them
        names.pop()
    twice = {name for name in names if names.count(name) > 1}
    if twice or not all(names):
        fault = f"has column {min(twice)!r} twice" if twice else "has a column without a name"
        raise FormError(f"{where}: {shown(fault)}; name each column once")
    return tuple(names)


def _row(columns: tuple[str, ...], cells: list[str], where: str) -> dict[str, str]:
    """Return a row's texts by their columns; those that are left out at its end are blank."""
    texts = [cell.strip() for cell in cells]
    if any(texts[len(columns) :]):
        raise FormError(
            f"{where}: has {len(texts)} cells, and the table {len(columns)} columns; quote "
            "texts that have a comma"
        )
    if max(map(len, texts)) > _LONGEST:
        raise FormError(f"{where}: a cell has over {_LONGEST} characters; shorten it")
    texts += [""] * (len(columns) - len(texts))
    return dict(zip(columns, texts, strict=False))


def _read(path: Path, name: str) -> str:
    """Return the text of ``path``; raises :class:`FormError` where there is none."""
    larger = f"has over {_MOST_BYTES // 10**6} MB; split it"
    content = read_within(path, _MOST_BYTES, FormError, what="the roster", larger=larger)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FormError(f"{name}, line {line}: is no UTF-8 text; save it as CSV UTF-8") from error
    if "\0" in text:
        raise FormError(f"{name}: is no text, but has bytes of zero; save it as CSV UTF-8")
    return text
