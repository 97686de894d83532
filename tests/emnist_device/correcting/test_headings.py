from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.batch.sheets import SheetTable
from emnist_device.correcting.headings import heading_faults
from emnist_edge.errors import FormError
from tests.emnist_device.correcting.sheets import outcomes, read_table, write_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADING = SheetTable(("number", "page")).heading(kept=True)
BOM, LF = "it begins with a byte order mark (BOM)", "its lines end in LF and not in CRLF"
SEMICOLONS = "semicolons and no commas are between its cells"
QUOTES = "names of columns are in quotes"


def _quoted(heading: bytes) -> bytes:
    return b'"' + heading.strip().replace(b",", b'","') + b'"\r\n'


def _by_another(heading: bytes) -> bytes:
    return _by_excel(_quoted(heading)).replace(b"\r", b"")


def _by_excel(heading: bytes) -> bytes:
    return b"\xef\xbb\xbf" + heading.replace(b",", b";")


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (lambda heading: heading, []),
        (lambda heading: heading.replace(b"\r\n", b"\n"), [LF]),
        (lambda heading: heading.replace(b"\r\n", b"\r"), [LF.replace("LF", "CR", 1)]),
        (bytes.strip, [LF.replace("LF", "nothing", 1)]),
        (lambda heading: b"\xef\xbb\xbf" + heading, [BOM]),
        (_by_excel, [BOM, SEMICOLONS]),
        (_by_another, [BOM, SEMICOLONS, QUOTES, LF]),
        (lambda heading: heading.replace(b",", b"\t"), [SEMICOLONS.replace("semicolons", "tabs")]),
        (_quoted, [QUOTES]),
        (lambda heading: heading.decode().encode("utf-16"), ["it is UTF-16 and not UTF-8"]),
        (lambda heading: heading.decode().encode("utf-16") + b"\0", ["it is UTF-16 and not UTF-8"]),
        (lambda heading: heading.replace(b"image", b"picture"), []),
        (lambda _: b"name;points\nada;3\n", []),
        (lambda _: b"\xff\xfe\r\n", []),
        (lambda _: b"", []),
        (lambda _: b"\xef\xbb\xbf", []),
        (lambda _: b'"' * 4096, []),
    ],
)  # fmt: skip
def test_what_another_program_has_made_of_a_table_is_told(
    change: Callable[[bytes], bytes], faults: list[str]
) -> None:
    assert heading_faults(change(HEADING)) == faults


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b"\r\n", b"\n", f"{LF}; mend that in a copy"),
        (b"\r\n", b"\r", "its lines end in CR and not in CRLF; mend that in a copy"),
        (b",", b";", f"{SEMICOLONS}; mend that in a copy"),
        (b"image,", b"\xef\xbb\xbfimage,", "mark .BOM.; mend that in a copy"),
        (b"image,", b"picture,", "; leave that as it is, and edit a copy"),
    ],
)
def test_the_table_is_named_with_it(tmp_path: Path, before: bytes, after: bytes, told: str) -> None:
    path = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    path.write_bytes(path.read_bytes().replace(before, after))
    with pytest.raises(FormError, match=rf"out\.csv: is no table as form read writes it.*{told}"):
        read_table(path)
