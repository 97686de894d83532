from __future__ import annotations

import itertools
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_device.box import Box
from emnist_device.decoding import CHARSETS, Decoding
from emnist_device.page import UNSURE
from emnist_device.text.decode import Decoder
from emnist_edge.alphabet import BYCLASS, BYMERGE
from tests.emnist_device.text.tables import O_OR_ZERO, ZERO_OR_O, boxes, decode, rows, text


def test_what_a_model_holds_for_common_counts_less() -> None:
    table, lines = rows(*[{"A": 0.5, "R": 0.49}] * 3), [boxes(3)]
    read = {}
    for common in "AR":
        shares = [0.2 if char == common else 0.8 / 46 for char in BYMERGE]
        decoder = Decoder(BYMERGE, Decoding(charset="upper"), shares)
        (line,) = decoder.decode(table, lines).lines(1)
        read[common] = line.text
    assert read == {"A": "RRR", "R": "AAA"}


@pytest.mark.parametrize("context", ["english", "neutral"])
def test_a_zero_among_letters_is_an_o_and_an_o_among_digits_a_zero(context: str) -> None:
    assert text(rows("H", "E", "L", ZERO_OR_O), context=context) == "HELO"
    assert text(rows("4", "7", "2", O_OR_ZERO), context=context) == "4720"
    assert text(rows("H", "E", "L", ZERO_OR_O), context="none") == "HEL0"


def test_a_mixed_code_is_left_as_it_is() -> None:
    assert text(rows("L", "7", "A", "U")) == "L7AU"


def test_of_what_may_be_a_number_or_letters_the_number_is_read() -> None:
    table = rows({"2": 0.5, "Z": 0.49}, {"0": 0.5, "O": 0.49}, {"2": 0.5, "Z": 0.49})
    assert text(table) == "202"


def test_a_page_of_numbers_sways_a_lone_character() -> None:
    table = rows(*["3", "8", "4"] * 4, {"0": 0.4, "O": 0.59})
    lines = [boxes(3, y=100 * n) for n in range(4)] + [boxes(1, y=400)]
    assert text(table, lines)[-1] == "0"


def test_an_upright_stroke_among_capitals_is_an_i_and_an_l_with_a_foot_stays() -> None:
    stroke = {"L": 0.6, "I": 0.3, "1": 0.09}
    table = rows("B", "R", stroke, "N", "G")
    assert text(table, [boxes(5, bare=[2])]) == "BRING"
    assert text(table, [boxes(5)], context="neutral") == "BRLNG"


def test_an_upright_stroke_alone_is_no_capital_l() -> None:
    """Its shape is of the picture: it counts where neighbours do not."""
    decoder = Decoder(BYMERGE, Decoding(charset="upper", context="none"))
    for bare, char in (([0], "I"), ([], "L")):
        table = rows({"L": 0.6, "I": 0.3, "1": 0.09})
        (line,) = decoder.decode(table, [boxes(1, bare=bare)]).lines(1)
        assert line.text == char


def test_a_row_of_one_character_mends_what_is_unlike_it() -> None:
    odd = {"q": 0.5, "g": 0.3, "G": 0.19}
    assert text(rows("G", "G", "G", odd, "G", "G", odd, "G")) == "GGGGGGGG"


@pytest.mark.parametrize("charset", [None, "digits"])
@pytest.mark.parametrize("rows_of_page", [1, 90])
def test_one_odd_character_in_a_row_of_equal_ones_is_read(
    charset: str | None, rows_of_page: int
) -> None:
    pairs = list(itertools.permutations("0123456789", 2))
    for first in range(0, 9 * rows_of_page, rows_of_page):
        table: list[str | dict[str, float]] = []
        lines, written = [], []
        for number, (common, odd) in enumerate(pairs[first : first + rows_of_page]):
            length = 6 + (first + number) % 7
            place = (int(common) + int(odd)) % length
            row: list[str | dict[str, float]] = [common] * length
            row[place] = {odd: 0.91, common: 0.08}
            table += row
            lines.append(boxes(length, y=100 * number))
            written.append(common * place + odd + common * (length - place - 1))
        if table:
            found = decode(rows(*table), lines, charset=charset)
            assert [line.text for line in found] == written
            sure = [min(c.confidence for c in line.characters) for line in found]
            assert max(sure) < 0.92


