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
        ("out.jsonl", b"", "has no sheet"),
        ("out.jsonl", b'{"image": "a.png"}\n', r"record 1 is damaged \('fields' is missing\)"),
        ("out.jsonl", b'{"image": "a", "page": 1, "fields": {"a": 3}}\n', "record 1 is damaged"),
        ("out.jsonl", b"[" * 9999 + b"\n", "record 1 is damaged"),
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


def test_a_table_of_its_heading_alone_has_no_sheet(tmp_path: Path) -> None:
    path = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(FormError, match="has no sheet"):
        read_table(path)


@SUFFIXES
def test_a_last_record_counts_without_the_end_of_its_line(tmp_path: Path, suffix: str) -> None:
    path = write_table(tmp_path / f"out{suffix}", outcomes(tmp_path)[:2])
    content, whole = path.read_bytes(), read_table(path)
    for less in (b"\n", b"\r\n"):
        path.write_bytes(content.removesuffix(less))
        assert read_table(path) == whole
        with open_sheets(path) as file:
            assert file.heading + b"".join(record for record, _ in file.records()) == content


@SUFFIXES
def test_a_record_that_is_cut_anywhere_is_not_left_out(tmp_path: Path, suffix: str) -> None:
    path = write_table(tmp_path / f"out{suffix}", outcomes(tmp_path)[:2])
    content = path.read_bytes()
    start, end = content.rindex(b"\n", 0, -1) + 1, len(content.rstrip())
    last = 3 if suffix == ".csv" else 2
    for cut in (*range(start + 1, end - 40, 97), *range(end - 40, end)):
        path.write_bytes(content[:cut])
        with pytest.raises(FormError, match=rf"out\{suffix}: record {last} is not whole .*resume"):
            read_table(path)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b"403821", b'40"3821', "record 2 is not whole .a quote.*mend it$"),
        (b"403821,", b'"403821,', "record 2 is not whole"),
        (b"115067", b'11"5067', "record 3 is not whole .a quote"),
    ],
)
def test_a_stray_quote_or_end_of_line_drops_no_sheet(
    tmp_path: Path, before: bytes, after: bytes, told: str
) -> None:
    path = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    path.write_bytes(path.read_bytes().replace(before, after))
    with pytest.raises(FormError, match=told):
        read_table(path)


def test_rows_that_two_stray_quotes_join_are_not_taken_for_one(tmp_path: Path) -> None:
    path = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"403821", b'40"3821').replace(b",115067,", b',1"15067,'))
    with pytest.raises(FormError, match=r"record 2 is damaged \(a quote"):
        read_table(path)
    heading, first, rest = content.split(b"\r\n", 2)
    path.write_bytes(heading + b"\r\n" + first + b"\n" + rest)
    with pytest.raises(FormError, match=r"record 2 is damaged \(a quote .* or a line does not end"):
        read_table(path)


