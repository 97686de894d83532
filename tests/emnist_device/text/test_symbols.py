"""Symbols among letters and digits: told, printed where they stand, and within constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.decoding import Decoding
from emnist_device.text import case
from emnist_device.text.baselines import find_baselines
from emnist_device.text.constraints import Constraints
from emnist_device.text.decode import Decoder
from emnist_device.text.pattern.pattern import Pattern
from emnist_edge.alphabet import BYCLASS, BYMERGE, NOTHING, SYMBOLS
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emnist_device.page import Line

ALPHABET = BYMERGE + SYMBOLS + NOTHING
LOW, HEIGHT = ".,-'\"_", 40

Seen = str | dict[str, float]


def place(seen: Sequence[Seen]) -> list[Box]:
    """Return the boxes of what a line is seen as; a space stands for a wide gap."""
    found, x = [], 0
    for each in seen:
        if each == " ":
            x += 40
            continue
        height = 6 if each in list(LOW) else HEIGHT
        found.append(Box(x, HEIGHT - height, 24, height))
        x += 30
    return found


def decode(*lines: str | Sequence[Seen], **options: Any) -> tuple[Line, ...]:
    """Return what lines are read as that the model sees as these characters."""
    kept = [each for line in lines for each in line if each != " "]
    table = np.full((len(kept), len(ALPHABET)), 1e-5, np.float32)
    for row, each in zip(table, kept, strict=True):
        for char, probability in ({each: 0.995} if isinstance(each, str) else each).items():
            row[ALPHABET.index(char)] = probability
    table /= table.sum(axis=1, keepdims=True)
    decoder = Decoder(ALPHABET, Decoding(**options))
    return decoder.decode(table, [place(line) for line in lines]).lines(3)


def read(*lines: str | Sequence[Seen], **options: Any) -> str:
    return "\n".join(line.text for line in decode(*lines, **options))


@pytest.mark.parametrize(
    "text",
    [
        "12/05/2026",
        "3+4=7",
        "AB-1234",
        "17.50",
        "12 + 34 = 46",
        "(A1)",
        "$50",
        "50%",
        "A B-C",
        "-4",
    ],
)
@pytest.mark.parametrize("context", ["english", "neutral", "none"])
def test_symbols_are_printed_where_they_stand(text: str, context: str) -> None:
    (line,) = decode(text, context=context)
    assert line.text == text
    assert [each.char for each in line.characters] == list(text.replace(" ", ""))
    assert all(0 <= word.confidence <= 1 for word in line.words)
    assert line.matched is None


def test_symbols_have_boxes_confidences_and_alternatives() -> None:
    (line,) = decode(["1", {"/": 0.95, "1": 0.05}, "5"])
    symbol = line.characters[1]
    assert (symbol.char, symbol.box) == ("/", Box(30, 0, 24, HEIGHT))
    assert 0.5 < symbol.confidence < 0.97  # no surer than the picture
    assert line.words[0].confidence < symbol.confidence
    (line,) = decode(["1", {"1": 0.6, "/": 0.4}, "5"])
    digit = line.characters[1]
    assert digit.char == "1"
    assert "/" in [other.char for other in digit.alternatives]
    assert digit.confidence + sum(other.confidence for other in digit.alternatives) <= 1 + 1e-9
    (line,) = decode(["1", {"/": 0.85, "1": 0.15}, "5"], min_confidence=0.9)
    assert line.text == "1?5"
    assert line.characters[1].unsure
    assert line.characters[1].alternatives[0].char == "/"


def test_what_is_a_letter_or_a_symbol_is_rather_a_letter() -> None:
    assert read(["A", {"(": 0.7, "C": 0.3}, "B"]) == "ACB"


def test_words_beside_symbols_tell_of_no_other() -> None:
    """A code's letters and digits are of one kind each, as if there were a space."""
    either: Seen = {"0": 0.5, "O": 0.5}
    assert read([*"ABC", either, "-", *"12", either, "4"]) == "ABCO-1204"
    assert read([*"12", either, "/", either, "5"]) == "120/05"


