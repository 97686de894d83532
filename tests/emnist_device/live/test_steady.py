from __future__ import annotations

from typing import Any

import pytest

from emnist_device.decoding import Decoding
from emnist_device.live.steady import Patience, Settled, Steady
from emnist_device.page import Line, Page
from emnist_edge import Reader
from emnist_edge.drawing.pages import draw_page
from tests.emnist_device.live.conftest import write

SIZE = (640, 480)


class Watch:
    """Feeds pages to a Steady at 30 frames a second and keeps what settled."""

    def __init__(self, patience: Patience | None = None) -> None:
        self.steady = Steady(patience or Patience())
        self.settled: list[Settled] = []
        self.now = 0.0

    def see(self, seconds: float, *lines: Line, drift: int = 0) -> list[str]:
        """Show ``lines`` for so long, moving; return the texts in sight at the end."""
        shown: list[str] = []
        for n in range(round(30 * seconds)):
            self.now += 1 / 30
            moved = [
                write(
                    line.text,
                    line.box.x + drift * n,
                    line.box.y,
                    line.characters[0].confidence,
                )
                for line in lines
            ]
            visible, settled = self.steady.update(Page(tuple(moved), "m", {}), self.now, SIZE)
            shown = [each.line.text for each in visible]
            self.settled += settled
        return shown

    @property
    def texts(self) -> list[str]:
        return [settled.text for settled in self.settled]


def test_a_text_is_reported_once_when_it_has_settled() -> None:
    watch = Watch()
    watch.see(0.45, write("ROOM 47"), drift=1)
    assert watch.texts == []
    assert watch.see(3, write("ROOM 47"), drift=1) == ["ROOM 47"]
    assert watch.texts == ["ROOM 47"]
    assert watch.settled[0].confidence > 0.85
    assert watch.settled[0].line.settled


def test_lines_settle_each_for_itself_in_reading_order() -> None:
    watch = Watch()
    shown = watch.see(1, write("B1", y=200), write("A2", y=100))
    assert shown == ["A2", "B1"]
    assert sorted(watch.texts) == ["A2", "B1"]


def test_texts_that_follow_each_other_in_one_place_never_mix() -> None:
    watch = Watch()
    for text in ("ROOM 47", "BOX 2906", "MEET AT 9"):
        watch.see(1.5, write(text))
    assert watch.texts == ["ROOM 47", "BOX 2906", "MEET AT 9"]


def test_a_text_that_changes_by_a_character_is_reported_anew() -> None:
    watch = Watch()
    watch.see(1.5, write("ROOM 47"))
    watch.see(2, write("ROOM 48"))
    assert watch.texts == ["ROOM 47", "ROOM 48"]


def test_a_line_at_the_edge_may_go_on_beyond_it() -> None:
    watch = Watch()
    watch.see(2, write("ROOM", x=0))
    watch.see(2, write("ROOM", x=640 - 110))
    assert watch.texts == []
    watch.see(1, write("ROOM", x=640 - 130))
    assert watch.texts == ["ROOM"]


def test_unsure_lines_are_shown_but_do_not_settle() -> None:
    watch = Watch(Patience(confidence=0.6))
    assert watch.see(2, write("ROOM", confidence=0.55)) == ["ROOM"]
    assert watch.texts == []


def test_out_of_sight_for_long_it_is_reported_again_for_short_it_is_not() -> None:
    watch = Watch(Patience(again=3.0))
    watch.see(1, write("47"))
    watch.see(2)
    watch.see(1, write("47"))
    assert watch.texts == ["47"]
    watch.see(4)
    watch.see(1, write("47"))
    assert watch.texts == ["47", "47"]


def test_a_few_frames_are_not_enough_however_long_they_take() -> None:
    steady = Steady(Patience(settle=0.5))
    page = Page((write("47"),), "m", {})
    settled = [steady.update(page, 0.4 * n, SIZE)[1] for n in range(5)]
    assert [len(new) for new in settled] == [0, 0, 0, 1, 0]


def test_what_is_gone_is_no_longer_shown() -> None:
    watch = Watch()
    assert watch.see(1, write("47")) == ["47"]
    assert watch.see(0.5) == []


def test_plain_values_for_json() -> None:
    watch = Watch()
    watch.see(1, write("A 4"))
    value = watch.settled[0].to_dict()
    assert list(value) == ["settled", "time", "confidence", "track", "box", "words"]
    assert value["settled"] == "A 4"
    assert value["box"] == [100, 50, 80, 30]
    assert [word["text"] for word in value["words"]] == ["A", "4"]
    (character,) = value["words"][1]["characters"]
    assert (character["char"], character["confidence"]) == ("4", value["words"][1]["confidence"])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pattern": "AA-9999-A"},
        {"pattern": "AA - 9999 - A", "min_confidence": 0.9995},
        {"pattern": r"#\w+( \d+)?.*%"},
        {"min_confidence": 0.9995},
    ],
)
def test_what_holds_still_reads_as_a_picture_does(options: dict[str, Any]) -> None:
    decoding = Decoding(**options)
    picture = draw_page("AB 1234 C\nKX 77", size=(640, 400), height=50, seed=3).picture
    page = Reader(top_k=8, decoding=decoding).read(picture)
    steady = Steady(Patience(settle=0.1, confidence=0), decoding.min_confidence)
    settled = [text for n in range(6) for text in steady.update(page, 0.1 * n, (640, 400))[1]]
    assert [each.text for each in settled] == page.text.split("\n")
