from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.forms.model import GridField, TextField
from emnist_device.forms.template import load_template
from emnist_edge.cli.main import cli
from emnist_edge.errors import EmnistEdgeError
from tests.conftest import ROOT
from tests.emnist_device.forms.defining.paper import draw_form, write_digits
from tests.tiffs import tiff

if TYPE_CHECKING:
    from collections.abc import Iterator


def run(*arguments: object) -> Any:
    words = ["form", "define", *map(str, arguments)]
    return CliRunner().invoke(cli, words, catch_exceptions=False)


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scan") / "scan.png"
    cv2.imwrite(str(path), draw_form())
    return path


@pytest.fixture(scope="module")
def made(scan: Path) -> Path:
    """A template that was made of the scan without a browser."""
    path = scan.parent / "club.yaml"
    result = run(scan, "-o", path)
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith(f"then look at it with: emnist-edge form check {path}\n")
    return path


def test_what_is_found_is_a_template_that_check_accepts(made: Path) -> None:
    result = CliRunner().invoke(cli, ["form", "check", str(made)])
    assert result.exit_code == 0
    assert result.stdout.startswith("club: 1 page, ")
    (page,) = load_template(made).pages
    assert page.reference == made.with_name("club-1.png")
    combs = [each for each in page.fields if isinstance(each, TextField) and each.cells]
    counts = {len(each.cells): each for each in combs}
    assert [round(value / 6) for value in counts[7].area] == [20, 40, 63, 9]
    first, second, *_ = counts[5].cells
    assert second.x - first.right == pytest.approx(0.8 * 6, abs=1.5)  # boxes beside one another
    (grid,) = (each for each in page.fields if isinstance(each, GridField))
    assert (len(grid.rows), len(grid.columns)) == (3, 4)
    assert [each.name for each in page.fields][:2] == ["field1", "field2"]


def test_a_filled_sheet_is_read_by_it(made: Path, tmp_path: Path) -> None:
    sheet = write_digits(draw_form(), "4027036")
    turned = cv2.warpAffine(
        sheet, cv2.getRotationMatrix2D((630, 890), 2, 0.95), sheet.shape[1::-1],
        borderValue=(255, 255, 255),
    )  # fmt: skip
    cv2.imwrite(str(tmp_path / "sheet.png"), turned)
    text = made.read_text().replace("kind: alnum", "kind: digits", 1)
    template = made.with_name("digits.yaml")
    template.write_text(text)
    out = tmp_path / "out.jsonl"
    words = ["form", "read", str(template), str(tmp_path / "sheet.png"), "--output", str(out)]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    assert json.loads(out.read_text())["fields"]["field1"]["text"] == "4027036"


def test_the_page_that_is_chosen_of_a_tiff_is_the_form_in_mm(tmp_path: Path) -> None:
    form = draw_form()
    turn = cv2.getRotationMatrix2D((630, 890), 0.7, 1)
    askew = cv2.warpAffine(form, turn, form.shape[1::-1], borderValue=(255, 255, 255))
    (tmp_path / "scan.tif").write_bytes(tiff([np.full_like(form, 255), askew]))
    out = tmp_path / "club.yaml"
    result = run(tmp_path / "scan.tif", "-o", out, "--pages", "2", "--size", "A4")
    assert result.exit_code == 0, result.output
    assert "scan.tif, page 2: was askew by -0.7 degrees, and is straightened" in result.stderr
    (page,) = load_template(out).pages
    assert (page.unit, page.width, page.height) == ("mm", 210, 297)
    comb = next(
        each for each in page.fields if isinstance(each, TextField) and len(each.cells) == 7
    )
    assert list(comb.area) == pytest.approx([20, 40, 63, 9], abs=0.5)


