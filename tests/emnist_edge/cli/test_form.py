from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from click.testing import CliRunner

from emnist_device.forms.printing import canvas
from emnist_edge.cli.form.group import form
from emnist_edge.cli.main import cli
from emnist_edge.errors import EmnistEdgeError, FormError, OutputError, RuntimeMissingError
from tests.conftest import ROOT
from tests.emnist_device.forms.templates import everything, needs_markers, one_page, write

if TYPE_CHECKING:
    from pathlib import Path

EXAM = str(ROOT / "samples" / "exam.yaml")
ROSTER = str(ROOT / "samples" / "students.csv")


def run(*arguments: str) -> str:
    """Return what a command prints, which must succeed."""
    result = CliRunner().invoke(cli, ["form", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def pages_of(path: Path) -> int:
    made = pypdfium2.PdfDocument(path)
    try:
        return len(made)
    finally:
        made.close()


def test_check_prints_each_field(tmp_path: Path) -> None:
    lines = run("check", str(write(tmp_path, everything()))).splitlines()
    assert lines[0].startswith("exam-2026: 1 page, 15 fields, version ")
    table = {line.split()[0]: line for line in reversed(lines[2:])}
    assert set(everything()["pages"][0]["fields"]) < set(table)
    for name, words in {
        "number": "required; 0 to 9999999; 7 characters; check digit luhn; column number",
        "total": "1 decimal; 0 to 99.5; sum of marks.Sum.Sum",
        "plate": "pattern AA-999",
        "day": "one of Mon, Tue",
        "town": "towns.txt",
        "marks": "0 to 99; 1 to 2 characters; 5 cells with sums",
        "sudoku": "grid of digits",
        "answer": "A, B, C, 4; several may be marked",
        "born": "DD.MM.YYYY; 1940-01-01 to 2012-12-31",
        "roster": "2 rows",
    }.items():
        assert words in table[name]


def test_check_looks_at_the_roster(tmp_path: Path) -> None:
    path = write(tmp_path, everything())
    (tmp_path / "roster.csv").write_text("id,name\n1,ADA\n")
    with pytest.raises(FormError, match=r"roster\.csv: has no column 'number', which field number"):
        run("check", str(path))


@needs_markers
def test_check_says_which_row_of_the_roster_cannot_be_printed(tmp_path: Path) -> None:
    path = write(tmp_path, everything())
    (tmp_path / "roster.csv").write_text("number,name\n1,ADA\n2,\u0141ADA\n", encoding="utf-8")
    with pytest.raises(FormError, match="row 2 of the roster has \u0141") as caught:
        run("check", str(path))
    roster = ["--roster", str(tmp_path / "roster.csv")]
    with pytest.raises(FormError) as printed:
        run("print", str(path), str(tmp_path / "out.pdf"), *roster)
    assert str(printed.value) == str(caught.value)
    many = "".join(f"{n},ADA\n" for n in range(6000))  # as many as are read, not printed at once
    (tmp_path / "roster.csv").write_text(f"number,name\n{many}")
    assert "6000 rows" in run("check", str(path))


def test_the_schema_is_printed() -> None:
    assert json.loads(run("schema"))["title"].startswith("Template of a form")


@needs_markers
@pytest.mark.parametrize(
    ("options", "words", "pages"),
    [
        ([], "1 copy of 1 page", 1),
        (["--copies", "3"], "3 copies of 1 page", 3),
        (["--roster", ROSTER], "4 copies of 1 page", 4),
    ],
)
def test_print_writes_a_pdf(tmp_path: Path, options: list[str], words: str, pages: int) -> None:
    out = tmp_path / "exam.pdf"
    assert run("print", EXAM, str(out), *options) == (
        f"{out}: {words}; print at 100 %, not fitted to the page\n"
    )
    assert pages_of(out) == pages
    assert [path.name for path in tmp_path.iterdir()] == ["exam.pdf"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([EXAM, "exam.png"], "exam.png: name a file that ends in .pdf"),
        ([EXAM, "no/exam.pdf"], "no: is not there; make this folder first"),
        ([EXAM, "exam.pdf", "--copies", "0"], "0 is not in the range"),
        ([EXAM, "exam.pdf", "--copies", "2", "--roster", ROSTER], "choose one of"),
        ([EXAM], "Missing argument 'OUT.pdf'"),
    ],
)
def test_wrong_usage_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["form", "print", *arguments])
    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert list(tmp_path.iterdir()) == []


