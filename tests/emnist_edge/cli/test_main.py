from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from emnist_edge import __version__
from emnist_edge.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def commands(command: click.Command, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the names that call ``command``, and those of each command within."""
    yield names
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, *names, name)


def run(*arguments: str, code: str = "from emnist_edge.cli.main import main; main()") -> str:
    """Run the command in a process of its own and return its stdout; it must exit with 0."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=True,
        text=True,
        env=environment,
    ).stdout


def test_help_is_there_at_once_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom emnist_edge.cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'cv2', 'numpy', 'ai_edge_litert', 'tflite_runtime'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    output = run("--help", code=code)
    assert "classify" in output
    assert output.endswith("heavy: []\n")
    assert run("--version").strip().endswith(__version__)


def test_the_module_runs_as_the_command_does(picture: Path) -> None:
    code = "import runpy; runpy.run_module('emnist_edge', run_name='__main__')"
    assert run("classify", str(picture), code=code) == "HARBOR\n7483\n"


@pytest.mark.parametrize(
    ("before", "code", "said"),
    [
        ("import emnist_edge.cli.streams as early\nearly.open_streams", -signal.SIGINT, ""),
        ("import emnist_edge.cli.classify as late\nlate.load_base", 130, "emnist-edge: stopped\n"),
    ],
    ids=["before a command runs", "while a command loads what it needs"],
)
def test_ctrl_c_ends_it_without_a_traceback(
    before: str, code: int, said: str, picture: Path, tmp_path: Path
) -> None:
    program = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"{before} = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "from emnist_edge.cli.start import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "classify", str(picture), "--review", tmp_path / "r.html"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (code, said)


def test_a_fault_of_our_own_is_one_line_without_a_traceback(picture: Path) -> None:
    code = (
        "import sys, emnist_device.batch.outcomes as batch\n"
        "def fail(*_): raise KeyError('broken')\n"
        "batch.outcomes = fail\n"
        "from emnist_edge.cli.main import main\n"
        "sys.stderr = sys.stdout\n"
        "try: main()\nexcept SystemExit as end: print('exit', end.code)"
    )
    output = run("classify", str(picture), code=code)
    assert output.splitlines()[0].startswith("emnist-edge: internal error (KeyError: 'broken')")
    assert output.splitlines()[1] == "exit 1"


@pytest.mark.parametrize("width", [10, 50, 80])
@pytest.mark.parametrize(
    "names", list(commands(cli)), ids=lambda names: " ".join(names) or "emnist-edge"
)
def test_no_help_is_cut(names: tuple[str, ...], width: int) -> None:
    result = CliRunner().invoke(cli, [*names, "--help"], terminal_width=width)
    assert result.exit_code == 0
    _, _, listed = result.stdout.partition("\nCommands:\n")
    assert "..." not in listed
    paragraphs = result.stdout.split("\n\n")
    assert not any(text.rstrip().endswith("...") for text in paragraphs[1:])


@pytest.mark.parametrize(
    "arguments",
    [
        "ADDRESS",
        "data ADDRESS",
        "data unipen folder ADDRESS",
        "data fetch ADDRESS",
        "review ADDRESS",
        "models ADDRESS",
        "benchmark --output out --suite=ADDRESS",
        "classify --model ADDRESS picture.png",
        "live none --serve ADDRESS",
        "live --size ADDRESS",
    ],
)
def test_no_usage_error_shows_a_password(arguments: str) -> None:
    words = arguments.replace("ADDRESS", "http://user:PASSWORD@host/").split()
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2
    assert "PASSWORD" not in result.output
    assert "user" not in result.stderr
    assert "host" in result.stderr
    assert result.stderr.startswith("Usage: ")


@pytest.mark.parametrize(
    "arguments", ["--region 1,2,{}", "--grid {}x3", "--pages {}-", "--jobs {}", "--top-k -{}"]
)
def test_no_usage_error_shows_a_value_at_length(arguments: str) -> None:
    long = "9" * 5000
    result = CliRunner().invoke(cli, ["classify", "a.png", *arguments.format(long).split()])
    assert (result.exit_code, len(result.output) < 500) == (2, True)
    assert "9999..." in result.output or long[:40] not in result.output


def test_usage_errors_show_names_as_they_are() -> None:
    name = "n" * 200
    result = CliRunner().invoke(cli, ["classify", "a.png", "--model", name])
    assert name in result.stderr
