"""The commands form review and form apply."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.correcting.journal import Journal, journal_path
from emnist_device.review.corrections import read_corrections
from emnist_edge.alphabet import BYMERGE
from emnist_edge.cli.main import cli
from emnist_edge.drawing.lying import Lie
from emnist_edge.errors import EmnistEdgeError
from evaluate.filled.printed import print_page
from evaluate.filled.writing import Stranger, fill_page
from tests.emnist_device.correcting.bound import bound_sheets
from tests.emnist_device.correcting.sheets import outcomes, review_of, template, write_table
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def run(*args: str) -> tuple[int, str]:
    """Run a command of form; return its exit code, and what it says."""
    result = CliRunner().invoke(cli, ["form", *args])
    error = result.exception
    known = isinstance(error, EmnistEdgeError | SystemExit | None)
    assert known, error
    told = str(error) if isinstance(error, EmnistEdgeError) else ""
    return result.exit_code, result.stderr + told


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table with five doubtful fields, and its template beside it."""
    template(tmp_path)
    return write_table(tmp_path / "out.csv", outcomes(tmp_path))


def answer(table: Path, number: int, text: str) -> None:
    review, journal = review_of(table)
    review.answer(number, text, sure=True)
    journal.close()


def test_sheets_of_one_row_are_named_until_one_is_corrected(tmp_path: Path) -> None:
    sheets = bound_sheets(tmp_path, ".csv", {"a.png": {}, "b.png": {}})
    _, told = run("apply", str(sheets.table), "--output", str(tmp_path / "new.csv"))
    assert "a.png and b.png are taken for the same row of the roster of small, row 1; all" in told
    sheets.answer("name", "BOA", "b.png", sure=True)
    sheets.answer("id", "4712", "b.png")
    sheets.journal.close()
    code, told = run("apply", str(sheets.table), "--output", str(tmp_path / "newer.csv"))
    assert (code, "same row" in told) == (0, False)
    assert told.endswith("2 reviewed (2 of them corrected), 0 doubtful\n")


def test_corrections_are_written_into_a_new_table(table: Path) -> None:
    answer(table, 0, "24.12.1910")
    before = table.read_bytes()
    new = table.with_name("new.csv")
    code, said = run("apply", str(table), "--output", str(new))
    assert code == 0
    assert said.removeprefix(f"emnist-edge: {new}: ") == (
        "2 sheets read, 1 refused; 3 fields accepted (errors expected among them: 0.0), "
        "1 reviewed (1 of them corrected), 4 doubtful\n"
    )
    assert "1910-12-24" in new.read_text(encoding="utf-8")
    assert table.read_bytes() == before
    code, said = run("apply", str(table), "--output", str(new))
    assert (code, said) == (1, f"{new}: is there already; name another file")


def test_a_correction_that_is_cut_off_is_said_and_a_table_without_sheets_refused(
    table: Path,
) -> None:
    answer(table, 0, "24.12.1910")
    journal = journal_path(table)
    journal.write_bytes(journal.read_bytes() + b'{"image": "a.png", "pa')
    code, said = run("apply", str(table), "--output", str(table.with_name("new.csv")))
    assert code == 1
    assert f"{journal}: line 2 is cut off, and counts for nothing" in said
    assert "1 reviewed (1 of them corrected), 4 doubtful" in said
    empty = table.with_name("empty.jsonl")
    empty.write_bytes(b"")
    code, said = run("apply", str(empty), "--output", str(table.with_name("new.jsonl")))
    assert (code, said) == (1, f"{empty}: has no sheet; read some by form read")
    assert not table.with_name("new.jsonl").exists()


def test_a_table_that_was_cut_between_two_rows_is_written_but_not_in_silence(table: Path) -> None:
    rows = table.read_bytes().splitlines(keepends=True)
    table.write_bytes(b"".join([*rows[:2], rows[3]]))
    code, said = run("apply", str(table), "--output", str(table.with_name("new.csv")))
    assert code == 1
    assert f"{table}: lacks {table.with_name('b.png')}, page 1, which out.csv.fields.jsonl" in said
    assert "out.csv.corrections.jsonl: has no corrections, or is not there" in said
    assert "1 sheet read, 1 refused" in said
    lines = [each for each in outcomes(table.parent) if each.failed]
    none = write_table(table.with_name("sure.csv"), lines)
    assert run("apply", str(none), "--output", str(table.with_name("newer.csv")))[0] == 0