@needs_markers
def test_what_fails_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "form.pdf"
    out.write_bytes(b"old")
    template = write(tmp_path, one_page(a={"kind": "digits", "box": [40, 60, 60, 9], "label": "Ω"}))
    for arguments in (
        [str(template), str(out)],
        [str(tmp_path / "none.yaml"), str(out)],
        [EXAM, str(out), "--roster", str(template)],
        [EXAM, str(out), "--font", str(template)],
        [EXAM, str(out), "--font", str(tmp_path / "none.ttf")],
    ):
        with pytest.raises(FormError):
            run("print", "--overwrite", *arguments)
    assert out.read_bytes() == b"old"


@needs_markers
def test_a_pdf_that_is_there_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "exam.pdf"
    out.write_bytes(b"old")
    with pytest.raises(OutputError, match=r"exam\.pdf: is there already; .* by --overwrite"):
        run("print", EXAM, str(out))
    assert out.read_bytes() == b"old"
    run("print", EXAM, str(out), "--overwrite")
    assert pages_of(out) == 1


@needs_markers
def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    out = tmp_path / "form.pdf"
    out.mkdir()
    (out / "x").touch()
    with pytest.raises(OutputError, match=r"form\.pdf: cannot be written"):
        run("print", EXAM, str(out), "--overwrite")


@needs_markers
@pytest.mark.parametrize(("module", "title"), [("yaml", "PyYAML"), ("fpdf", "fpdf2")])
def test_a_package_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, title: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(RuntimeMissingError, match=f"needs {title}, which"):
        run("print", EXAM, str(tmp_path / "form.pdf"))


def test_help_imports_nothing_that_forms_need(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("yaml", "fpdf", "pypdfium2", "numpy", "cv2"):
        monkeypatch.setitem(sys.modules, module, None)
    for command in ([], *([name] for name in form.commands)):
        assert run(*command, "--help").startswith("Usage: ")


def test_errors_are_of_the_kind_that_is_printed() -> None:
    assert issubclass(FormError, EmnistEdgeError)
    assert canvas.Canvas().width("A", 4) > 2


@needs_markers
@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"kind": "digits", "box": [40, 60, 60, 9], "label": "Ω"}, "--font FILE.ttf"),
        ({"kind": "digits", "box": [20, 60, 60, 9], "label": "W" * 99}, "leaves the page"),
        ({"kind": "digits", "box": [20, 29, 60, 9], "label": "W" * 58}, "covers the QR code"),
    ],
)  # fmt: skip
def test_check_says_what_print_would_refuse(
    tmp_path: Path, field: dict[str, object], words: str
) -> None:
    template = str(write(tmp_path, one_page(a=field)))
    said = []
    for arguments in (["check", template], ["print", template, str(tmp_path / "out.pdf")]):
        with pytest.raises(FormError, match=words) as raised:
            run(*arguments)
        said.append(str(raised.value))
    assert said[0] == said[1]


def test_check_does_without_what_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fpdf", None)
    template = write(tmp_path, one_page(a={"kind": "digits", "box": [40, 60, 60, 9]}))
    last = run("check", str(template)).splitlines()[-1]
    assert last.startswith("whether its texts fit on paper is not looked at: printing a form needs")


@pytest.mark.parametrize("command", ["check", "print", "read"])
def test_what_is_no_template_is_told_by_its_name(tmp_path: Path, command: str) -> None:
    further = {"check": [], "print": ["out.pdf"], "read": ["quiz.yaml", "--output", "out.csv"]}
    arguments = ["form", command, str(tmp_path / "sheet.pdf"), *further[command]]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert "sheet.pdf is no template; name the template first: " in result.stderr
    assert f"form {command} FORM.yaml" in result.stderr
