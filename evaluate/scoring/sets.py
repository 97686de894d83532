r"""Folders of transcribed pictures -> sets of pages that are scored together.

A folder holds pictures and a ``pages.csv`` with at least the columns ``file``, ``transcription``
(line breaks as ``\n``) and ``kind``. With a column ``half``, each half is a set: A to choose on, B
to report on, whose pages nobody looks into: it is scored as a whole alone.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: The half of a folder that is reported on alone.
REPORTED = "B"


@dataclass(frozen=True)
class PageSet:
    """Pages that are scored together: rows of a ``pages.csv``.

    hidden: nothing is said about single pages, nor why they were read wrong.
    """

    name: str
    folder: Path
    rows: list[dict[str, str]]
    hidden: bool = False


def read_sets(folders: Iterable[Path]) -> list[PageSet]:
    """Return the sets of all ``folders``, in their order.

    Raises :class:`DataError` for a folder without pages, or two of the same name.
    """
    sets: list[PageSet] = []
    for folder in folders:
        rows = read_rows(folder)
        halves = sorted({row.get("half") or "" for row in rows})
        for half in halves:
            name = f"{folder.resolve().name} {half}".strip()
            if name in {each.name for each in sets}:
                raise DataError(f"{folder}: a folder of that name was given already")
            own = [row for row in rows if (row.get("half") or "") == half]
            sets.append(PageSet(name, folder, own, half == REPORTED))
    return sets


def read_rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of ``pages.csv`` in ``folder``."""
    try:
        with (folder / "pages.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        raise DataError(f"{folder / 'pages.csv'}: cannot be read ({reason})") from error
    if not rows or not {"file", "transcription", "kind"} <= rows[0].keys():
        raise DataError(f"{folder / 'pages.csv'}: needs columns file, transcription and kind")
    return rows
