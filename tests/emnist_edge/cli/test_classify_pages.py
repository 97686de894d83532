"""Files of several pages, as ``classify`` reads them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

import cv2
import pytest
from click.testing import CliRunner, Result

from emnist_device.image import document
from emnist_device.image.limits import DEFAULTS, Limits
from emnist_edge.cli.main import cli
from emnist_edge.drawing.pages import draw_page
from tests.pdfs import counting, encrypted, scan
from tests.tiffs import tiff

TEXTS = ["HARBOR\n7483", "ZEBRA", "47 HAT"]
PICTURES = [
    draw_page(text, size=(500, 320), height=50, seed=seed).picture
    for seed, text in enumerate(TEXTS)
]
TIFF = tiff(PICTURES)
PDF = scan(PICTURES, (250, 160))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a TIFF and a PDF of three pages."""
    (tmp_path / "scan.tif").write_bytes(TIFF)
    (tmp_path / "scan.pdf").write_bytes(PDF)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def classify(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["classify", *arguments], input=stdin)


def headed(name: str, *numbers: int) -> str:
    return "\n".join(f"{name}, page {number}:\n{TEXTS[number - 1]}\n" for number in numbers)


def test_all_pages_are_read(folder: Path) -> None:
    (folder / "in").mkdir()
    for name in ("scan.pdf", "scan.tif"):
        (folder / name).rename(folder / "in" / name)
    (folder / "in" / "photo.heic").write_bytes(b"\0\0\0\x18ftypheic")
    result = classify("in")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "in/photo.heic: is not a picture that can be read" in result.stderr
    names = ("in/scan.pdf", "in/scan.tif")
    assert result.stdout == "\n".join(headed(name, 1, 2, 3) for name in names)


def test_pages_are_chosen() -> None:
    assert classify("scan.tif", "--pages", "3").stdout == TEXTS[2] + "\n"
    none = classify("scan.pdf", "--pages", "4-", "--csv")
    assert (none.exit_code, "none of which --pages 4- chooses" in none.stderr) == (1, True)
    wrong = classify("scan.pdf", "--pages", "x")
    assert (wrong.exit_code, "such as 1-3,5" in wrong.stderr) == (2, True)


def test_standard_input_has_pages() -> None:
    result = classify("-", "--pages", "2-", stdin=PDF)
    assert result.stdout == headed("standard input", 2, 3)


def test_each_page_has_its_record() -> None:
    lines = [json.loads(line) for line in classify("--json", "scan.tif").stdout.splitlines()]
    assert [(line["image"], line["page"], line["pages"]) for line in lines] == [
        ("scan.tif", number, 3) for number in (1, 2, 3)
    ]
    assert [line["text"] for line in lines] == TEXTS
    assert {tuple(line["size"]) for line in lines} == {(500, 320)}
    rows = csv.DictReader(io.StringIO(classify("--csv", "scan.pdf").stdout, newline=""))
    assert [(row["page"], row["text"]) for row in rows] == list(zip("123", TEXTS, strict=True))


def test_reading_goes_on_page_by_page(folder: Path) -> None:
    chosen = ("scan.pdf", "--pages", "1,3", "--jobs", "2", "--output", "out.jsonl")
    assert classify(*chosen).exit_code == 0
    before = (folder / "out.jsonl").read_text()
    assert classify("scan.pdf", "--output", "out.jsonl", "--resume").exit_code == 0
    after = (folder / "out.jsonl").read_text()
    assert after.startswith(before)
    pages = {line["page"]: line["text"] for line in map(json.loads, after.splitlines())}
    assert (len(after.splitlines()), pages) == (3, dict(enumerate(TEXTS, start=1)))


def test_pages_are_drawn_to_files_of_their_own(folder: Path) -> None:
    (folder / "out").mkdir()
    chosen = ("scan.pdf", "--pages", "2-")
    assert classify(*chosen, "--annotate", "out", "--debug-dir", "steps").exit_code == 0
    names = ["scan-2", "scan-3"]
    assert sorted(path.stem for path in (folder / "out").iterdir()) == names
    assert sorted(path.name for path in (folder / "steps").iterdir()) == names
    one = classify("scan.pdf", "--annotate", "one.png")
    assert (one.exit_code, "one that exists, for several images or pages" in one.stderr) == (
        2,
        True,
    )
    assert classify("scan.pdf", "--pages", "2", "--annotate", "one.png").exit_code == 0
    assert (folder / "one.png").exists()


