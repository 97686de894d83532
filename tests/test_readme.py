"""What README and the documents show is what the commands print, and what code does."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from emnist_device.batch.records import Csv
from emnist_edge.cli.main import cli
from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS}
README = TEXTS[ROOT / "README.md"]
CLASSIFY = TEXTS[ROOT / "docs" / "classify.md"]
EXAMPLES = [
    example
    for text in TEXTS.values()
    for example in re.findall(r"```console\n\$ emnist-edge (.*)\n([^`]*)```", text)
]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("arguments", "output"), EXAMPLES, ids=[words for words, _ in EXAMPLES])
def test_commands_print_what_is_shown(
    arguments: str, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(cli, arguments.split())
    assert result.stdout == output


def example(word: str) -> str:
    """Return the one example of README's in Python that has ``word`` in it."""
    (found,) = [each for each in PYTHON if word in each]
    return str(found)


@pytest.mark.parametrize(
    ("word", "printed"),
    [
        ("page.lines", r"MEET AT 9\nROOM 47\nBRING TEA\nMEET 0\.[^\n]*\nM 0\."),
        ("Decoding(pattern", r"EK 2047 B\n$"),
        ("read_character", r"first 2 [01]\.\d\d\nsecond empty\n$"),
    ],
)
def test_an_example_in_python_runs(
    word: str, printed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile(example(word), "README.md", "exec"), {})
    assert re.match(printed, capsys.readouterr().out)


class Flask:
    """As much of Flask's as the example needs."""

    def __init__(self, _: str) -> None:
        self.config: dict[str, int] = {}
        self.answers: dict[str, Callable[[], Any]] = {}

    def post(self, path: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
        def add(answer: Callable[[], Any]) -> Callable[[], Any]:
            return self.answers.setdefault(path, answer)

        return add


def test_the_web_service_reads_and_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    class Request:
        sent = b""

        def get_data(self) -> bytes:
            return self.sent

    flask: Any = ModuleType("flask")
    flask.Flask, flask.request = Flask, Request()
    flask.jsonify = lambda page=None, **rest: page or rest
    monkeypatch.setitem(sys.modules, "flask", flask)
    names: dict[str, Any] = {"__name__": "service"}
    exec(compile(example("flask"), "README.md", "exec"), names)
    answer = names["app"].answers["/read"]
    Request.sent = (ROOT / "samples" / "note.jpg").read_bytes()
    assert answer()["text"] == "MEET AT 9\nROOM 47\nBRING TEA"
    Request.sent = b"no picture"
    refusal, status = answer()
    assert (status, "not a picture" in refusal["error"]) == (400, True)


def test_every_example_in_python_is_tried() -> None:
    assert len(PYTHON) == 4


#: Commands of a shell: between fences, or indented.
BLOCK = re.compile(r"```sh\n(.*?)```|((?:^    emnist-edge .*\n)+)", re.DOTALL | re.MULTILINE)
COMMANDS = sorted(
    {
        line
        for text in TEXTS.values()
        for block in BLOCK.findall(text)
        for line in "".join(block).splitlines()
        if line.strip().startswith("emnist-edge ")
    }
)


@pytest.mark.parametrize("line", COMMANDS)
def test_every_option_that_is_shown_is_there(line: str) -> None:
    words = line.partition("#")[0].split()[1:]
    command: Any = cli
    while words and words[0] in getattr(command, "commands", ()):
        command = command.commands[words.pop(0)]
    known = {name for parameter in command.params for name in parameter.opts}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert command is not cli
    assert given <= known | {"--help"}


def test_every_file_that_is_linked_is_there() -> None:
    missing: list[Path] = []
    for document, text in TEXTS.items():
        targets = re.findall(r"\]\((?!http|#)([^)#]+)", text)
        missing += [
            document.parent / target
            for target in targets
            if not (document.parent / target).exists()
        ]
    assert missing == []


def test_every_heading_that_is_linked_is_there() -> None:
    for document, text in TEXTS.items():
        for target, heading in re.findall(r"\]\((?!http)([^)#]*)#([^)]+)\)", text):
            there = (document.parent / target if target else document).read_text(encoding="utf-8")
            titles = re.findall(r"^#+ (.*)$", there, re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
            assert heading in anchors, f"{document.name}: {target}#{heading}"


def test_every_document_is_in_the_list_of_them() -> None:
    listed = TEXTS[ROOT / "docs" / "README.md"]
    assert [path.name for path in DOCUMENTS[1:] if f"({path.name})" not in listed] == ["README.md"]
    assert "docs/README.md" in README


def test_the_columns_of_csv_are_those_listed() -> None:
    (row,) = re.findall(r"^\| `--csv` \| (.*) \|$", CLASSIFY, re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", row)) == Csv.columns + Csv.of_version


def test_shells_get_the_completion_that_is_documented() -> None:
    lines = re.findall(r'^eval "\$\((\w+)=(\w+) emnist-edge\)"', CLASSIFY, re.MULTILINE)
    assert len(lines) == 2
    for variable, instruction in lines:
        result = CliRunner().invoke(
            cli, [], prog_name="emnist-edge", env={variable: instruction}, catch_exceptions=False
        )
        assert result.exit_code == 0
        assert f"{variable}={instruction.replace('source', 'complete')}" in result.stdout