def test_an_apostrophe_is_within_a_word() -> None:
    assert read("DON'T GO") == "DON'T GO"
    assert read([*"D", {"0": 0.5, "O": 0.5}, *"N'T"]) == "DON'T"


def test_high_characters_are_no_dots() -> None:
    """Glyphs have no size: what is as high as its line is no full stop."""
    tall: Seen = {".": 0.97, "0": 0.03}
    assert read(["1", tall, "5"]) == "105"
    assert read("1.5") == "1.5"


def test_lines_of_symbols_alone_are_read() -> None:
    (first, second) = decode("+", "12")
    assert (first.text, second.text) == ("+", "12")
    assert read("+") == "+"
    (line,) = decode("+", pattern="99")
    assert (line.text, line.matched) == ("+", False)


@pytest.mark.parametrize(
    ("pattern", "seen", "text"),
    [
        ("99/99/9999", "12/05/2026", "12/05/2026"),
        ("99/99/9999", "12052026", "12/05/2026"),
        ("99/99", ["1", "2", {"1": 0.9, "/": 0.1}, "0", "5"], "12/05"),
        (r"\d{5}", ["1", "2", {"/": 0.95, "1": 0.05}, "0", "5"], "12105"),
        (r"(\+\d{2} )?\d{4}", "+49 1234", "+49 1234"),
        (r"(\+\d{2} )?\d{4}", "1234", "1234"),
        ("[A-Z]+-[0-9]+", [*"AB", {"0": 0.5, "O": 0.5}, "-", *"123"], "ABO-123"),
        (r"\d+\.\d{2}", "17.50", "17.50"),
        (".*", "3+4=7", "3+4=7"),
        ("AA-9999", "AB-1234", "AB-1234"),
        ("AA-9999", "AB 1234", "AB-1234"),
    ],
)
def test_patterns_match_symbols_that_are_found_or_not(
    pattern: str, seen: Sequence[Seen], text: str
) -> None:
    (line,) = decode(seen, pattern=pattern)
    assert line.text == text
    assert line.matched


@pytest.mark.parametrize(
    ("pattern", "seen", "text"),
    [
        ("[0-9/]+", "12/05", "12/05"),
        ("[0-9/]+", ["1", "2", {"1": 0.7, "/": 0.3}, "0", "5"], "12105"),
        (r"[\d.,]+", "1.299,00", "1.299,00"),
        (r"\d+[.,]\d\d", "17,50", "17,50"),
        (r"\d+(:|;)\d\d", ["1", "7", {":": 0.6, ";": 0.3}, "5", "0"], "17:50"),
        ("[+-]?[0-9]{2}", ["-", "1", {"O": 0.6, "0": 0.4}], "-10"),
        ("[+-]?[0-9]{2}", "12", "12"),
        ("[A-Z&]+", "R&D", "R&D"),
        ("[^0-9]+", "R&D", "R&D"),
        (r"\D+\d", "A-1", "A-1"),
        (r"\S+", "3+4=7", "3+4=7"),
        ("[[:punct:]]+[0-9]", "-4", "-4"),
    ],
)
def test_sets_of_a_pattern_may_have_symbols(pattern: str, seen: Sequence[Seen], text: str) -> None:
    (line,) = decode(seen, pattern=pattern)
    assert (line.text, line.matched) == (text, True)


def test_a_set_with_symbols_asks_for_ink() -> None:
    """Of one symbol, it is known what is to be printed; of several, the ink must tell."""
    (line,) = decode("1750", pattern=r"\d{2}[.,]\d\d")
    assert (line.text, line.matched) == ("1750", False)
    with pytest.raises(ConstraintError, match="which are not told apart here"):
        Constraints.compile(Decoding(pattern=r"\d+[.,]\d\d"), BYMERGE)
    with pytest.raises(ConstraintError, match="this model, or the charset, has it not"):
        Constraints.compile(Decoding(pattern="[0-9/]+", charset="digits"), ALPHABET)


def test_ink_of_a_pattern_s_symbols_is_rather_that_than_printed_without_ink() -> None:
    slash: Seen = {"1": 0.5, "/": 0.5}
    seen: list[Seen] = ["1", "2", slash, "0", "5", slash, "2", "6"]
    assert read(seen, pattern=r"\d{1,2}/\d{1,2}/\d{2,4}") == "12/05/26"
    assert read("12105126", pattern=r"\d{1,2}/\d{1,2}/\d{2,4}") == "12/10/5126"


