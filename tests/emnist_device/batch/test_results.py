from __future__ import annotations

import csv
import fcntl
import json
import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emnist_device.batch.records import FORMATS
from emnist_device.batch.results import Results
from emnist_device.batch.run_record import record_path, write_record
from emnist_device.batch.tasks import Outcome, Version, version_of
from emnist_device.box import Box
from emnist_device.page import Alternative, Character, Line, Page, Word
from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from emnist_device.batch.run_record import RunRecord

RUN: RunRecord = {"model": "cnn-int8", "charset": None, "seconds": 60.0}
BOX = Box(1, 2, 3, 4)
CHARACTERS = tuple(
    Character(char, sure, BOX, (Alternative("0", 0.01),)) for char, sure in (("A", 0.9), ("7", 0.5))
)
WORDS = (Word(CHARACTERS, 0.45), Word(CHARACTERS[:1], 0.9))
PAGE = Page((Line(WORDS[:1]), Line(WORDS[1:])), "cnn-int8", {"load": 5.0})
BLANK = Page((), "cnn-int8", {"load": 4.0})
ODD = ["a,b.png", 'q"uote.png', "two\nlines.png", "r\r\n.png", "-", "ünï.png", "back\\udcff.png"]
OUTCOMES = [
    Outcome("one.png", PAGE, version=Version(2048, 1764425701.123456)),
    Outcome("blank.png", BLANK),
    Outcome("bad.png", error="is empty"),
    *(Outcome(name, PAGE) for name in [*ODD, os.fsdecode(b"b\xffd.png")]),
]


def written(path: Path, outcomes: list[Outcome]) -> bytes:
    with Results(path, resume=path.exists(), run=RUN) as results:
        for outcome in outcomes:
            results.add(outcome)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_known_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    written(path, OUTCOMES)
    with Results(path, resume=True, run=RUN) as results:
        assert results.done == {
            (outcome.name, outcome.number): outcome.page is None for outcome in OUTCOMES
        }


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_cut_anywhere_is_gone_on_with(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    whole = written(path, OUTCOMES)
    for cut in range(0, len(whole), 1 + len(whole) // 150):
        path.write_bytes(whole[:cut])
        with Results(path, resume=True, run=RUN) as results:
            for outcome in OUTCOMES:
                if (outcome.name, outcome.number) not in results.done:
                    results.add(outcome)
        assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (b"2.png", b'2"png', 3),  # a quote that nothing closes: all rows from here on were cut off
        (b"1.png,1,,0", b'1.png,1,"x\ny,0', 2),
        (b"\r\n", b"\n", 1),  # as an editor saves the file
    ],
)
def test_rows_that_have_no_end_are_not_cut_off(
    tmp_path: Path, before: bytes, after: bytes, line: int
) -> None:
    path = tmp_path / "out.csv"
    spoilt = written(path, [Outcome(f"{number}.png", BLANK) for number in range(1, 6)])
    spoilt = spoilt.replace(before, after)
    path.write_bytes(spoilt)
    with pytest.raises(EmnistEdgeError, match=f"from line {line} on, records have no end"):
        Results(path, resume=True, run=RUN)
    assert path.read_bytes() == spoilt


def test_json_lines_hold_the_page_without_times(tmp_path: Path) -> None:
    lines = written(tmp_path / "out.jsonl", OUTCOMES).decode().splitlines()
    records = [json.loads(line) for line in lines]
    assert [os.fsencode(record["image"]) for record in records] == [
        os.fsencode(outcome.name) for outcome in OUTCOMES
    ]
    assert list(records[0]) == [
        "image",
        "page",
        "pages",
        "text",
        "lines",
        "model",
        "turned",
        "left_out",
        "file",
    ]
    assert records[0]["file"] == {"bytes": 2048, "modified": 1764425701.123456}
    assert records[0]["text"] == "A7\nA"
    assert records[2] == {"image": "bad.png", "page": 1, "pages": 1, "error": "is empty"}


def test_csv_has_a_row_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    written(path, OUTCOMES)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0].values()) == [
        "one.png",
        "1",
        "A7\nA",
        "3",
        "0.5000",
        "cnn-int8",
        "",
        "2048",
        "1764425701.123456",
    ]
    assert list(rows[1].values()) == ["blank.png", "1", "", "0", "", "cnn-int8", "", "", ""]
    assert list(rows[2].values()) == ["bad.png", "1", "", "", "", "", "is empty", "", ""]
    assert [row["image"] for row in rows[3:]] == [
        *(name.replace("\\", "\\\\") for name in ODD),
        "b\\udcffd.png",
    ]


