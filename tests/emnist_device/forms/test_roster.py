from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.forms.roster import plain, read_roster
from emnist_edge.errors import FormError

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("content", [
    "number,name\n1,ADA\n2,\"O'NEIL, M\"\n",
    "number;name\r\n1;ADA\r\n2;O'NEIL, M\r\n",
    "\ufeffnumber\tname\n\n1\tADA\n2\tO'NEIL, M",
    "number , name,\n 1,ADA,\n2,\"O'NEIL, M\",,\n,,\n",
])  # fmt: skip
def test_tables_are_read_as_spreadsheets_write_them(tmp_path: Path, content: str) -> None:
    roster = read_roster(write(tmp_path, content))
    assert roster.columns == ("number", "name")
    assert roster.rows == (
        {"number": "1", "name": "ADA"}, {"number": "2", "name": "O'NEIL, M"},
    )  # fmt: skip


def test_cells_that_are_left_out_at_the_end_are_blank(tmp_path: Path) -> None:
    assert read_roster(write(tmp_path, "a,b,c\n1\n")).rows == ({"a": "1", "b": "", "c": ""},)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "has no rows"),
        ("number,name\n", "has no rows"),
        ("a,a\n1,2\n", "line 1: has column 'a' twice"),
        ("a,,b\n1,2,3\n", "line 1: has a column without a name"),
        ("a,b\n1,2,3\n", "line 2: has 3 cells, and the table 2 columns"),
        ('a,b\n"1,2\n', "is no CSV"),
        ('a,b\n"1"2,3\n', "line 2: is no CSV"),
        (b"a,b\n1,M\xfcller\n", "line 2: is no UTF-8 text"),
        (b"a,b\n1,\0\n", "zero"),
        ("a\n" + "x" * 201, "over 200 characters"),
        ("a\n" + "x" * 200_000, "is no CSV"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(FormError, match=words) as caught:
        read_roster(write(tmp_path, content))
    assert str(caught.value).startswith(str(tmp_path / "roster.csv"))


@pytest.mark.parametrize("name", ["nothing.csv", "", "\0"])
def test_what_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormError, match=r"cannot be read|is no file"):
        read_roster(tmp_path / name)


def test_rows_are_found_by_what_is_filled_in(tmp_path: Path) -> None:
    roster = read_roster(write(tmp_path, "number,name\n12,Müller-Lüdenscheid\n13,ADA\n14,ADA\n"))
    assert roster.matching({"number": "12", "name": "MULLER LUDENSCHEID"}) == (0,)
    assert roster.matching({"name": "ada", "number": ""}) == (1, 2)
    assert roster.matching({"name": "ADA", "number": "12"}) == ()
    assert roster.matching({}) == (0, 1, 2)


def test_columns_that_are_missing_are_named(tmp_path: Path) -> None:
    roster = read_roster(write(tmp_path, "number,name\n1,2\n"))
    roster.check_columns({"id": "number"}, "r.csv")
    with pytest.raises(FormError, match=r"r\.csv: has no column 'id', which field a is; it has n"):
        roster.check_columns({"a": "id"}, "r.csv")


def test_plain_is_the_same_for_what_people_write_alike() -> None:
    assert plain("Straße") == plain("STRASSE") == "strasse"
    assert plain("D'Arc") == plain("darc")
    assert plain("Éa") != plain("Eb")
