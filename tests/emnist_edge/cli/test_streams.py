"""Standard streams that are closed, full, gone, or of another encoding."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product

import pytest

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
# Prints what the descriptors are, then a line to each stream, as the command does.
PROGRAM = """
import os, sys, click
from emnist_edge.cli import main as cli
@cli.cli.command()
@click.argument("text")
def say(text):
    with open(os.devnull) as file:
        assert file.fileno() > 2, file.fileno()
    click.echo("message", err=True)
    assert sys.stdin.read() == ""
    click.echo(text)
cli.main()
"""


def say(redirected: str, text: str = "text", **environment: str) -> tuple[int, str, str]:
    """Return exit code, stdout and stderr of the program under these redirections of the shell."""
    run = subprocess.run(
        ["sh", "-c", f'"$@" {redirected}', "sh", sys.executable, "-c", PROGRAM, "say", text],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=ENVIRONMENT | environment,
    )
    return run.returncode, run.stdout.decode(), run.stderr.decode()


@pytest.mark.parametrize("closed", list(product([True, False], repeat=3)))
def test_streams_that_are_closed(closed: tuple[bool, bool, bool]) -> None:
    shell = " ".join(f"{number}>&-" for number in range(3) if closed[number])
    code, out, err = say(shell)
    assert code == closed[1]
    assert out == ("" if closed[1] else "text\n")
    reason = "emnist-edge: standard output: cannot be written (Bad file descriptor)\n" * closed[1]
    assert err == ("" if closed[2] else "message\n" + reason)


def test_streams_that_are_full() -> None:
    code, _, err = say(">/dev/full")
    reason = "emnist-edge: standard output: cannot be written (No space left on device)"
    assert (code, err) == (1, f"message\n{reason}\n")
    assert say("2>/dev/full") == (0, "text\n", "")
    assert say(">/dev/full 2>&1") == (1, "", "")


def test_a_reader_that_has_enough_is_no_error() -> None:
    _, out, err = say("| true")
    assert (out, err) == ("", "message\n")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_text_that_the_encoding_lacks_is_escaped(encoding: str) -> None:
    code, out, err = say("", "\u65e5", PYTHONIOENCODING=encoding)
    assert (code, out, err) == (0, "\\u65e5\n", "message\n")
