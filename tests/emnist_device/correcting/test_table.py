from __future__ import annotations

import fcntl
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from emnist_device.batch.places import places_path
from emnist_device.batch.results import Results
from emnist_device.batch.sheets import sheet_formats
from emnist_device.correcting.table import open_sheets
from emnist_edge.errors import FormError
from tests.emnist_device.correcting.sheets import (
    NAMES,
    PLACES,
    RUN,
    outcomes,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = pytest.mark.parametrize("suffix", [".csv", ".jsonl"])


@SUFFIXES
def test_all_that_is_known_of_a_field_comes_back(tmp_path: Path, suffix: str) -> None:
    made = outcomes(tmp_path)
    first, second = read_table(write_table(tmp_path / f"out{suffix}", made))
    assert (first.name, first.number, first.form, first.page) == (made[0].name, 1, "small", 1)
    assert first.version == made[0].version
    fields = {field.name: field for field in first.fields}
    assert list(fields) == list(NAMES)
    assert [name for name in NAMES if not fields[name].accepted] == ["born", "tools"]
    assert [field.name for field in second.fields if not field.accepted] == [
        "number",
        "born",
        "tools",
    ]
    born = fields["born"]
    assert (born.text, born.value, born.probability) == ("09.12.1906", "1906-12-09", 0.7)
    assert fields["tools"].reason == "it is faint"
    assert fields["number"].others == (("115061", 0.3),)
    assert fields["number"].corners == tuple((float(x), float(y)) for x, y in PLACES)


@SUFFIXES
def test_a_reading_is_told_from_another_one_but_not_by_what_is_accepted(
    tmp_path: Path, suffix: str
) -> None:
    made = outcomes(tmp_path)
    before = read_table(write_table(tmp_path / f"out{suffix}", made))
    same = read_table(write_table(tmp_path / f"same{suffix}", made, accept=1))
    assert [each.reading for each in before] == [each.reading for each in same]
    assert all(field.accepted for field in same[0].fields if not field.reason)
    sheet = made[0].sheet
    assert sheet is not None
    other = replace(sheet, fields=(replace(sheet.fields[0], value="403827"), *sheet.fields[1:]))
    (first, second) = read_table(
        write_table(tmp_path / f"other{suffix}", [replace(made[0], sheet=other), made[1]])
    )
    assert first.reading != before[0].reading
    assert second.reading == before[1].reading


@SUFFIXES
def test_all_fields_are_doubtful_until_the_run_has_ended(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    with Results(path, resume=False, run=RUN, formats=sheet_formats(NAMES)) as results:
        results.add(outcomes(tmp_path)[0])
        with pytest.raises(FormError, match="a run is writing to it; wait"):
            read_table(path)
    (sheet,) = read_table(path)
    assert [field.accepted for field in sheet.fields] == [False] * 4


def test_a_table_without_places_has_neither_corners_nor_other_texts(tmp_path: Path) -> None:
    made = outcomes(tmp_path)
    path = write_table(tmp_path / "out.csv", made)
    whole = read_table(path)
    places_path(path).write_bytes(places_path(path).read_bytes().splitlines(keepends=True)[1])
    first, second = read_table(path)
    assert [field.corners for field in first.fields] == [()] * 4
    assert [field.text for field in first.fields] == ["403821", "1906-12-09", "ruler", "ADA"]
    assert first.fields[2].reason == "it is faint"
    assert second == whole[1]
    assert first.reading == whole[0].reading


def test_of_a_sheet_that_was_read_twice_the_last_place_counts(tmp_path: Path) -> None:
    made = outcomes(tmp_path)
    path = write_table(tmp_path / "out.csv", made)
    whole = read_table(path)
    sheet = made[0].sheet
    assert sheet is not None
    moved = tuple(replace(field, corners=()) for field in sheet.fields)
    other = tmp_path / "other.csv"
    write_table(other, [replace(made[0], sheet=replace(sheet, fields=moved)), made[0]])
    places_path(path).write_bytes(places_path(other).read_bytes() + b'{"image": "cut')
    assert read_table(path)[0] == whole[0]


def test_places_of_another_version_of_a_file_are_not_taken(tmp_path: Path) -> None:
    made = outcomes(tmp_path)
    path = write_table(tmp_path / "out.csv", made)
    lines = [json.loads(line) for line in places_path(path).read_bytes().splitlines()]
    lines[1]["file"]["modified"] += 1
    places_path(path).write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert [bool(sheet.fields[0].corners) for sheet in read_table(path)] == [True, False]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("out.csv", b"name,points\r\nada,3\r\n", "is no table as form read writes it"),
        ("out.csv", b"", "is no table as form read writes it"),
        ("out.csv", b"\xff\xfe\r\n", "is no table as form read writes it"),
        ("out.jsonl", b'{"image": "a.png"}\n', "record 1 is not of this program"),
        ("out.jsonl", b'{"image": "a.png", "page": 1, "fields": {"a": 3}}\n', "record 1 is not"),
        ("out.jsonl", b"[" * 9999 + b"\n", "record 1 is not of this program"),
        ("out.txt", b"", "name what form read wrote"),
    ],
)
def test_what_is_no_table_is_said_in_a_line(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormError, match=told) as error:
        read_table(path)
    assert str(error.value).startswith(str(path))


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out.csv")
    with pytest.raises(FormError, match="is no file"), open_sheets(tmp_path / "out.csv"):
        pass
    with pytest.raises(FormError, match="No such file"), open_sheets(tmp_path / "none.csv"):
        pass


def test_two_may_read_a_table_at_once(tmp_path: Path) -> None:
    path = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert len(read_table(path)) == 2