def test_what_is_wrong_with_one_costs_no_other(folder: Path) -> None:
    (folder / "locked.pdf").write_bytes(encrypted())
    (folder / "missing.pdf").write_bytes(counting(2))
    (folder / "cut.tif").write_bytes(TIFF[: len(TIFF) * 2 // 3])
    result = classify("locked.pdf", "missing.pdf", "cut.tif", "absent.pdf", "scan.tif", "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert result.exit_code == 1
    assert [(row["image"], row["page"], bool(row["error"])) for row in rows] == [
        ("locked.pdf", "", True), ("missing.pdf", "1", False), ("missing.pdf", "2", True),
        ("cut.tif", "1", False), ("cut.tif", "2", True), ("absent.pdf", "1", True),
        ("scan.tif", "1", False), ("scan.tif", "2", False), ("scan.tif", "3", False),
    ]  # fmt: skip
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [
        "locked.pdf", "missing.pdf, page 1", "missing.pdf, page 2", "cut.tif, page 2", "absent.pdf",
    ]  # fmt: skip
    assert [row["text"] for row in rows if not row["error"]] == ["", TEXTS[0], *TEXTS]


def test_a_file_is_opened_once_for_all_of_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    from emnist_device.batch.reading import Shelf
    from emnist_device.batch.tasks import Task

    opened = []
    real = document.read_document

    def read(file: BinaryIO, name: str, limits: Limits = DEFAULTS) -> document.Document:
        opened.append(name)
        return real(file, name, limits)

    monkeypatch.setattr(document, "read_document", read)
    shelf = Shelf(DEFAULTS)
    for name in ("scan.pdf", "scan.tif"):
        pages = {id(shelf.open(Task(name, number=number, pages=3))) for number in (1, 2, 3)}
        assert len(pages) == 1
    assert opened == ["scan.pdf", "scan.tif"]
    Path("scan.tif").write_bytes(PDF)  # replaced meanwhile
    shelf.open(Task("scan.tif", number=3, pages=3))
    assert len(opened) == 3
    shelf.clear()


def test_documents_have_a_page_for_each(folder: Path) -> None:
    for name in ("out.hocr", "out.tsv"):
        result = classify("scan.tif", "absent.png", "--pages", "1-2", "--output", name)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == "emnist-edge: absent.png: no such file\n"
    root = ET.fromstring((folder / "out.hocr").read_bytes())
    pages = [each for each in root.iter() if each.get("class") == "ocr_page"]
    assert [" ".join("".join(page.itertext()).split()) for page in pages] == [
        "HARBOR 7483", "ZEBRA", "",
    ]  # fmt: skip
    rows = list(csv.DictReader((folder / "out.tsv").read_text().splitlines(), delimiter="\t"))
    words = [(row["page_num"], row["text"]) for row in rows if row["level"] == "5"]
    assert words == [("1", "HARBOR"), ("1", "7483"), ("2", "ZEBRA")]
    printed = classify("scan.tif", "absent.png", "--pages", "1-2", "--tsv").stdout
    assert printed == (folder / "out.tsv").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tsv", "--hocr"], "choose one of"),
        (["--tsv", "--output", "out.tsv"], "choose one of"),
        (["--resume", "--output", "out.hocr"], "--resume goes on with"),
        (["--output", "there.tsv"], "there.tsv: is there already; name another file"),
        (["--output", "absent/out.tsv"], "absent/out.tsv: cannot be written"),
        (["--region", "1,2,3"], "write X,Y,W,H"),
        (["--grid", "9"], "write ROWSxCOLUMNS"),
        (["--grid", "2x2", "--pattern", "9"], "each cell of a grid holds one character"),
        (["--grid", "2x2", "--orientation", "auto"], "orientation is up"),
    ],
)
def test_what_cannot_be_is_wrong_usage(folder: Path, options: list[str], message: str) -> None:
    (folder / "there.tsv").touch()
    result = classify("scan.tif", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr.replace("\n", " ")
    assert not (folder / "out.tsv").exists()


def test_a_document_of_nothing_is_not_left(folder: Path) -> None:
    assert classify("scan.tif", "--output", "out.tsv", "--model", "cnn-int9").exit_code == 2
    assert not (folder / "out.tsv").exists()


def test_regions_and_grids(folder: Path) -> None:
    cv2.imwrite("small.png", PICTURES[0][:60])
    halves = ("--region", "0,50%,100%,50%", "--region", "0,0,500,160")
    result = classify("scan.tif", "small.png", "--pages", "1", *halves, "--json")
    first, second = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == 1
    assert first["text"] == "7483\nHARBOR"
    assert [region["box"] for region in first["regions"]] == [[0, 160, 500, 160], [0, 0, 500, 160]]
    assert "500 x 60 pixels" in second["error"]
    assert result.stderr.startswith("emnist-edge: small.png: the region 0,0,500,160 is not within")
    letters = ("--region", "102,60,297,110", "--grid", "1x6", "--charset", "upper")
    cells = classify("scan.tif", "--pages", "1", *letters)
    assert cells.stdout == "H\tA\tR\tB\tO\tR\n"


def test_other_regions_are_not_gone_on_with() -> None:
    assert classify("scan.tif", "--region", "0,0,5,5", "--output", "out.csv").exit_code == 0
    for options, reason in (
        ([], "regions was 0,0,5,5 and is not given"),
        (["--region", "0,0,5,5", "--grid", "2x2"], "grid was not given and is 2x2"),
    ):
        result = classify("scan.tif", *options, "--output", "out.csv", "--resume")
        assert (result.exit_code, reason in result.stderr) == (2, True)