@pytest.mark.parametrize("charset", [None, "alnum"])
@pytest.mark.parametrize(
    ("usual", "odd"), [("5", "S"), ("S", "5"), ("2", "Z"), ("Z", "2"), ("0", "O"), ("O", "0")]
)
def test_one_odd_look_alike_in_a_row_is_read_where_a_hand_tells_them_apart(
    usual: str, odd: str, charset: str | None
) -> None:
    told = [{usual: 0.95, odd: 0.04}] * 5
    told.insert(3, {odd: 0.8, usual: 0.15})
    assert text(rows(*told), charset=charset) == usual * 3 + odd + usual * 2
    # Of a hand whose look-alikes are doubtful, the row tells, as of one that writes both at random.
    doubtful = [{usual: 0.7, odd: 0.25}] * 5
    doubtful.insert(3, {odd: 0.6, usual: 0.35})
    assert text(rows(*doubtful), charset=charset) == usual * 6
    mixed = rows(*[usual] * 4, {odd: 0.8, usual: 0.15}, {odd: 0.8, usual: 0.15})
    assert text(mixed, charset=charset) == usual * 6


def test_a_row_of_upright_strokes_with_a_digit_is_a_number() -> None:
    stroke = {"1": 0.5, "L": 0.3, "I": 0.19}
    for odd in "02478":
        table = rows(*[stroke] * 5, odd, *[stroke] * 2)
        line = [boxes(8, bare=[place for place in range(8) if place != 5])]
        assert text(table, line) == f"11111{odd}11"


def test_a_row_makes_what_is_unlike_it_no_surer_than_it_looks() -> None:
    spurious = {"7": 0.97, "G": 0.01}
    (line,) = decode(rows("G", "G", "G", spurious, "G", "G", spurious, "G"))
    assert line.text == "GGG7GG7G"
    assert all(line.characters[place].confidence < 0.95 for place in (3, 6))


def test_a_lone_character_is_no_surer_than_it_looks() -> None:
    for context in ("english", "neutral", "none"):
        (line,) = decode(rows(ZERO_OR_O), context=context)
        assert line.text == "0"
        assert line.characters[0].confidence == pytest.approx(0.55, abs=2e-3)


@pytest.mark.parametrize("word", ["ROOM", "1234"])
def test_a_word_of_one_character_is_what_it_looks_like(word: str) -> None:
    """Numbers are more common than letters alone, but that is no reason to be surer of an 8."""
    line = decode(rows(*word, {"8": 0.55, "B": 0.44}), [boxes(5, gaps=[3])])[0]
    assert line.text == f"{word} 8"
    alone = line.characters[-1]
    assert 0.5 < alone.confidence < 0.56
    assert alone.alternatives[0].char == "B"
    # A B among numbers was 0.25.
    assert alone.alternatives[0].confidence > (0.4 if word == "ROOM" else 0.3)


def test_what_is_plainly_no_digit_is_doubtful_where_there_are_only_digits() -> None:
    table = rows({"A": 0.97, "4": 0.02}, "O", "4", {"4": 0.6, "A": 0.39})
    (line,) = decode(table, charset="digits")
    assert line.text == "4044"
    plainly, alike, sure, either = (c.confidence for c in line.characters)
    assert plainly < 0.6
    assert alike > 0.95
    assert 0.9 < either < sure
    assert line.words[0].confidence <= plainly


def test_english_words_are_read_as_such_and_others_as_they_are() -> None:
    u_or_v = {"V": 0.6, "U": 0.39}
    assert text(rows("H", "O", u_or_v, "S", "E")) == "HOUSE"
    assert text(rows("H", "O", u_or_v, "S", "E"), context="neutral") == "HOVSE"
    assert text(rows("X", "Q", "Z", "K")) == "XQZK"