def test_a_pattern_makes_no_symbol_of_what_is_none() -> None:
    (line,) = decode("12405", pattern="99/99")
    assert (line.text, line.matched) == ("12405", False)
    (line,) = decode("12+05", pattern="99/99")
    assert (line.text, line.matched) == ("12+05", False)


def test_a_pattern_holds_for_words_with_symbols() -> None:
    (line,) = decode("12-34 56-78 90-12", pattern="99-99")
    assert (line.text, line.matched) == ("12-34 56-78 90-12", True)


def test_charsets_have_the_symbols_that_they_name() -> None:
    seen: list[Seen] = ["1", "2", {"/": 0.95, "1": 0.05}, "0", "5"]
    assert read(seen) == read(seen, charset="0-9/.") == "12/05"
    assert read(seen, charset="digits") == read(seen, charset="0-9.") == "12105"
    assert read(["+", {"/": 0.4, "1": 0.6}], charset="+/") == "+/"
    (line,) = decode(seen, charset="digits")
    assert "/" not in [other.char for each in line.characters for other in each.alternatives]


def strangers(seen: Sequence[Seen], charset: str) -> list[bool]:
    """Return which of a line are surely symbols that ``charset`` has not."""
    table = np.full((len(seen), len(ALPHABET)), 1e-5, np.float32)
    for row, each in zip(table, seen, strict=True):
        for char, probability in ({each: 0.995} if isinstance(each, str) else each).items():
            row[ALPHABET.index(char)] = probability
    table /= table.sum(axis=1, keepdims=True)
    decoder = Decoder(ALPHABET, Decoding(charset=charset))
    return decoder.strangers(table, [place(seen)]).tolist()


def test_symbols_that_a_charset_lacks_are_no_digits() -> None:
    assert strangers("12:30", "digits") == [False, False, True, False, False]
    assert strangers("12:30", "0-9/") == [False, False, True, False, False]
    assert not any(strangers("12:30", "0-9:"))
    assert not any(strangers("12:30", "[^A-Z]"))
    # What may be a digit is one, since nothing else is asked for.
    assert not any(strangers(["1", {"/": 0.7, "1": 0.3}, "5"], "digits"))


def test_what_a_charset_lacks_is_not_looked_for() -> None:
    """A stroke that looks like the letter l is a slash among digits."""
    stroke: Seen = {"L": 0.9, "/": 0.09}
    assert read(["1", stroke, "5"]).upper() == "1L5"
    assert read(["A", stroke, "5"], charset="A5/") == "A/5"


def test_models_without_a_symbol_name_it() -> None:
    with pytest.raises(ConstraintError, match="has '/', which this model does not read"):
        Constraints.compile(Decoding(charset="0-9/"), BYMERGE)
    known = Constraints.compile(Decoding(), BYMERGE)
    assert known.symbols == ""
    assert Constraints.compile(Decoding(), ALPHABET).symbols == SYMBOLS


