from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_device.box import Box
from emnist_device.live.tracks import LineTrack, Sight, align, sights
from emnist_device.page import UNSURE, Alternative, Character, Line
from emnist_device.text.spelling import make_words
from tests.emnist_device.live.conftest import write

SCORES = st.integers(0, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.integers(0, 5).map(float), min_size=columns, max_size=columns), max_size=4
    )
)


@given(SCORES)
@settings(max_examples=200, deadline=None)
def test_the_alignment_is_the_best_that_keeps_the_order(scores: list[list[float]]) -> None:
    rows, columns = len(scores), len(scores[0]) if scores else 0
    best = max(
        sum(scores[r][c] for r, c in zip(some, others, strict=True))
        for size in range(min(rows, columns) + 1)
        for some in combinations(range(rows), size)
        for others in combinations(range(columns), size)
    )
    pairs = align(scores)
    assert sum(scores[r][c] for r, c in pairs) == best
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(pairs))


def printed(line: Line, *between: str) -> Line:
    """Return ``line`` with other marks and spaces between its characters."""
    return Line(make_words(line.characters, between, lambda _: 1.0))


def test_sights_know_what_is_printed_before_and_after_them() -> None:
    assert [sight.before for sight in sights(write("AB C"))] == ["", "", " "]
    marked = printed(write("AB C"), "#", "", " - ", "%")
    found = sights(marked)
    assert [(sight.before, sight.after) for sight in found] == [("#", ""), ("", ""), (" - ", "%")]
    track = LineTrack(1, found, 0.0)
    assert text(track) == marked.text == "#AB - C%"
    line = track.line(top_k=0)
    assert line is not None
    assert [word.text for word in line.words] == ["#AB", "-", "C%"]


def test_a_line_whose_first_word_is_gone_begins_with_no_space() -> None:
    track = LineTrack(1, sights(write("A BC1")), 0.0)
    for n in range(1, 30):
        track.add(sights(write("A BC1"))[1:], n / 30)
    assert text(track) == "BC1"


def test_what_most_frames_print_between_characters_is_printed() -> None:
    plain, marked = write("AB1"), printed(write("AB1"), "", "", "-", ".")
    track = LineTrack(1, sights(plain), 0.0)
    for n in range(1, 12):
        track.add(sights(plain if n % 4 == 0 else marked), n / 30)
    assert text(track) == "AB-1."
    for n in range(12, 24):
        track.add(sights(marked if n % 4 == 0 else plain), n / 30)
    assert text(track) == "AB1"


def text(track: LineTrack) -> str:
    line = track.line(top_k=0)
    return "" if line is None else line.text


def test_a_moving_line_is_the_same_line() -> None:
    track = LineTrack(1, sights(write("ROOM 47")), 0.0)
    for n in range(1, 30):
        line = sights(write("ROOM 47", x=100 + 8 * n, y=50 + 5 * n))
        assert track.match(line, n / 30) > 5
        track.add(line, n / 30)
    assert text(track) == "ROOM 47"
    # After a gap of six frames it is looked for where it has gone.
    far = sights(write("ROOM 47", x=100 + 8 * 35, y=50 + 5 * 35))
    assert track.match(far, 35 / 30) > 5
    assert track.match(sights(write("ROOM 47", y=50 + 5 * 29 + 90)), 30 / 30) == 0


def test_another_text_in_the_same_place_is_another_line() -> None:
    track = LineTrack(1, sights(write("ROOM 47")), 0.0)
    assert track.match(sights(write("HELP 21")), 1 / 30) == 0
    assert track.match(sights(write("ROOM 48")), 1 / 30) > 0


def test_a_frame_that_is_read_wrong_is_outvoted_and_the_average_says_how_sure() -> None:
    track = LineTrack(1, sights(write("ROOM", rest="Q")), 0.0)
    for n in range(1, 12):
        track.add(sights(write("RQOM" if n % 4 == 0 else "ROOM", rest="O")), n / 30)
    line = track.line(top_k=1)
    assert line is not None
    assert line.text == "ROOM"
    sure = line.characters[1]
    assert 0.55 < sure.confidence < 0.95
    assert sure.alternatives[0].char == "Q"


def test_characters_that_are_seen_now_and_then_are_not_shown() -> None:
    track = LineTrack(1, sights(write("ROOM")), 0.0)
    for n in range(1, 20):
        track.add(sights(write("ROOM1" if n % 5 == 0 else "ROOM")), n / 30)
        assert text(track) == "ROOM"
    for n in range(20, 40):
        track.add(sights(write("ROOM1")), n / 30)
    assert text(track) == "ROOM1"
    for n in range(40, 60):
        track.add(sights(write("OOM1", x=130)), n / 30)
    assert text(track) == "OOM1"


def test_a_character_that_one_frame_lacks_keeps_its_place() -> None:
    track = LineTrack(1, sights(write("ABC")), 0.0)
    for n in range(1, 10):
        line = sights(write("ABC", x=100 + 6 * n))
        track.add([line[0], line[2]] if n % 3 == 0 else line, n / 30)
    shown = track.line(top_k=0)
    assert shown is not None
    assert shown.text == "ABC"
    assert shown.characters[1].box.x == pytest.approx(130 + 6 * 9, abs=2)


def test_a_sight_knows_all_its_chances() -> None:
    character = Character("A", 0.7, Box(0, 0, 9, 9), (Alternative("R", 0.2),))
    assert Sight(character).chances() == {"A": 0.7, "R": 0.2}


def test_a_character_that_frames_call_unsure_counts_as_what_it_was_read_as() -> None:
    others = (Alternative("A", 0.5), Alternative("R", 0.4))
    unsure = Character(UNSURE, 0, Box(0, 0, 9, 9), others, unsure=True)
    assert Sight(unsure).chances() == {"A": 0.5, "R": 0.4}
    question_mark = Character("?", 0.9, Box(0, 0, 9, 9), (Alternative("7", 0.1),))
    assert Sight(question_mark).chances() == {"?": 0.9, "7": 0.1}


def test_a_character_is_unsure_by_its_average() -> None:
    track = LineTrack(1, sights(write("AB", confidence=0.9)), 0.0)
    for n in range(1, 30):
        track.add(sights(write("AB", confidence=0.95 if n % 2 else 0.75)), n / 30)
    sure, doubtful = track.line(top_k=0, least=0.8), track.line(top_k=0, least=0.9)
    assert sure is not None
    assert doubtful is not None
    assert (sure.text, doubtful.text) == ("AB", UNSURE * 2)
    unsure = doubtful.characters[0]
    assert (unsure.confidence, unsure.likeliest.char) == (0, "A")
    assert unsure.alternatives == (Alternative("A", sure.characters[0].confidence),)