def test_small_letters_of_merged_classes_are_told_by_their_height() -> None:
    heights = [40, 24, 24, 24, 24]
    line = [Box(30 * n, 40 - height, 24, height) for n, height in enumerate(heights)]
    assert text(rows("C", "O", "S", "M", "O"), [line]) == "Cosmo"
    assert text(rows("C", "O", "S", "M", "O"), [line], context="none") == "COSMO"


@pytest.mark.parametrize("context", ["english", "neutral", "none"])
@pytest.mark.parametrize(
    ("charset", "read"), [("lower", "ol"), ("digits", "01"), ("0l", "0l"), ("upper", "OL")]
)
def test_only_characters_of_the_charset_are_read(context: str, charset: str, read: str) -> None:
    table = rows({"0": 0.5, "O": 0.45}, {"1": 0.5, "L": 0.45})
    low = Box(0, 16, 24, 24) if charset == "lower" else Box(0, 0, 24, 40)
    line = [low, Box(30, 0, 6 if charset != "upper" else 24, 40)]
    assert text(table, [line], charset=charset, context=context) == read
    (found,) = decode(table, [line], 61, charset=charset, context=context)
    for character in found.characters:
        given = {a.char: a.confidence for a in character.alternatives}
        assert set(given) < set(CHARSETS.get(charset, charset))
        assert 0.9 < character.confidence + sum(given.values()) <= 1 + 1e-9


def test_what_is_not_sure_is_printed_as_such_and_kept_as_an_alternative() -> None:
    table = rows("H", {"W": 0.5, "M": 0.45}, "7")
    (line,) = decode(table, min_confidence=0.9, context="none")
    assert line.text == f"H{UNSURE}7"
    assert [word.text for word in line.words] == [line.text]
    unsure = line.characters[1]
    assert [a.char for a in unsure.alternatives[:2]] == ["W", "M"]
    assert unsure.likeliest == unsure.alternatives[0]
    assert (unsure.confidence, unsure.to_dict()["unsure"]) == (0, True)
    assert sum(a.confidence for a in unsure.alternatives) <= 1
    assert text(table, context="none") == "HW7"


@pytest.mark.parametrize("least", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("known", [{}, {"charset": "A-Z"}, {"pattern": "[A-Z]+"}])
def test_no_alternative_is_more_probable_than_what_is_printed(
    known: dict[str, Any], least: float
) -> None:
    """Neighbours make a P a D, but no surer than the picture has it."""
    doubtful = {"P": 0.85, "D": 0.12, "7": 0.03}
    table = rows("D", "D", "D", doubtful, "D", {"8": 0.6, "B": 0.35}, "D", "D")
    (line,) = decode(table, top_k=61, min_confidence=least, **known)
    for character in line.characters:
        said = [other.confidence for other in character.alternatives]
        assert character.confidence + sum(said) <= 1 + 1e-9
        assert said == sorted(said, reverse=True)
        assert all(each <= character.likeliest.confidence for each in said)


def test_words_have_boxes_and_the_probability_that_all_of_them_is_right() -> None:
    table = rows("H", {"W": 0.6, "M": 0.39}, "X", {"7": 0.7, "1": 0.29})
    (line,) = decode(table, [boxes(4, gaps=[1])], context="none")
    assert line.text == "HW X7"
    assert [word.text for word in line.words] == ["HW", "X7"]
    assert line.words[0].box == Box(0, 0, 54, 40)
    for word, pair in zip(line.words, (line.characters[:2], line.characters[2:]), strict=True):
        assert word.confidence == pytest.approx(pair[0].confidence * pair[1].confidence)
    (together,) = decode(rows(ZERO_OR_O, ZERO_OR_O), [boxes(2)], charset="0O")
    first, second = (character.confidence for character in together.characters)
    assert together.words[0].confidence > first * second  # of one kind, hence right together


_PATTERNS = [
    None, "AA-99", "AA - 9999 - A", "#.*%", r"\w+ - \w+", r"(\d+ ?)+", "EK.*", r"[A-Z]{2}\d?",
    "99 99 99", r"\(\d\d\) \w*",
]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(_PATTERNS),
    st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    st.lists(st.integers(1, 9), min_size=1, max_size=3),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["english", "none"]),
)
def test_text_words_and_characters_always_agree(
    pattern: str | None, least: float, lengths: list[int], seed: int, context: str
) -> None:
    rng = np.random.default_rng(seed)
    table = rng.dirichlet(np.full(47, 0.05), sum(lengths)).astype(np.float32)
    lines = [
        boxes(length, y=80 * n, gaps=np.flatnonzero(rng.random(length) < 0.3).tolist())
        for n, length in enumerate(lengths)
    ]
    found = decode(table, lines, pattern=pattern, min_confidence=least, context=context)
    assert [len(line.characters) for line in found] == lengths
    for line in found:
        assert line.text == " ".join(word.text for word in line.words)
        assert line.text.split() == [word.text for word in line.words]
        printed = [char for char in line.text if char.isalnum() or char == UNSURE]
        assert printed == [character.char for character in line.characters]
        assert (line.matched is None) == (pattern is None)
        inked = [word for word in line.words if set(word.text) & {*BYCLASS, UNSURE}]
        assert reduce(Box.union, (word.box for word in inked)) == line.box
        for word in line.words:
            assert 0 <= word.confidence <= 1 + 1e-9
            assert min(word.box.width, word.box.height) > 0
            assert line.box.union(word.box) == line.box