def test_a_roster_that_is_not_there_is_said(table: Path) -> None:
    form, none = table.with_name("small.yaml"), table.with_name("none.csv")
    sure = [each for each in outcomes(table.parent) if each.failed]
    out = write_table(table.with_name("sure.csv"), sure)
    code, said = run("review", str(form), str(out), "--roster", str(none))
    assert (code, "no field has a column of the roster" in said) == (1, True)
    text = form.read_text(encoding="utf-8").replace("kind: digits", "kind: digits, roster: id")
    form.write_text(text, encoding="utf-8")
    code, said = run("review", str(form), str(out), "--roster", str(none))
    assert (code, said) == (1, f"{none}: cannot be read (No such file or directory)")
    form.write_text(f"roster: none.csv\n{text}", encoding="utf-8")
    code, said = run("review", str(form), str(out))
    assert code == 0
    assert f"{none}: cannot be read (No such file or directory); until then, no field" in said


def test_corrections_of_sheets_that_were_read_anew_are_refused(table: Path) -> None:
    answer(table, 0, "24.12.1910")
    answer(table, 2, "115068")
    first = table.with_name("a.png")
    first.write_bytes(first.read_bytes() + b" ")
    table.unlink()
    write_table(table, outcomes(table.parent))
    code, said = run("apply", str(table), "--output", str(table.with_name("new.csv")))
    assert code == 1
    assert "1 corrections are of sheets that were read anew since, and are left out" in said
    assert "1 reviewed (1 of them corrected)" in said
    second = table.with_name("b.png")
    second.write_bytes(second.read_bytes() + b" ")
    table.unlink()
    write_table(table, outcomes(table.parent))
    last = table.with_name("last.csv")
    code, said = run("apply", str(table), "--output", str(last))
    assert code == 1
    assert "was read anew since it was corrected: none of the 2 corrections" in said
    assert not last.exists()


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["review", "T/out.csv"], 2, "name the template"),
        (["review", "T/small.yaml"], 2, "name one table that form read wrote; none is given"),
        (["review", "T/small.yaml", "a.csv", "b.csv"], 2, "2 are given"),
        (["review", "T/none.yaml", "T/out.csv"], 1, "none.yaml"),
        (["review", "T/small.yaml", "T/none.csv"], 1, "none.csv: cannot be read"),
        (["review", "T/small.yaml", "T/a.png"], 1, "a.png: name what form read wrote"),
        (["review", "T/small.yaml", "T/out.csv", "--serve", "x"], 2, "is not a port"),
        (["apply", "T/out.csv"], 2, "Missing option '--output'"),
        (["apply", "T/out.csv", "--output", "T/new.jsonl"], 2, "name a file that ends in .csv"),
        (["apply", "T/out.csv", "--output", "T/x/new.csv"], 2, "make this folder first"),
        (["apply", "T/none.csv", "--output", "T/new.csv"], 1, "none.csv: cannot be read"),
        (["apply", "T/out.csv", "--output", "T/new.csv", "--training", "T/t.json"], 2, "template"),
        (
            ["apply", "T/small.yaml", "T/out.csv", "--output", "T/n.csv", "--training", "T/t.txt"],
            2,
            "name a new file that ends in .json",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    table: Path, args: list[str], code: int, told: str
) -> None:
    answer(table, 0, "24.12.1910")
    before = sorted(path.name for path in table.parent.iterdir())
    ended, said = run(*(each.replace("T/", f"{table.parent}/") for each in args))
    assert (ended, told in said) == (code, True), said
    assert sorted(path.name for path in table.parent.iterdir()) == before


def test_where_nothing_is_doubtful_no_page_is_shown(table: Path) -> None:
    sure = [each for each in outcomes(table.parent) if each.failed]
    none = write_table(table.with_name("sure.csv"), sure)
    code, said = run("review", str(table.with_name("small.yaml")), str(none))
    assert (code, said) == (0, f"emnist-edge: {none}: no field is doubtful\n")
    assert not journal_path(none).exists()