def test_words_of_a_lexicon_are_found_beside_and_around_symbols(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("O'NEIL\nAB-12\nTEA\n")
    known: dict[str, Any] = {"lexicon": lexicon, "out_of_lexicon": 0}
    assert read([*"O'NE", {"1": 0.5, "I": 0.5}, "L"], **known) == "O'NEIL"
    assert read("AB-12", **known) == "AB-12"
    (line,) = decode(["(", "T", {"E": 0.5, "F": 0.5}, "A", ")"], **known)
    assert (line.text, line.matched) == ("(TEA)", True)


def test_patterns_without_symbols_are_as_they_were() -> None:
    plain, wider = Pattern("99/99"), Pattern("99/99", SYMBOLS)
    every = np.ones(len(BYCLASS), bool)
    assert plain.lengths(9, every) == {4}
    assert wider.lengths(9, every) == {4, 5}
    assert not plain.exact
    assert wider.exact
    assert not Pattern("9999", SYMBOLS).exact


def written(*glyphs: tuple[Seen, float, float]) -> str:
    """Return what a line is read as of glyphs: seen as, height, and lower end above the line."""
    boxes = [
        Box(30 * n, round(200 - low - height), 12 if height < HEIGHT / 2 else 24, round(height))
        for n, (_, height, low) in enumerate(glyphs)
    ]
    table = np.full((len(glyphs), len(ALPHABET)), 1e-5, np.float32)
    for row, (each, _, _) in zip(table, glyphs, strict=True):
        for char, probability in ({each: 0.995} if isinstance(each, str) else each).items():
            row[ALPHABET.index(char)] = probability
    table /= table.sum(axis=1, keepdims=True)
    (line,) = Decoder(ALPHABET, Decoding()).decode(table, [boxes]).lines(3)
    return line.text


@pytest.mark.parametrize(
    ("looks", "height", "low", "char"),
    [
        ((",", "'"), 12, -6, ","),
        ((",", "'"), 12, 28, "'"),
        (("-", "_"), 4, 16, "-"),
        (("-", "_"), 4, -4, "_"),
        (("'", "."), 6, 0, "."),
        (("=", "_"), 12, 12, "="),
    ],
)
def test_the_place_on_the_line_tells_symbols_apart(
    looks: tuple[str, str], height: float, low: float, char: str
) -> None:
    mark: Seen = dict.fromkeys(looks, 0.5)
    line: list[tuple[Seen, float, float]] = [(each, HEIGHT, 0) for each in "AB48K"]
    line[2:2] = [(mark, height, low)]
    assert written(*line) == f"AB{char}48K"


@pytest.mark.parametrize(("low", "char"), [(-6, ","), (28, "'")])
@pytest.mark.parametrize("stroke", ["1", "/", "("])
def test_a_small_stroke_is_no_large_one(stroke: str, low: float, char: str) -> None:
    mark: Seen = {"L": 0.4, stroke: 0.5, char: 0.001}
    line: list[tuple[Seen, float, float]] = [(each, HEIGHT, 0) for each in "ABCDE"]
    line[3:3] = [(mark, 14, low)]
    assert written(*line) == f"ABC{char}DE"
    line[3] = (mark, HEIGHT, 0)
    assert char not in written(*line)


def test_pages_with_symbols_have_more_of_them() -> None:
    """What may be a slash is rather one where others are."""
    doubtful: Seen = {"I": 0.8, "/": 0.2}
    alone = decode([*"AB", doubtful, *"CD"])[0].characters[2]
    beside = decode([*"AB", doubtful, *"CD", *"/EF/GH/3+4=7/9/8"])[0].characters[2]

    def slash(char: Any) -> float:
        return float(next(a.confidence for a in (char, *char.alternatives) if a.char == "/"))

    assert slash(beside) > 1.5 * slash(alone)


HOOKLESS: Seen = {"]": 0.9, "J": 0.06}


def test_letters_that_look_like_one_bracket_are_no_brackets() -> None:
    assert read([*"JJJ", HOOKLESS, *"JJ", HOOKLESS, "J"]) == "JJJJJJJJ"
    assert read([*"AB", "[", "1", HOOKLESS, *"CD", "[", "2", HOOKLESS]) == "AB[1]CD[2]"
    assert read([*"JJJ", HOOKLESS, "J"], charset="[J\\]]") == "JJJ]J"


def test_what_is_surely_a_symbol_of_programs_is_printed() -> None:
    assert read("A<B") == "A<B"
    assert read("3^2") == "3^2"


@pytest.mark.parametrize(("last", "lines"), [("7", 2), ("/", 3)])
def test_baselines_are_found_once_of_a_line_without_symbols(
    monkeypatch: pytest.MonkeyPatch, last: str, lines: int
) -> None:
    found: list[int] = []

    def count(sizes: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Any:
        found.append(len(sizes))
        return find_baselines(sizes)

    case._Stand.of.cache_clear()
    monkeypatch.setattr(case, "find_baselines", count)
    doubtful: Seen = {"1": 0.9, "/": 0.05}
    assert read(["2", doubtful, "3"], [*"1203", doubtful, last, "4", "5"])
    assert len(found) == lines
