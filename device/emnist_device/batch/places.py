"""Where the fields of a table's sheets lie on their pictures, in a file beside the table.

A table is for spreadsheets; ``sheets.csv.fields.jsonl`` has what JSON Lines have and the table has
not, for a person to look at what is doubtful.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from emnist_device.batch.sheets import SheetLines
from emnist_edge.errors import EmnistEdgeError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emnist_device.batch.tasks import Outcome


def places_path(table: Path) -> Path:
    """Return where the places of the fields of ``table`` are."""
    return table.with_name(f"{table.name}.fields.jsonl")


def keep_places(
    outcomes: Iterator[tuple[int, Outcome]], file: Path, *, resume: bool
) -> Iterator[tuple[int, Outcome]]:
    """Yield ``outcomes``; where their ``file`` is a table, their places are kept beside it before.

    Raises as :class:`Places` does.
    """
    if file.suffix != ".csv":  # the file has them itself
        yield from outcomes
        return
    with Places(file, resume=resume) as places:
        for index, outcome in outcomes:
            places.add(outcome)
            yield index, outcome


class Places:
    """The file beside ``table``; of a sheet that is in it more than once, the last counts.

    Args:
        table: whose run holds it open meanwhile.
        resume: go on with what is there; a last line that is not whole is cut off.

    Raises:
        EmnistEdgeError: it cannot be written.
    """

    def __init__(self, table: Path, *, resume: bool) -> None:
        self._path = places_path(table)
        self._format = SheetLines()
        try:
            if self._path.exists() and not self._path.is_file():  # a pipe would be waited for
                raise EmnistEdgeError(f"{shown(self._path)}: is no file; move it away")
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | (0 if resume else os.O_TRUNC)
            self._file: IO[bytes] = os.fdopen(os.open(self._path, flags, 0o666), "r+b", buffering=0)
            cut_to_lines(self._file)
        except OSError as error:
            raise EmnistEdgeError(self._fault(error)) from error

    def add(self, outcome: Outcome) -> None:
        """Append the sheet of ``outcome``, if there is one, before it is in the table.

        Raises :class:`EmnistEdgeError` where there is no room.
        """
        if outcome.sheet is None:
            return
        line = self._format.record(outcome, kept=True)
        try:
            whole = self._file.write(line) == len(line)
        except OSError as error:
            raise EmnistEdgeError(self._fault(error)) from error
        if not whole:
            raise EmnistEdgeError(f"{shown(self._path)}: there is no room for all of it")

    def __enter__(self) -> Places:
        return self

    def __exit__(self, *_: object) -> None:
        empty = not os.fstat(self._file.fileno()).st_size
        self._file.close()
        if empty:
            with suppress(OSError):
                self._path.unlink()

    def _fault(self, error: OSError) -> str:
        return f"{shown(self._path)}: cannot be written ({error.strerror})"


def cut_to_lines(file: IO[bytes]) -> None:
    """Take the end of ``file`` off that is no whole line, as a killed process leaves it."""
    size = end = file.seek(0, os.SEEK_END)
    while end:
        start = max(end - 2**16, 0)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end < size:
        file.truncate(end)