@contextmanager
def reviewing(table: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run form review in a process of its own; yields it, its address, and what it says."""
    command = [sys.executable, "-m", "emnist_edge", "form", "review"]
    process = subprocess.Popen(
        [*command, str(table.with_name("small.yaml")), str(table)],
        stderr=subprocess.PIPE,
        text=True,
        # Of tests that run in the background, Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    assert process.stderr is not None
    try:
        said = line = process.stderr.readline()
        while line and "doubtful field" not in line:
            said += (line := process.stderr.readline())
        assert line, said
        yield process, line.split(" at ")[1].strip(), said
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def post(url: str, content: object) -> Any:
    body = json.dumps(content).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=60) as response:
        return json.load(response)


def test_nothing_is_lost_when_the_program_is_killed(table: Path) -> None:
    with reviewing(table) as (process, url, _):
        post(f"{url}api/answer", {"field": 2, "text": "115061"})
        code, said = run("review", str(table.with_name("small.yaml")), str(table))
        assert code == 1
        assert "another form review of this table is running" in said
        process.kill()
    journal = journal_path(table)
    journal.write_bytes(journal.read_bytes() + b'{"image": "a.png", "pa')
    with reviewing(table) as (process, url, before):
        with urllib.request.urlopen(f"{url}api/fields", timeout=60) as response:
            fields = json.load(response)["fields"]
        assert [field["answer"] for field in fields] == [None, None, "115061", None, None]
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0
    assert "1 reviewed (1 of them corrected), 4 doubtful; form apply writes a table" in said
    kept = journal.with_name(f"{journal.name}.cut")
    assert f"{journal}: line 2 is cut off" in before
    assert f"{kept}: has what is left of the line that is cut off" in before
    assert kept.read_bytes() == b'{"image": "a.png", "pa'


@needs_markers
def test_cells_become_glyphs_for_training(tmp_path: Path) -> None:
    form = template(tmp_path)
    page = form.pages[0]
    written = {"number": "403821", "born": "09121906", "name": "ADA"}
    sheet = fill_page(print_page(form, page), page, written, Stranger(), np.random.default_rng(2))
    picture = Lie(SIZE, (1000, 1414), distance=1e6, fill=1).shoot(sheet)
    cv2.imwrite(str(tmp_path / "one.png"), picture)
    table = tmp_path / "out.csv"
    read = ("read", str(form.path), str(tmp_path / "one.png"), "--output", str(table))
    assert run(*read, "--accept", "0")[0] == 0
    review, journal = review_of(table)
    names = [doubt.field.name for doubt in review.doubts]
    for name, text in (("number", "403827"), ("born", "09.12.1906"), ("name", "AD")):
        review.answer(names.index(name), text, sure=True)
    journal.close()
    new = ("--output", str(tmp_path / "new.csv"), "--training", str(tmp_path / "t.json"))
    code, said = run("apply", str(form.path), str(table), *new)
    assert (code, "t.json: 14 glyphs" in said) == (0, True), said
    glyphs, labels = read_corrections(tmp_path / "t.json")
    assert "".join(BYMERGE[label] for label in labels) == "40382709121906"
    assert glyphs.reshape(14, -1).max(axis=1).min() > 100
    (tmp_path / "one.png").unlink()
    new = ("--output", str(tmp_path / "b.csv"), "--training", str(tmp_path / "b.json"))
    code, said = run("apply", str(form.path), str(table), *new)
    assert code == 1
    assert "one.png: is not there, or another file than was read; its glyphs are left out" in said
    assert "b.json: 0 glyphs\n" in said
    assert (tmp_path / "b.csv").exists()


def test_why_there_are_no_glyphs_is_said(table: Path) -> None:
    new = ("apply", str(table.with_name("small.yaml")), str(table), "--output")
    training = ("--training", str(table.with_name("t.json")))
    code, said = run(*new, str(table.with_name("a.csv")), *training)
    assert (code, "t.json: 0 glyphs; no field was looked at" in said) == (0, True), said


def test_a_journal_that_is_written_to_can_be_applied(table: Path) -> None:
    answer(table, 0, "24.12.1910")
    journal = Journal(journal_path(table))
    assert run("apply", str(table), "--output", str(table.with_name("new.csv")))[0] == 0
    journal.close()
