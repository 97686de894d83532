from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from os import terminal_size
from typing import TextIO

import pytest

from emnist_device.live.outputs import terminal as terminal_module
from emnist_device.live.outputs.terminal import Printer, Terminal
from emnist_edge.errors import OutputError
from tests.emnist_device.live.conftest import moment


@pytest.fixture(autouse=True)
def narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal_module, "_PERIOD", 0.0)
    monkeypatch.setattr(shutil, "get_terminal_size", lambda: terminal_size((50, 20)))


def nobody() -> None:
    raise AssertionError("nobody left")


def printed(*, trigger: bool = False, changing: bool = True, text: str = "ROOM 47") -> str:
    stdout = io.StringIO()
    printer = Printer(Terminal(nobody, stdout), as_json=False, trigger=trigger, changing=changing)
    printer.show(moment(0, text))
    printer.show(moment(1))
    printer.close()
    return stdout.getvalue()


def test_one_line_changes_and_settled_texts_stay() -> None:
    lines = printed().split("\n")
    assert lines[0] == "ROOM 47"
    shown = lines[1].split("\r\x1b[K")
    assert "ROOM 47 " in shown[1]
    assert "28 fps  31 ms  2 dropped" in shown[1]
    assert "ROOM" not in shown[2]
    assert len(lines) == 2


def test_the_changing_line_fits_the_terminal() -> None:
    long = printed(text="A" * 99).split("\r\x1b[K")[1]
    assert "…" in long
    assert len(long.replace("\x1b[2m", "").replace("\x1b[0m", "")) <= 49


def test_triggers_and_pipes_get_settled_texts_alone() -> None:
    assert printed(trigger=True) == "ROOM 47\n"
    assert printed(changing=False) == "ROOM 47\n"


def test_complaints_go_to_stderr_and_leave_the_line_tidy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stdout = io.StringIO()
    terminal = Terminal(nobody, stdout)
    terminal.show_status(moment(0, "ROOM"))
    terminal.complain("camera: gone; trying again")
    assert stdout.getvalue().endswith("\r\x1b[K")
    assert capsys.readouterr().err == "emnist-edge: camera: gone; trying again\n"


OpenStream = Callable[..., TextIO]


@pytest.fixture
def open_stream() -> Iterator[OpenStream]:
    """Opens a file descriptor as Python opens the standard output."""
    with ExitStack() as rest:

        def opened(descriptor: int, encoding: str = "utf-8") -> TextIO:
            stream = open(descriptor, "w", encoding=encoding)  # noqa: SIM115
            rest.callback(close, stream)
            return stream

        yield opened


def close(stream: TextIO) -> None:
    with suppress(OSError):  # nobody takes what it still holds
        stream.close()


def test_a_reader_that_leaves_is_noticed_without_a_word(open_stream: OpenStream) -> None:
    there, here = os.pipe()
    left: list[bool] = []
    terminal = Terminal(lambda: left.append(True), open_stream(here))
    printer = Printer(terminal, as_json=False, trigger=True, changing=False)
    printer.show(moment(0))
    assert left == []
    os.close(there)
    printer.show(moment(1))
    assert left == [True]
    printer.show(moment(2, "ROOM 47"))
    printer.close()
    assert left == [True]


def test_an_output_that_is_full_is_said_once_and_no_fault_of_complaints(
    open_stream: OpenStream, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(nobody, open_stream(os.open("/dev/full", os.O_WRONLY)))
    with pytest.raises(OutputError, match=r"standard output: .*\(No space left on device\)"):
        terminal.say("ROOM 47")
    terminal.say("BOX 2906")
    terminal.close()
    full = Terminal(nobody, open_stream(os.open("/dev/full", os.O_WRONLY)))
    full._status = "ROOM"
    full.complain("camera: gone")  # erases the changing line first
    assert "No space" not in capsys.readouterr().err


def test_without_standard_streams_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    terminal = Terminal(nobody)
    terminal.look()
    terminal.say("ROOM 47")
    monkeypatch.undo()
    stdout = io.StringIO()
    terminal = Terminal(nobody, stdout)
    monkeypatch.setattr(sys, "stderr", None)
    terminal.complain("camera: gone")
    assert stdout.getvalue() == ""
    assert capfd.readouterr().out == ""


def test_a_standard_error_that_nobody_reads_is_no_fault(
    open_stream: OpenStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = os.pipe()
    os.close(there)
    monkeypatch.setattr(sys, "stderr", open_stream(here))
    Terminal(nobody, io.StringIO()).complain("camera: gone")