def test_files_that_are_not_gone_on_with(tmp_path: Path) -> None:
    def refused(name: str, content: bytes, message: str) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        write_record(path, RUN)
        with pytest.raises(EmnistEdgeError, match=message):
            Results(path, resume=True, run=RUN)
        assert path.read_bytes() == content

    (tmp_path / "there.csv").touch()
    with pytest.raises(EmnistEdgeError, match="is there already; go on with it by --resume"):
        Results(tmp_path / "there.csv", resume=False, run=RUN)
    with pytest.raises(EmnistEdgeError, match=r"ends in \.jsonl or \.csv"):
        Results(tmp_path / "out.txt", resume=False, run=RUN)
    with pytest.raises(EmnistEdgeError, match="cannot be written"):
        Results(tmp_path / "absent" / "out.csv", resume=False, run=RUN)
    record = FORMATS[".jsonl"].record(OUTCOMES[0], kept=True)
    refused("a.jsonl", record + b"[]\n", "record 2 is not of this program")
    refused("b.jsonl", b"[" * 100_000 + b"\n", "record 1 is not")
    refused("c.jsonl", b"\xff\xfe\n", "record 1 is not")
    refused("e.csv", b"name,text\r\n", "its first row")
    refused("f.csv", FORMATS[".csv"].heading(kept=True) + b"a,b\r\n", "record 2 is not")


