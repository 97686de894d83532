from __future__ import annotations

import pytest

from emnist_device.live.outputs.outputs import Outputs
from emnist_edge.errors import OutputError
from tests.emnist_device.live.conftest import Words, moment


class Shelf:
    """Keeps what it is shown; says its name to ``log`` when it is closed."""

    def __init__(self, name: str, log: list[str], *faults: BaseException | None) -> None:
        self.shown = 0
        self._name, self._log, self._faults = name, log, list(faults)

    def show(self, _: object) -> None:
        self.shown += 1
        self._fail()

    def close(self) -> None:
        self._log.append(self._name)
        self._fail()

    def _fail(self) -> None:
        fault = self._faults.pop(0) if self._faults else None
        if fault is not None:
            raise fault


def test_what_fails_is_said_closed_and_left_out() -> None:
    words, log = Words(), list[str]()
    good, bad = Shelf("good", log), Shelf("bad", log, None, OutputError("full"))
    outputs = Outputs([bad, good], words)
    for number in range(3):
        outputs.show(moment(number))
    assert (good.shown, bad.shown) == (3, 2)
    assert outputs.failed
    assert not outputs.gone
    outputs.close()
    outputs.close()
    assert log == ["bad", "good"]
    assert words == ["full"]


def test_without_any_left_there_is_nothing_to_go_on_for() -> None:
    outputs = Outputs([Shelf("bad", [], OutputError("full"))], Words())
    outputs.show(moment(0))
    assert outputs.gone
    assert not Outputs([], Words()).gone


def test_all_are_closed_the_last_first_whatever_happens() -> None:
    words, log = Words(), list[str]()
    outputs = Outputs(
        [
            Shelf("first", log),
            Shelf("second", log, OutputError("3 texts did not get through")),
            Shelf("third", log, KeyboardInterrupt()),
            Shelf("fourth", log),
        ],
        words,
    )
    with pytest.raises(KeyboardInterrupt):
        outputs.close()
    assert log == ["fourth", "third", "second", "first"]
    assert words == ["3 texts did not get through"]
    assert outputs.failed
