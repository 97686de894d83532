from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from emnist_device.live.outputs import mqtt
from emnist_device.live.outputs.broker import Broker
from emnist_device.live.outputs.make import Wanted, make_outputs
from emnist_device.live.outputs.recording import Recording
from emnist_device.live.outputs.terminal import Printer, Terminal
from emnist_edge.errors import OutputError
from tests.emnist_device.live.conftest import Words

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.live.eye import Eye

NO_EYE = cast("Eye", None)  # for the preview alone


def nothing() -> None:
    """Stop nothing."""


class Publisher:
    """In place of MQTT's: says that it is closed."""

    closed = 0

    def __init__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        Publisher.closed += 1


def terminal(words: Words) -> Terminal:
    made = Terminal(lambda: None)
    made.complain = words  # type: ignore[method-assign]
    return made


def test_the_terminal_is_always_there_and_the_others_where_they_are_wanted(tmp_path: Path) -> None:
    words = Words()
    assert [type(each) for each in make_outputs(Wanted(), NO_EYE, terminal(words), nothing)] == [
        Printer
    ]
    film = tmp_path / "out.avi"
    film.touch()
    outputs = make_outputs(Wanted(record=film), NO_EYE, terminal(words), nothing)
    assert [type(each) for each in outputs] == [Printer, Recording]
    assert words == [f"{film} exists; recording to {tmp_path / 'out-2.avi'}"]
    with pytest.raises(OutputError, match="nothing was recorded"):
        outputs[1].close()


def test_where_one_cannot_be_opened_those_before_it_are_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "Publisher", Publisher)
    wanted = Wanted(record=tmp_path / "missing" / "out.avi", mqtt=Broker("host", 1883, "topic"))
    words = Words()
    with pytest.raises(OutputError, match="missing"):
        make_outputs(wanted, NO_EYE, terminal(words), nothing)
    assert Publisher.closed == 1