def test_what_was_read_otherwise_is_not_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    whole = written(path, OUTCOMES)

    def refused(message: str, run: RunRecord = RUN) -> None:
        with pytest.raises(EmnistEdgeError, match=message):
            Results(path, resume=True, run=run)
        assert path.read_bytes() == whole

    refused("charset was not given and is digits; give", RUN | {"charset": "digits"})
    refused("seconds was 60.0 and is 5.0, line was not given", RUN | {"seconds": 5.0, "line": True})
    refused("charset was not given", {**RUN, "charset": "\x1b" * 99})
    for content, message in ((b"{", "cannot be read"), (b"[]", "is not a record of options")):
        record_path(path).write_bytes(content)
        refused(message)
    record_path(path).unlink()
    refused("is without out.csv.run.json")
    os.mkfifo(record_path(path))  # without a writer, which would be waited for
    refused("is no file")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_picture_that_was_replaced_is_to_be_read_again(tmp_path: Path, suffix: str) -> None:
    path, names = tmp_path / f"out{suffix}", [str(tmp_path / name) for name in "abcde"]
    for name in names[:4]:
        Path(name).write_bytes(b"old")
        os.utime(name, (1000, 1000))
    todo = [Outcome(name, PAGE, version=version_of(name)) for name in [*names, "-"]]
    before = written(path, todo)
    path.chmod(0o640)
    Path(names[1]).write_bytes(b"newer")  # another size
    os.utime(names[2], (1000, 1000.5))  # another time
    Path(names[3]).unlink()  # what is gone is no other picture
    Path(names[4]).write_bytes(b"is there at last")
    with Results(
        path, resume=True, run=RUN, pages=[(name, 1) for name in [*names, "-"]]
    ) as results:
        assert list(results.done) == [(names[0], 1), (names[3], 1)]
        with pytest.raises(EmnistEdgeError, match="another run"):
            Results(path, resume=True, run=RUN)
        for name in (names[1], names[2], names[4], "-"):
            results.add(Outcome(name, PAGE, version=version_of(name)))
    assert path.stat().st_mode & 0o777 == 0o640
    assert before != path.read_bytes()
    with Results(path, resume=True, run=RUN, pages=[(name, 1) for name in names]) as results:
        assert sorted(results.done) == sorted((name, 1) for name in [*names, "-"])
    assert path.read_bytes().count(b"cnn-int8") == len(todo)
    assert sorted(file.name for file in tmp_path.glob("*out*")) == [
        path.name, record_path(path).name,
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", FORMATS)
def test_pages_of_a_file_have_records_of_their_own(tmp_path: Path, suffix: str) -> None:
    path, scan, locked = tmp_path / f"out{suffix}", tmp_path / "scan.pdf", tmp_path / "locked.pdf"
    for file in (scan, locked):
        file.write_bytes(b"%PDF-1.4")

    def outcome(file: Path, number: int | None) -> Outcome:
        page, error = (None, "needs a package") if number is None else (PAGE, None)
        name = str(file)
        return Outcome(name, page, error, number=number, pages=3, version=version_of(name))

    written(path, [outcome(scan, 1), outcome(scan, 3), outcome(locked, None)])
    wanted = [(str(scan), number) for number in (1, 2, 3)]
    with Results(path, resume=True, run=RUN, pages=[*wanted, (str(locked), None)]) as results:
        assert results.done == {wanted[0]: False, wanted[2]: False, (str(locked), None): True}
    # Once its pages can be told, they are read, and the record that they cannot is gone.
    with Results(path, resume=True, run=RUN, pages=[*wanted, (str(locked), 1)]) as results:
        assert list(results.done) == [wanted[0], wanted[2]]
    scan.write_bytes(b"%PDF-1.5 is another")
    with Results(path, resume=True, run=RUN, pages=wanted) as results:
        assert results.done == {}


def test_a_name_that_was_not_there_is_tried_again(tmp_path: Path) -> None:
    path, name = tmp_path / "out.jsonl", str(tmp_path / "late.png")
    written(path, [Outcome(name, error="no such file")])
    with Results(path, resume=True, run=RUN, pages=[(name, 1)]) as results:
        assert results.done == {}


def test_records_of_other_pictures_stay(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    whole = written(path, OUTCOMES)
    with Results(path, resume=True, run=RUN, pages=[("absent.png", 1)]) as results:
        assert len(results.done) == len(OUTCOMES)
    assert path.read_bytes() == whole


def test_where_nothing_was_read_nothing_is_left(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="a fault"),
        Results(tmp_path / "out.csv", resume=False, run=RUN),
    ):
        raise ValueError("a fault")
    assert list(tmp_path.iterdir()) == []


def test_no_name_is_a_formula(tmp_path: Path) -> None:
    path, names = tmp_path / "out.csv", ["=1+1.png", "@a", "+a", "-a", "-", "\\=a"]
    written(path, [Outcome(name, PAGE) for name in names])
    with path.open(newline="", encoding="utf-8") as file:
        cells = [row["image"] for row in csv.DictReader(file)]
    assert cells == ["\\=1+1.png", "\\@a", "\\+a", "\\-a", "-", "\\\\=a"]
    with Results(path, resume=True, run=RUN) as results:
        assert list(results.done) == [(name, 1) for name in names]


def test_a_file_that_another_run_has_put_away_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.csv"
    written(path, OUTCOMES)
    lock = fcntl.flock

    def replaced_meanwhile(file: int, operation: int) -> None:
        lock(file, operation)
        (tmp_path / "new").write_bytes(path.read_bytes())
        (tmp_path / "new").replace(path)

    monkeypatch.setattr(fcntl, "flock", replaced_meanwhile)
    with pytest.raises(EmnistEdgeError, match="another run is writing"):
        Results(path, resume=True, run=RUN)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out.csv")
    with pytest.raises(EmnistEdgeError, match="is no file"):
        Results(tmp_path / "out.csv", resume=True, run=RUN)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Results(path, resume=False, run=RUN) as results:
        results.add(OUTCOMES[0])
        size = path.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5, limits[1]))
        try:
            for message in ("there is no room", "cannot be written"):
                with pytest.raises(EmnistEdgeError, match=message):
                    results.add(OUTCOMES[1])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.stat().st_size == size + 5
    with Results(path, resume=True, run=RUN) as results:
        assert results.done == {("one.png", 1): False}
    assert path.stat().st_size == size


def test_two_runs_do_not_write_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with (
        Results(path, resume=False, run=RUN),
        pytest.raises(EmnistEdgeError, match="another run is writing"),
    ):
        Results(path, resume=True, run=RUN)


@pytest.mark.parametrize("suffix", FORMATS)
@given(name=st.binary(min_size=1, max_size=12), error=st.text(max_size=12))
def test_any_name_comes_back(suffix: str, name: bytes, error: str) -> None:
    path = os.fsdecode(name)
    written_as = FORMATS[suffix]
    outcome = Outcome(path, error=error.encode("utf-8", "replace").decode())
    record = written_as.record(outcome, kept=True)
    assert written_as.is_whole(record)
    assert os.fsencode(written_as.entry(record).name) == name