def content(path: Path) -> bytes | str:
    """Return what is in a file, or of anything else, what it is."""
    mode = path.lstat().st_mode
    return path.read_bytes() if stat.S_ISREG(mode) else stat.filemode(mode)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.png", "-o", "a.yaml"], "none.png: no such file"),
        (["junk.png", "-o", "a.yaml"], "junk.png: is not a picture"),
        (["white.png", "-o", "a.yaml"], "no boxes are found there; draw the fields in a browser"),
        (["white.png", "-o", "there.yaml"], "there.yaml: is there already; name another file, or "),
        (["white.png", "-o", "link.yaml"], "link.yaml: is there already; name another file, or "),
        (["white.png", "-o", "pipe.yaml"], "pipe.yaml: is no file; write the template to one"),
        (["white.png", "-o", "pipe.yaml", "--overwrite"], "pipe.yaml: is no file; "),
        (["white.png", "-o", "junk.yaml", "--overwrite"], "junk.yaml: has over 200 kB, so it is "),
        (["pipe.yaml", "--serve", "0"], "pipe.yaml: is no file; write the template to one"),
        (["pipe.png", "-o", "a.yaml"], "pipe.png: is a pipe or device"),
        (["white.png", "-o", "a.yaml", "--size", "A4"], "has not the shape of A4"),
        (["white.png", "-o", "a.yaml", "--pages", "2"], "has 1 page, none of which --pages 2"),
        (["form.yaml", "--serve", "0"], "form.yaml, page 1: has no reference"),
        (["gone.yaml", "--serve", "0"], "gone.png: no such file"),
    ],
)
def test_what_goes_wrong_is_said_in_a_line_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("junk.png").write_bytes(b"junk")
    Path("there.yaml").write_text("mine\n")
    Path("form.yaml").write_text("form: a\npages: [{size: A4, fields: {}}]\n")
    Path("gone.yaml").write_text("form: a\npages: [{reference: gone.png, unit: pixels}]\n")
    cv2.imwrite("white.png", np.full((300, 300), 255, np.uint8))
    Path("junk.yaml").write_bytes(bytes(200_001))
    Path("link.yaml").symlink_to("nothing.yaml")
    for name in ("pipe.yaml", "pipe.png"):
        os.mkfifo(name)
    before = {path.name: content(path) for path in tmp_path.iterdir()}
    with pytest.raises(EmnistEdgeError) as raised:
        run(*arguments)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)
    assert {path.name: content(path) for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.png"], "name the template with -o FORM.yaml"),
        (["a.png", "-o", "a.png"], "a.png: name a file that ends in .yaml"),
        (["a.png", "-o", "no/a.yaml"], "no: is not there; make this folder first"),
        (["a.png", "-o", "a.yaml", "--size", "A7"], "'A7' is no paper; give A4"),
        (["a.png", "-o", "a.yaml", "--serve", "x"], "'x' is not a port"),
        (["a.png", "-o", "a.yaml", "--token", "long-enough"], "add --serve PORT"),
        (["a.yaml"], "to go on with a template, add --serve PORT"),
        (["a.yaml", "--serve", "0", "--size", "A4"], "--size and --pages are for a scan"),
    ],
)
def test_wrong_usage_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert (result.exit_code, words in result.stderr) == (2, True), result.stderr
    assert list(tmp_path.iterdir()) == []


def _heed_signals() -> None:
    """Undo that tests which run in the background ignore what a terminal sends."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Served:
    """The command with a page in a browser, in a process of its own."""

    def __init__(self, *arguments: object) -> None:
        words = [sys.executable, "-m", "emnist_edge", "form", "define", *map(str, arguments)]
        paths = os.pathsep.join([str(ROOT), str(ROOT / "device")])
        self.process = subprocess.Popen(
            [*words, "--serve", "0"], stderr=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": paths}, preexec_fn=_heed_signals,  # noqa: PLW1509
        )  # fmt: skip
        assert self.process.stderr is not None
        self.before, said = "", self.process.stderr.readline()
        while said and " at http" not in said:
            self.before, said = self.before + said, self.process.stderr.readline()
        self.url = said.partition(" at ")[2].strip()
        if not self.url.startswith("http://127.0.0.1:"):
            self.process.kill()
            raise AssertionError(self.before + said + self.process.communicate()[1])

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ask(self, path: str, content: Any = None) -> Any:
        body = None if content is None else json.dumps(content).encode()
        with urllib.request.urlopen(f"{self.url}{path}", body, timeout=60) as answer:
            return json.loads(answer.read())

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal, and return the exit code and what else was said."""
        self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=60)
        return self.process.returncode, rest


REQUIRED = "        kind: alnum\n        required: true\n"


