from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from emnist_device.correcting.applying import write_corrected
from emnist_device.correcting.by_now import Roll
from emnist_device.correcting.journal import journal_path, read_journal
from emnist_device.correcting.table import open_sheets
from emnist_edge.errors import OutputError
from tests.emnist_device.correcting.sheets import apply, outcomes, review_of, write_table

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = pytest.mark.parametrize("suffix", [".csv", ".jsonl"])


def corrected(folder: Path, suffix: str) -> tuple[Path, str]:
    """Return a table with three answers written into it, and the summary."""
    table = write_table(folder / f"out{suffix}", outcomes(folder))
    review, journal = review_of(table)
    review.answer(0, "24.12.1910", sure=False)
    review.answer(1, "", sure=False)
    review.answer(2, "115067", sure=False)  # as it was read
    journal.close()
    return apply(table)


@SUFFIXES
def test_a_summary_says_what_became_of_all_fields(tmp_path: Path, suffix: str) -> None:
    _, summary = corrected(tmp_path, suffix)
    assert summary == (
        "2 sheets read, 1 refused; 3 fields accepted (errors expected among them: 0.0), "
        "3 reviewed (2 of them corrected), 2 doubtful"
    )


def test_a_table_has_the_corrections_and_says_which(tmp_path: Path) -> None:
    out, _ = corrected(tmp_path, ".csv")
    before = (tmp_path / "out.csv").read_text(encoding="utf-8")
    text = out.read_bytes().decode()
    assert text.splitlines()[0] == before.splitlines()[0].replace("doubtful", "doubtful,reviewed")
    first, second, refused = csv.DictReader(io.StringIO(text, newline=""))
    assert (first["born"], first["tools"], first["number"]) == ("1910-12-24", "", "403821")
    assert (first["doubtful"], first["reviewed"], first["reasons"]) == ("", "born; tools", "")
    assert json.loads(first["probabilities"])["born"] == 1
    assert json.loads(first["probabilities"])["number"] == 0.9999
    assert (second["doubtful"], second["reviewed"]) == ("born; tools", "number")
    assert json.loads(second["reasons"]) == {"tools": "it is faint"}
    assert (refused["error"], refused["reviewed"]) == ("no corner marker can be seen", "")


def test_lines_have_the_corrections_and_what_was_read(tmp_path: Path) -> None:
    out, _ = corrected(tmp_path, ".jsonl")
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    born, tools = (lines[0]["fields"][name] for name in ("born", "tools"))
    assert (born["read"], born["text"], born["value"]) == ("09.12.1906", "24.12.1910", "1910-12-24")
    assert (born["reviewed"], born["accepted"], born["probability"]) == (True, False, 1)
    assert "reason" not in tools
    assert "reviewed" not in lines[1]["fields"]["born"]
    assert lines[2]["error"]


@SUFFIXES
def test_what_fails_a_check_is_not_kept_in_silence(tmp_path: Path, suffix: str) -> None:
    table = write_table(tmp_path / f"out{suffix}", outcomes(tmp_path))
    review, journal = review_of(table)
    review.answer(2, "Biology", sure=True)
    journal.close()
    out, summary = apply(table)
    assert "1 reviewed (1 of them corrected, 1 fail a check)" in summary
    content = out.read_text(encoding="utf-8")
    reason = "has 'B', which it cannot have"
    if suffix == ".jsonl":
        field = json.loads(content.splitlines()[1])["fields"]["number"]
        assert (field["value"], field["reason"]) == ("Biology", reason)
    else:
        _, row, _ = csv.DictReader(io.StringIO(content, newline=""))
        assert (row["number"], row["doubtful"]) == ("Biology", "born; tools")
        assert json.loads(row["reasons"]) == {"tools": "it is faint", "number": reason}


@SUFFIXES
def test_without_answers_records_stay_as_they_are(tmp_path: Path, suffix: str) -> None:
    table = write_table(tmp_path / f"out{suffix}", outcomes(tmp_path))
    out, _ = apply(table)
    lines = out.read_bytes().splitlines()
    if suffix == ".jsonl":
        assert lines == table.read_bytes().splitlines()
    else:
        kept = list(csv.reader(line.decode() for line in lines))
        del kept[0][kept[0].index("reviewed")]
        place = kept[0].index("doubtful") + 1
        assert [row[place] for row in kept[1:]] == ["", "", ""]


def test_a_formula_stays_text_in_a_spreadsheet(tmp_path: Path) -> None:
    table = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    review, journal = review_of(table)
    review.answer(2, "=1+1", sure=True)
    journal.close()
    out, _ = apply(table)
    assert ",\\=1+1," in out.read_text(encoding="utf-8")


def test_nothing_is_written_over_and_half_a_table_is_not_left(tmp_path: Path) -> None:
    out, _ = corrected(tmp_path, ".csv")
    content = out.read_bytes()
    table = tmp_path / "out.csv"
    with pytest.raises(OutputError, match=r"new\.csv: is there already"):
        apply(table, out)
    with pytest.raises(OutputError, match=r"out\.csv: is there already"):
        apply(table, table)
    with pytest.raises(OutputError, match="cannot be written"):
        apply(table, tmp_path / "none" / "new.csv")
    assert out.read_bytes() == content
    assert not list(tmp_path.glob("part-*"))


def test_what_is_damaged_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    table = write_table(tmp_path / "out.jsonl", outcomes(tmp_path))
    table.write_bytes(table.read_bytes() + b'{"image": "x", "page": 1}\n')
    said = read_journal(journal_path(table))
    with open_sheets(table) as file, pytest.raises(Exception, match="record 4"):
        write_corrected(file, said, Roll([]).claims({}), tmp_path / "new.jsonl")
    assert not (tmp_path / "new.jsonl").exists()
    assert not list(tmp_path.glob("part-*"))
