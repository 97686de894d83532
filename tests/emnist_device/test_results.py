from __future__ import annotations

import csv
import json
import os
import resource
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emnist_device.batch import Outcome
from emnist_device.page import Alternative, Box, Character, Line, Page
from emnist_device.results import FORMATS, Results
from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from pathlib import Path

BOX = Box(1, 2, 3, 4)
CHARACTERS = tuple(
    Character(char, sure, BOX, (Alternative("0", 0.01),)) for char, sure in (("A", 0.9), ("7", 0.5))
)
PAGE = Page((Line(CHARACTERS), Line(CHARACTERS[:1])), "cnn-int8", {"load": 5.0})
BLANK = Page((), "cnn-int8", {"load": 4.0})
ODD = ["a,b.png", 'q"uote.png', "two\nlines.png", "r\r\n.png", "-", "ünï.png", "back\\udcff.png"]
OUTCOMES = [
    Outcome("one.png", PAGE),
    Outcome("blank.png", BLANK),
    Outcome("bad.png", error="is empty"),
    *(Outcome(name, PAGE) for name in [*ODD, os.fsdecode(b"b\xffd.png")]),
]


def written(path: Path, outcomes: list[Outcome]) -> bytes:
    with Results(path, resume=path.exists(), model="cnn-int8") as results:
        for outcome in outcomes:
            results.add(outcome)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
def test_what_is_written_is_known_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    written(path, OUTCOMES)
    with Results(path, resume=True, model="cnn-int8") as results:
        assert results.done == {outcome.name: outcome.page is None for outcome in OUTCOMES}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_cut_anywhere_is_gone_on_with(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    whole = written(path, OUTCOMES)
    for cut in range(0, len(whole), 1 + len(whole) // 150):
        path.write_bytes(whole[:cut])
        with Results(path, resume=True, model="cnn-int8") as results:
            for outcome in OUTCOMES:
                if outcome.name not in results.done:
                    results.add(outcome)
        assert path.read_bytes() == whole


def test_json_lines_hold_the_page_without_times(tmp_path: Path) -> None:
    lines = written(tmp_path / "out.jsonl", OUTCOMES).decode().splitlines()
    records = [json.loads(line) for line in lines]
    assert [os.fsencode(record["image"]) for record in records] == [
        os.fsencode(outcome.name) for outcome in OUTCOMES
    ]
    assert list(records[0]) == ["image", "text", "lines", "model", "turned", "pages"]
    assert records[0]["text"] == "A7\nA"
    assert records[2] == {"image": "bad.png", "error": "is empty"}


def test_csv_has_a_row_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    written(path, OUTCOMES)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0].values()) == ["one.png", "A7\nA", "3", "0.5000", "cnn-int8", ""]
    assert list(rows[1].values()) == ["blank.png", "", "0", "", "cnn-int8", ""]
    assert list(rows[2].values()) == ["bad.png", "", "", "", "", "is empty"]
    assert [row["image"] for row in rows[3:]] == [
        *(name.replace("\\", "\\\\") for name in ODD),
        "b\\udcffd.png",
    ]


def test_files_that_are_not_gone_on_with(tmp_path: Path) -> None:
    def refused(name: str, content: bytes, message: str, model: str = "cnn-int8") -> None:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(EmnistEdgeError, match=message):
            Results(path, resume=True, model=model)
        assert path.read_bytes() == content

    (tmp_path / "there.csv").touch()
    with pytest.raises(EmnistEdgeError, match="is there already; go on with it by --resume"):
        Results(tmp_path / "there.csv", resume=False, model="cnn-int8")
    with pytest.raises(EmnistEdgeError, match=r"ends in \.jsonl or \.csv"):
        Results(tmp_path / "out.txt", resume=False, model="cnn-int8")
    with pytest.raises(EmnistEdgeError, match="cannot be written"):
        Results(tmp_path / "absent" / "out.csv", resume=False, model="cnn-int8")
    record = FORMATS[".jsonl"].record(OUTCOMES[0])
    refused("a.jsonl", record + b"[]\n", "record 2 is not of this program")
    refused("b.jsonl", b"[" * 100_000 + b"\n", "record 1 is not")
    refused("c.jsonl", b"\xff\xfe\n", "record 1 is not")
    refused("d.jsonl", record, "was read by cnn-int8", model="mlp-int8")
    refused("e.csv", b"name,text\r\n", "its first row")
    refused("f.csv", FORMATS[".csv"].heading + b"a,b\r\n", "record 2 is not")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out.csv")
    with pytest.raises(EmnistEdgeError, match="is no file"):
        Results(tmp_path / "out.csv", resume=True, model="cnn-int8")


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Results(path, resume=False, model="cnn-int8") as results:
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
    with Results(path, resume=True, model="cnn-int8") as results:
        assert results.done == {"one.png": False}
    assert path.stat().st_size == size


def test_two_runs_do_not_write_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with (
        Results(path, resume=False, model="cnn-int8"),
        pytest.raises(EmnistEdgeError, match="another run is writing"),
    ):
        Results(path, resume=True, model="cnn-int8")


@pytest.mark.parametrize("suffix", FORMATS)
@given(name=st.binary(min_size=1, max_size=12), error=st.text(max_size=12))
def test_any_name_comes_back(suffix: str, name: bytes, error: str) -> None:
    path = os.fsdecode(name)
    written_as = FORMATS[suffix]
    record = written_as.record(Outcome(path, error=error.encode("utf-8", "replace").decode()))
    assert written_as.is_whole(record)
    assert os.fsencode(written_as.entry(record).name) == name
