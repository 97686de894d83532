from __future__ import annotations

import pytest

from train.study.progress import Progress, spoken


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: float) -> None:
        self.now += seconds


def test_time_left_goes_by_what_the_parts_that_ran_took(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    progress = Progress({"one": 60, "done": 6000, "two": 600, "three": 1200}, clock)
    progress.run("one", lambda: clock.work(120))  # this machine takes twice as long
    progress.run("done", lambda: clock.work(1))  # in an earlier run
    progress.run("two", lambda: clock.work(3600))
    progress.run("three", lambda: clock.work(1))
    assert capsys.readouterr().err.splitlines() == [
        "1 of 4: one; about 2 h 11 min left",
        "2 of 4: done; about 4 h 20 min left",
        "3 of 4: two; about 1 h 00 min left",
        "4 of 4: three; about 1 h 53 min left",
    ]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "1 min"), (89, "1 min"), (3540, "59 min"), (3570, "1 h 00 min"), (36_000, "10 h 00 min")],
)
def test_durations_are_said_in_hours_and_minutes(seconds: float, said: str) -> None:
    assert spoken(seconds) == said
