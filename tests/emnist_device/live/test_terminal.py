from __future__ import annotations

import io
import shutil
from os import terminal_size

import pytest

from emnist_device.live import terminal as terminal_module
from emnist_device.live.terminal import Printer, Terminal
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
