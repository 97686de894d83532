"""Programs of a checkout, ``python -m train.cnn`` and the like, say what they do at once."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from tests.conftest import ROOT

FOLDERS = ("train", "export", "evaluate")
#: Modules that are run as programs.
PROGRAMS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if '\nif __name__ == "__main__":\n' in path.read_text(encoding="utf-8")
)
HEAVY = {"keras", "sklearn", "tensorflow"}


def test_there_are_programs() -> None:
    assert {"train.tier", "train.study", "export.cnn", "evaluate.pages"} <= set(PROGRAMS)


def test_help_waits_for_no_library_that_trains_and_logs() -> None:
    code = (
        "import sys; from importlib import import_module\n"
        "for name in sys.argv[1:]: import_module(name)\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    ran = subprocess.run(
        [sys.executable, "-c", code, *PROGRAMS],
        capture_output=True,
        check=True,
        text=True,
        env=environment,
    )
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


def command_of(program: str) -> click.Command:
    """Return the command that a module of :data:`PROGRAMS` runs."""
    command = getattr(import_module(program), "main", None)
    if command is None:  # the module beside it has it
        command = import_module(f"{program}.run").main
    assert isinstance(command, click.Command)
    return command


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_help_is_cut(program: str) -> None:
    command = command_of(program)
    result = CliRunner().invoke(command, ["--help"], terminal_width=80)
    assert result.exit_code == 0
    usage, *paragraphs = result.stdout.split("\n\n")
    assert usage.startswith("Usage:")
    assert not any(text.rstrip().endswith("...") for text in paragraphs)
    told = [option for option in command.params if isinstance(option, click.Option)]
    assert all(option.opts[0] in result.stdout for option in told)


DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: Commands of a shell in the documents that run a program of the checkout.
COMMANDS = sorted(
    {
        line.partition("#")[0].strip()
        for document in DOCUMENTS
        for block in re.findall(r"```sh\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
        for line in block.replace("\\\n", " ").splitlines()
        if re.match(r"(\S+/)?python -m (train|export|evaluate)\.", line)
    }
)


@pytest.mark.parametrize("line", COMMANDS)
def test_what_the_documents_run_is_taken(line: str) -> None:
    _, _, program, *words = shlex.split(line)
    assert program in PROGRAMS
    command = command_of(program)
    command.make_context(program, words)  # raises for an option or a value that it does not take


@pytest.mark.parametrize(
    "line", ["python -m train.study --onyl page", "python -m train.study --only cnn-5"]
)
def test_what_is_not_taken_is_found(line: str) -> None:
    with pytest.raises(click.UsageError):
        test_what_the_documents_run_is_taken(line)


def test_every_question_of_the_study_has_its_command() -> None:
    questions = (ROOT / "docs" / "study.md").read_text("utf-8").split("\n## ")[1:]
    assert [question.split(". ")[0] for question in questions] == list(map(str, range(1, 11)))
    assert all("```sh\n" in question for question in questions)


def test_figures_of_the_tutorial_are_those_of_the_page() -> None:
    """Which is held to its figures by tests of train.study.report."""
    page = (ROOT / "benchmarks" / "study.md").read_text("utf-8")
    tutorial = re.sub(
        r"```.*?```|\]\(.*?\)", "", (ROOT / "docs" / "study.md").read_text("utf-8"), flags=re.DOTALL
    )
    figures = set(re.findall(r"\d\.\d{3,}|[+-]\d\.\d\d|\d[\d,]{5,}|\d+%", tutorial))
    assert len(figures) > 10
    assert {
        figure
        for figure in figures
        if not re.search(rf"(?<![\d.,]){re.escape(figure)}(?!\d)", page)
    } == set()