@SUFFIXES
def test_two_records_of_a_page_are_refused(tmp_path: Path, suffix: str) -> None:
    path = write_table(tmp_path / f"out{suffix}", outcomes(tmp_path))
    first = 2 if suffix == ".csv" else 1
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines, lines[first - 1]]))
    with pytest.raises(FormError, match=f"record {first + 3} is of .* page as record {first}"):
        read_table(path)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (b"born; tools", b"birn; tools", "doubtful names 'birn', which is no field of this sheet"),
        (b"born; tools", b"born;tools", "doubtful names 'born;tools'"),
        (b'""tools"": ""it is faint""', b'""tolls"": ""it is faint""', "reasons name 'tolls'"),
        (b'""name"": 0.9', b'""nome"": 0.9', "probabilities name 'nome', which has no column"),
        (b', ""name"": 0.99991', b"", "column 'name' is filled in, and probabilities do not"),
        (b'""name"": 0.99991', b'""name"": ' + b"9" * 400, "a probability is not from 0 to 1"),
        (b'""name"": 0.99991', b'""name"": NaN', "a probability is not from 0 to 1"),
        (b'""name"": 0.99991', b'""name"": true', "a probability is not from 0 to 1"),
        (b'""it is faint""', b"3", "a reason is no text"),
        (b'""it is faint""', rb'""\ud800""', "a reason has half of a character"),
        (b",1,,small", b",1,oops,small", "it has an error, and fields as well"),
        (b",1,,small", b",1_0,,small", "page is no number from 1 on"),
        (b",1,,small", b",+1,,small", "page is no number"),
        (b",1,,small", ",\u0661,,small".encode(), "page is no number"),
        (b",1,,small", b",\xc2\xb2,,small", "page is no number"),
        (b",1,,small", b",0,,small", "page is no number"),
        (b",1,,small", b"," + b"9" * 4000 + b",,small", "page is no number"),
        (b"small,1,7,,", b"small,1_0,7,,", "form_page is no number"),
        (b"small,1,7,,", b"small,1,-7,,", "copy is no number from 0 on"),
        (b"small,1,7,,", b"small,1,7,x,", "row is no number from 1 on"),
        (b"small,1,7,,", b"small,1,7,-5,", "row is no number from 1 on"),
        (b'""name"": 0.9', b'""born"": 0.1, ""name"": 0.9', "'born' is in it twice"),
    ],
)
def test_what_a_row_says_of_no_field_is_told(
    tmp_path: Path, before: bytes, after: bytes, told: str
) -> None:
    path = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    content = path.read_bytes()
    assert before in content
    path.write_bytes(content.replace(before, after))
    with pytest.raises(FormError, match=rf"out\.csv: record 2 is damaged \({told}"):
        read_table(path)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"probability": 0.7', b'"probability": ' + b"7" * 400),
        (b'"probability": 0.7', b'"probability": NaN'),
        (b'"probability": 0.7', b'"probability": -Infinity'),
        (b'"probability": 0.3', b'"probability": 1e999'),
        (b"[220, 50]", b"[220, " + b"5" * 400 + b"]"),
        (b"[220, 50]", b"[220, NaN]"),
        (b"[220, 50]", b'[220, "50"]'),
        (b'"accepted": true', b'"accepted": "yes"'),
        (b'"text": "ADA"', b'"text": null'),
        (b'"form_page": 1', b'"form_page": "1"'),
        (b'"text": "ADA"', b'"text": "ADA", "text": "BOB"'),
        (b'"text": "ADA"', rb'"text": "\ud800"'),
        (b'"text": "AOA"', rb'"text": "\udce9"'),
        (b'"name": {', rb'"\ud800": {'),
    ],
)
def test_what_no_field_can_have_is_damage_of_the_file_that_has_it(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    made = outcomes(tmp_path)
    lines, table = (write_table(tmp_path / name, made) for name in ("out.jsonl", "out.csv"))
    content = lines.read_bytes()
    assert before in content
    lines.write_bytes(content.replace(before, after))
    with pytest.raises(FormError, match=r"out\.jsonl: record 1 is damaged"):
        read_table(lines)
    places = places_path(table)
    if before in places.read_bytes() and b"form_page" not in before:
        places.write_bytes(places.read_bytes().replace(before, after))
        with pytest.raises(FormError, match=r"out\.csv\.fields\.jsonl: line 1 is not of this"):
            read_table(table)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"error": None}, "it has an error, and fields as well"),
        ({"error": "oops"}, "it has an error, and fields as well"),
        ({"image": "\ud800"}, "image has half of a character"),
        ({"form": "\ud800"}, "form has half of a character"),
        ({"page": True}, "page is no number from 1 on"),
        ({"page": -1}, "page is no number from 1 on"),
        ({"form_page": True}, "form_page is no number"),
        ({"row": "x"}, "row is no number from 1 on"),
        ({"row": True}, "row is no number from 1 on"),
        ({"row": 10**4000}, "row is no number from 1 on"),
        ({"copy": -1}, "copy is no number from 0 on"),
    ],
)
def test_what_no_line_can_say_of_its_sheet_is_told(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    path = write_table(tmp_path / "out.jsonl", outcomes(tmp_path))
    first, *rest = path.read_text().splitlines(keepends=True)
    path.write_text(json.dumps(json.loads(first) | change) + "\n" + "".join(rest))
    with pytest.raises(FormError, match=rf"out\.jsonl: record 1 is damaged \({told}"):
        read_table(path)


def test_a_sheet_that_was_refused_says_why_in_a_text(tmp_path: Path) -> None:
    path = write_table(tmp_path / "out.jsonl", outcomes(tmp_path))
    path.write_bytes(path.read_bytes().replace(b'"no corner marker can be seen"', b"null"))
    with pytest.raises(FormError, match=r"out\.jsonl: record 3 is damaged \(error is no text"):
        read_table(path)


def test_a_line_of_places_that_is_none_is_named(tmp_path: Path) -> None:
    path = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    whole, places = read_table(path), places_path(path)
    content = places.read_bytes()
    places.write_bytes(content.removesuffix(b"\n"))
    assert read_table(path) == whole
    places.write_bytes(content + b"{\n")
    with pytest.raises(FormError, match=r"out\.csv\.fields\.jsonl: line 3 is not of this program"):
        read_table(path)
    places.unlink()
    os.mkfifo(places)
    with pytest.raises(FormError, match=r"fields\.jsonl: is no file; move it away"):
        read_table(path)


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
