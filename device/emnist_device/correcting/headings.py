"""The first row of what is no table of sheets -> what another program has made of one."""

from __future__ import annotations

import csv
from contextlib import suppress

from emnist_device.batch.sheets import SheetTable

_BOM = b"\xef\xbb\xbf"
_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# Other separators than the comma, and the names of them.
_SEPARATORS = {";": "semicolons", "\t": "tabs"}


def heading_faults(start: bytes) -> list[str]:
    """Return what of a file that begins with ``start`` is written otherwise than form read does.

    Empty where it is no table of sheets however it is written, or it is one.
    """
    for mark, codec in zip(_OF_UTF_16, ("utf-16-le", "utf-16-be"), strict=True):
        if start.startswith(mark):
            text = start[2 : 2 + (len(start) - 2) // 2 * 2].decode(codec, "replace")
            return ["it is UTF-16 and not UTF-8", *_faults(text)] if _is_heading(text) else []
    text = start.removeprefix(_BOM).decode(errors="replace")
    if not _is_heading(text):
        return []
    mark_found = start.startswith(_BOM)
    return ["it begins with a byte order mark (BOM)"] * mark_found + _faults(text)


def _faults(text: str) -> list[str]:
    """Return what is wrong with a heading and its end of line."""
    line, end = _first_line(text)
    faults = []
    separator = _separator_of(line)
    if separator in _SEPARATORS:
        faults.append(f"{_SEPARATORS[separator]} and no commas are between its cells")
    if '"' in line:
        faults.append("names of columns are in quotes")
    if end != "\r\n":
        name = {"\n": "LF", "\r": "CR"}.get(end, "nothing")
        faults.append(f"its lines end in {name} and not in CRLF")
    return faults


def _is_heading(text: str) -> bool:
    """Say whether the first row has the names of a table of sheets, however they are written."""
    line = _first_line(text)[0]
    with suppress(ValueError, csv.Error):
        (cells,) = csv.reader([line], delimiter=_separator_of(line), strict=True)
        SheetTable.of((",".join(cells) + "\r\n").encode())
        return True
    return False


def _first_line(text: str) -> tuple[str, str]:
    """Return the first line, and what it ends in; "" for nothing."""
    line = text.splitlines(keepends=True)[0] if text else ""
    bare = line.rstrip("\r\n")
    return bare, line[len(bare) :]


def _separator_of(line: str) -> str:
    """Return what is between the first two cells of a heading."""
    first = SheetTable.of_sheet[0]
    return next((each for each in _SEPARATORS if each in line[: len(first) + 3]), ",")
