from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emnist_device.box import Box
from emnist_device.text.spacing import Stretch, find_words, space_lines, word_gaps

HEIGHT = 40


def boxes(*lefts: int) -> list[Box]:
    return [Box(left, 0, 20, HEIGHT) for left in lefts]


def parted(*rooms: float) -> list[bool]:
    """Return which gaps of a line part words that is all of its page."""
    (found,) = word_gaps([rooms])
    return found


def test_a_wide_gap_parts_words() -> None:
    assert parted(0.1, 0.1, 1.25, 0.1) == [False, False, True, False]
    assert parted(0.1, 0.1, 0.45, 0.1) == [False] * 4


def test_evenly_spaced_characters_are_one_word_however_wide_the_gap() -> None:
    assert parted(2.0, 2.0, 2.0) == [False] * 3
    assert parted(2.0, 2.5, 1.8, 2.2, 0.1, 2.4, 2.1, 1.9) == [False] * 8


def test_words_of_characters_far_apart_are_parted_where_the_gap_is_wider_still() -> None:
    assert parted(1.0, 1.2, 0.9, 3.1, 1.1, 1.0) == [False] * 3 + [True] + [False] * 2


def test_short_words_are_parted_as_well() -> None:
    """As in NO 5 A: most of its gaps are between words."""
    assert parted(0.2, 1.0, 1.0) == [False, True, True]


def test_gaps_that_differ_a_little_part_no_words() -> None:
    assert parted(0.55, 0.55, 0.7, 0.55) == [False] * 4
    assert parted(0.55, 0.55, 1.2, 0.55) == [False, False, True, False]


def test_gaps_of_other_lines_tell_what_is_usual_where_a_line_has_few() -> None:
    others = [0.2, 0.3, 0.25, 0.2, 0.3]
    assert word_gaps([[0.9], others]) == [[True], [False] * 5]
    assert word_gaps([[0.9], [0.8, 0.9, 1.0, 1.1, 0.8]]) == [[False], [False] * 5]
    assert word_gaps([[0.9], []]) == [[True], []]
    assert word_gaps([[0.6], []]) == [[False], []]


def test_a_long_line_is_compared_with_itself() -> None:
    """It is written in other letters than the rest, farther apart."""
    wide = [0.8, 0.9, 0.8, 0.9, 0.8, 0.9]
    assert word_gaps([wide, [0.1] * 20]) == [[False] * 6, [False] * 20]


def test_one_character_has_no_gap() -> None:
    assert word_gaps([[]]) == [[]]
    assert word_gaps([]) == []


def test_words_are_runs_between_spaces_and_lone_characters_go_together() -> None:
    assert find_words([False, False, True, False], 0) == (range(2), range(2, 4))
    assert find_words([False, True, True, True, False], 7) == (range(7, 10), range(10, 12))


@given(st.lists(st.booleans(), max_size=6), st.integers(0, 9))
def test_words_hold_each_row_once_in_order(gaps: list[bool], first: int) -> None:
    rows = [row for word in find_words([False, *gaps], first) for row in word]
    assert rows == list(range(first, first + len(gaps) + 1))


def test_gaps_part_lines_into_stretches() -> None:
    one, other = space_lines([boxes(5), boxes(0, 25, 50, 120, 145, 200)], [""] * 7, "")
    assert one.stretches == (one.line,)
    assert (one.line.rows, one.line.letters, one.line.words) == (range(1), range(1), (range(1),))
    assert other.line.rows == other.line.letters == range(1, 7)
    assert other.line.gaps == (False, False, False, True, False, True)
    assert [part.rows for part in other.stretches] == [range(1, 4), range(4, 6), range(6, 7)]
    assert all(part.words == (part.letters,) == (part.rows,) for part in other.stretches)
    assert not any(gap for part in other.stretches for gap in part.gaps)
    assert other.placed is not None
    assert other.placed.words == other.line.words
    assert other.placed.boxes == tuple(boxes(0, 25, 50, 120, 145, 200))


def spaced(symbols: str, joining: str = "") -> tuple[Stretch, tuple[Stretch, ...]]:
    """Return a line that follows one of two letters; letters and digits are ``.``, gaps spaces."""
    row, x = [], 0
    for char in symbols:
        x += 60 if char == " " else 25
        row.append(x)
    kept = [(left, char) for left, char in zip(row, symbols, strict=True) if char != " "]
    own = ["" if char == "." else char for _, char in kept]
    lines = [boxes(0, 25), boxes(*(left for left, _ in kept))]
    found = space_lines(lines, ["", "", *own], joining)[1]
    return found.line, found.stretches


def test_symbols_part_words_but_no_stretches() -> None:
    line, (part, last) = spaced("..-.... ...")
    assert (part.rows, part.letters) == (range(2, 9), range(2, 8))
    assert part.symbols == ("", "", "-", "", "", "", "")
    assert part.words == (range(2, 4), range(4, 8))
    assert last.rows == range(9, 12)
    assert last.letters == range(8, 11)
    assert line.words == (range(2, 4), range(4, 8), range(8, 11))


def test_symbols_within_a_name_part_nothing() -> None:
    _, (part, _) = spaced(".'.... ....", "'")
    assert part.words == (range(2, 7),)


def test_lone_characters_with_symbols_between_go_together() -> None:
    line, (part,) = spaced(".+.=.")
    assert part.words == line.words == (range(2, 5),)


def test_a_line_of_symbols_alone_has_no_letters() -> None:
    (line,) = space_lines([boxes(0, 25)], ["-", "-"], "")
    assert line.placed is None
    assert line.line.letters == range(0)
    assert line.line.words == ()


def test_low_symbols_make_no_gap_of_words() -> None:
    """Heights of letters tell how wide a gap is, however many dots there are."""
    row = boxes(0, 25, 50, 75, 100)
    low = [box._replace(y=36, height=4) if n % 2 else box for n, box in enumerate(row)]
    (line,) = space_lines([low], ["", ".", "", ".", ""], "")
    assert len(line.stretches) == 1
    assert line.placed is not None
    assert line.placed.boxes == tuple(row[::2])