def test_a_template_is_gone_on_with_and_what_is_not_saved_is_kept(
    made: Path, tmp_path: Path
) -> None:
    for name in ("club.yaml", "club-1.png"):
        (tmp_path / name).write_bytes(made.with_name(name).read_bytes())
    path = tmp_path / "club.yaml"
    path.write_text(path.read_text().replace("        kind: alnum\n", REQUIRED, 1))
    with Served(path) as served:
        view = served.ask("api/form")
        assert view["pages"][0]["found"]
        fields: Any = view["fields"]
        assert fields[0][0]["required"] is True
        fields[0][0]["name"] = "number"
        draft = {"revision": 0, "form": "club", "title": "", "fields": fields}
        assert served.ask("api/form", draft)["faults"] == []
        assert served.ask("api/save", {})["saved"]
        assert load_template(path).pages[0].fields[0].name == "number"
        fields[0][0]["name"] = "other"
        served.ask("api/form", draft | {"revision": 1})
        code, rest = served.end(signal.SIGTERM)
    assert code == 0
    assert "club.yaml: saved, " in rest
    assert "club-unsaved.yaml: has what was not saved; go on with: emnist-edge form define" in rest
    assert load_template(path).pages[0].fields[0].name == "number"
    kept: Any = load_template(tmp_path / "club-unsaved.yaml").pages[0].fields[0]
    assert (kept.name, kept.required) == ("other", True)
    names = {"club-1.png", "club.yaml", "club-unsaved.yaml"}
    assert {each.name for each in tmp_path.iterdir()} == names


def test_nothing_is_lost_however_the_command_ends(scan: Path, tmp_path: Path) -> None:
    out, kept = tmp_path / "club.yaml", tmp_path / "club-unsaved-2.yaml"
    (tmp_path / "club-unsaved.yaml").write_text("of another time\n")
    with Served(scan, "-o", out) as served:
        assert served.before == (
            f"emnist-edge: {scan}: is being looked at\n"
            f"emnist-edge: {tmp_path}/club-unsaved.yaml: has what was not saved before; go on "
            f"with: emnist-edge form define {tmp_path}/club-unsaved.yaml -o {out} --overwrite "
            "--serve PORT, or remove it\n"
        )
        fields = [{"name": "number", **served.ask("api/form")["pages"][0]["found"][0]}]
        draft = {"revision": 0, "form": "club", "title": "", "fields": [fields]}
        served.ask("api/form", draft)
        assert served.end(signal.SIGKILL) == (-signal.SIGKILL, "")
    assert load_template(kept).pages[0].fields[0].name == "number"
    assert (tmp_path / "club-unsaved.yaml").read_text() == "of another time\n"
    (tmp_path / "club-unsaved.yaml").unlink()
    with Served(kept, "-o", out) as served:
        looked = f"emnist-edge: {kept}: is being looked at\n"
        assert served.before == looked  # this one is gone on with
        view = served.ask("api/form")
        assert (view["fields"], view["saved"]) == ([fields], False)
        assert served.ask("api/save", {})["saved"]
        fields[0]["name"] = "other"
        served.ask("api/form", draft)
        code, rest = served.end(signal.SIGQUIT)
    assert (code, "club-unsaved.yaml: has what was not saved; go on with: " in rest) == (0, True)
    names = {"club.yaml": "number", "club-unsaved.yaml": "other"}  # what was gone on with is saved
    for file, name in names.items():
        assert load_template(tmp_path / file).pages[0].fields[0].name == name
    assert len(list(tmp_path.iterdir())) == 2 * len(names)  # with a picture each


def test_what_was_saved_since_is_not_gone_on_with(scan: Path, tmp_path: Path) -> None:
    out, kept = tmp_path / "club.yaml", tmp_path / "club-unsaved.yaml"
    kept.write_text("of another time\n")
    out.write_text("form: club\n")
    for seconds, said in ((60, False), (-60, True)):
        os.utime(out, (time.time() + seconds,) * 2)
        with Served(scan, "-o", out, "--overwrite") as served:
            assert ("has what was not saved before" in served.before) == said


@pytest.fixture
def taken() -> Iterator[int]:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_is_taken_is_said_and_nothing_is_written(tmp_path: Path, taken: int) -> None:
    scan = tmp_path / "white.png"
    cv2.imwrite(str(scan), np.full((300, 300), 255, np.uint8))
    with pytest.raises(EmnistEdgeError, match="another program has this port; choose another"):
        run(scan, "-o", tmp_path / "club.yaml", "--serve", taken)
    assert list(tmp_path.iterdir()) == [scan]
