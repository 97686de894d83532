from __future__ import annotations

import pytest

from emnist_device.live.outage import _HELD, Outage


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outage(said: list[str], clock: Clock) -> Outage:
    return Outage("cam", said.append, 0.5, 10.0, clock)


def test_a_failure_and_the_return_are_said_once_each(
    outage: Outage, said: list[str], clock: Clock
) -> None:
    outage.works()
    assert outage.over
    for _ in range(20):
        outage.failed("cam: gone")
        assert not outage.over
    for _ in range(20):
        clock.now += 1
        outage.works()
    assert said == ["cam: gone; trying again", "cam: is back"]


def test_what_comes_and_goes_is_said_once_until_it_holds(
    outage: Outage, said: list[str], clock: Clock
) -> None:
    for _ in range(500):
        outage.failed("cam: gone")
        clock.now += 10
        outage.works()
        clock.now += _HELD / 2
        outage.works()
    assert len(said) == 3
    assert "comes and goes" in said[2]
    clock.now += _HELD / 2
    outage.works()
    assert said[3:] == ["cam: is back"]
    assert outage.over
    outage.failed("cam: gone")
    assert said[4:] == ["cam: gone; trying again"]


def test_pauses_grow_until_it_has_held(outage: Outage, clock: Clock) -> None:
    pauses = []
    for _ in range(8):
        outage.failed("cam: gone")
        pauses.append(outage.pause())
        outage.works()
        clock.now += 1
    assert pauses == [0.5, 1, 2, 4, 8, 10, 10, 10]
    outage.works()
    clock.now += _HELD
    outage.failed("cam: gone")  # nobody asked meanwhile, but it had held
    assert outage.pause() == 0.5
