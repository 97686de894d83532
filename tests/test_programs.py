"""Programs of a checkout, ``python -m train.cnn`` and the like, say what they do at once."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_help_is_cut(program: str) -> None:
    command = getattr(import_module(program), "main", None)
    if command is None:  # the module beside it has it
        command = import_module(f"{program}.run").main
    assert isinstance(command, click.Command)
    result = CliRunner().invoke(command, ["--help"], terminal_width=80)
    assert result.exit_code == 0
    usage, *paragraphs = result.stdout.split("\n\n")
    assert usage.startswith("Usage:")
    assert not any(text.rstrip().endswith("...") for text in paragraphs)
    told = [option for option in command.params if isinstance(option, click.Option)]
    assert all(option.opts[0] in result.stdout for option in told)