def test_decode_gives_text_boxes_and_ranked_alternatives() -> None:
    table = np.full((3, 47), 0.001, np.float32)
    for row, char in enumerate("AB7"):
        table[row, BYMERGE.index(char)] = 0.9
    table[0, BYMERGE.index("H")] = 0.05
    lines = decode(table, [boxes(2), boxes(1, y=80)], 2)
    assert [line.text for line in lines] == ["AB", "7"]
    assert lines[0].box == Box(0, 0, 54, 40)
    first = lines[0].characters[0]
    assert first.box == Box(0, 0, 24, 40)
    assert len(first.alternatives) == 2
    assert first.alternatives[0].char == "H"
    assert first.confidence > first.alternatives[0].confidence > first.alternatives[1].confidence


@pytest.mark.parametrize("top_k", [0, 1, 46])
def test_as_many_alternatives_as_asked_for(top_k: int) -> None:
    table = np.random.default_rng(0).dirichlet(np.ones(47), 1).astype(np.float32)
    (line,) = decode(table, top_k=top_k)
    alternatives = line.characters[0].alternatives
    assert len(alternatives) == top_k
    assert line.characters[0].char not in {alternative.char for alternative in alternatives}


@pytest.mark.parametrize("context", ["english", "neutral", "none"])
def test_any_probabilities_can_be_decoded(context: str) -> None:
    rng = np.random.default_rng(4)
    for shape in (0.05, 1.0, 50.0):
        table = rng.dirichlet(np.full(47, shape), 30).astype(np.float32)
        table[3] = 0
        table[3, 5] = 1
        lines = [
            [Box(int(x), int(y), int(w), int(h)) for x, y, w, h in rng.integers(1, 90, (n, 4))]
            for n in (1, 9, 20)
        ]
        found = decode(table, lines, context=context)
        assert sum(len(line.characters) for line in found) == 30
        for line in found:
            assert len(line.text.replace(" ", "")) == len(line.characters)
            parts = [c.confidence for c in line.characters] + [w.confidence for w in line.words]
            assert 0 <= min(parts) <= max(parts) <= 1 + 1e-9


def test_an_empty_page_has_no_lines() -> None:
    empty = np.zeros((0, 47), np.float32)
    for pattern in (None, "99"):
        decoded = Decoder(BYMERGE, Decoding(pattern=pattern)).decode(empty, [])
        assert decoded.lines(3) == ()
        assert decoded.possible.shape == (0, 47)


def test_a_long_row_of_which_little_is_known_is_read() -> None:
    names = itertools.islice(itertools.cycle(itertools.permutations("KHMR", 3)), 1500)
    table = rows(*(dict(zip(three, (0.4, 0.3, 0.29), strict=True)) for three in names))
    assert len(text(table, context="none")) == 1500
