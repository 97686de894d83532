from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.decoding import Decoding
from emnist_device.text.decode import Decoder
from emnist_device.text.sources import weigh_kinds
from emnist_edge.alphabet import BYMERGE
from tests.emnist_device.text.tables import O_OR_ZERO, ZERO_OR_O, boxes, decode, rows, text

if TYPE_CHECKING:
    from pathlib import Path


def test_within_a_pattern_no_rare_class_overrules_the_picture() -> None:
    shares = [0.5 if char == "4" else 0.001 if char == "H" else 0.499 / 45 for char in BYMERGE]
    table = rows("7", {"4": 0.92, "H": 0.075}, "K")
    decoder = Decoder(BYMERGE, Decoding(pattern="[0-9A-Z]{3}"), shares)
    (line,) = decoder.decode(table, [boxes(3)]).lines(1)
    assert line.text == "74K"


def test_a_lexicon_decides_what_is_in_doubt_and_overrules_nothing(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("kilo\n")
    table = rows({"X": 0.95, "K": 0.02}, {"1": 0.5, "I": 0.4}, "L", ZERO_OR_O)
    assert text(table, lexicon=lexicon) == "XILO"
    (line,) = decode(table, lexicon=lexicon, out_of_lexicon=0)
    assert line.text.upper() == "KILO"
    assert line.characters[0].confidence < 0.95


def test_a_lexicon_that_may_be_wrong_overrules_nothing_within_a_pattern(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("KILO\nKID4\n")
    sure = rows({"X": 0.95, "K": 0.02}, {"1": 0.5, "I": 0.4}, "L", ZERO_OR_O)
    doubtful = rows({"X": 0.5, "K": 0.4}, {"1": 0.5, "I": 0.4}, "L", ZERO_OR_O)
    known: dict[str, Any] = {"lexicon": lexicon, "pattern": "[A-Z]{4}"}
    assert text(sure, **known) == "XILO"
    assert text(doubtful, **known) == "KILO"
    assert text(sure, **known, out_of_lexicon=0) == "KILO"
    # What the pattern does not let be cannot be sure.
    table = rows("K", "I", "D", {"A": 0.95, "4": 0.02})
    assert text(table, lexicon=lexicon, pattern=r"[A-Z]{3}\d") == "KID4"


def test_context_overrules_nothing_within_a_pattern_and_tells_what_is_in_doubt() -> None:
    assert text(rows("H", "E", "A", {"7": 0.93, "T": 0.06}), pattern=".{4}") == "HEA7"
    assert text(rows("M", {"4": 0.55, "A": 0.44}, "K", "E"), pattern=".{4}") == "MAKE"


def test_a_pattern_decides_between_shapes_that_are_alike() -> None:
    five_or_s, two_or_z, one_or_i = (
        {"S": 0.4, "5": 0.6},
        {"2": 0.3, "Z": 0.69},
        {"I": 0.9, "1": 0.09},
    )
    table = rows(ZERO_OR_O, five_or_s, two_or_z, O_OR_ZERO, one_or_i)
    (line,) = decode(table, pattern="[A-Z]{2}[0-9]{3}")
    assert line.text == "OS201"
    assert line.matched is True
    assert text(table, pattern="AA-999") == "OS-201"
    (free,) = decode(table, pattern="[A-Z]{7}")
    assert free.matched is False
    assert decode(table)[0].matched is None


def test_a_pattern_holds_for_words_and_prints_what_it_has() -> None:
    table = rows("A", "7", "B", "8")
    assert text(table, [boxes(4, gaps=[1])], pattern="A9") == "A7 B8"
    assert text(table, [boxes(4, gaps=[1])], pattern="[A-Z][0-9]/[A-Z][0-9]") == "A7/B8"


def test_a_lexicon_is_preferred_at_its_price(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("zork\nkilo\n")
    blurred = rows({"2": 0.5, "Z": 0.45}, {"0": 0.7, "O": 0.2}, "R", "K")
    assert text(blurred, lexicon=lexicon) == "ZORK"
    assert text(rows("B", "A", "R", "K"), lexicon=lexicon) == "BARK"
    assert text(rows("B", "A", "R", "K"), lexicon=lexicon, out_of_lexicon=0) in ("ZORK", "KILO")
    (line,) = decode(rows("B", "A", "R"), lexicon=lexicon, out_of_lexicon=0)
    assert (line.text, line.matched) == ("BAR", False)


def test_marks_that_stand_alone_are_words_in_the_gap() -> None:
    (line,) = decode(
        rows(*"AB1234C"), [boxes(7, gaps=[1, 5])], pattern="AA - 9999 - A", min_confidence=0.5
    )
    assert line.text == "AB - 1234 - C"
    assert [word.text for word in line.words] == ["AB", "-", "1234", "-", "C"]
    first, dash, second = line.words[:3]
    assert dash.confidence == 1
    assert dash.box == Box(first.box.right, 0, second.box.x - first.box.right, 40)


def test_spaces_that_a_pattern_lets_be_are_where_the_gaps_are() -> None:
    l_or_one = {"1": 0.6, "L": 0.3}
    table = rows("E", "K", l_or_one, "2", "3", "A")
    line = [boxes(6, bare=[2], gaps=[1, 4])]
    assert text(table, line, pattern="EK.*") == "EK 123 A"
    assert text(table, line, pattern=r"EK\s?\d+\s?[A-Z]") == "EK 123 A"
    assert text(table, line, pattern=r"EK\d+[A-Z]") == "EK123A"
    assert text(table, [boxes(6)], pattern=r"EK\s?\d+\s?[A-Z]") == "EK123A"
    assert text(rows(*"EK12EK34"), [boxes(8, gaps=[3])], pattern=r"EK\d\d") == "EK12 EK34"


def test_what_a_pattern_leaves_open_the_context_tells() -> None:
    stroke, ring = {"1": 0.1, "L": 0.2, "I": 0.69}, {"0": 0.4, "O": 0.59}
    assert text(rows("4", stroke, "7", ring), pattern=".{4}") == "4170"
    assert text(rows("H", "E", "L", ring), pattern=r"\w+") == "HELO"
    # Where it leaves nothing open, context changes neither what is read nor how surely.
    table = rows("H", "E", stroke, ring)
    (english,) = decode(table, pattern=r"[A-Z]{2}\d\d")
    assert english.text == "HE10"
    emissions = np.random.default_rng(0).random((3, 62))
    marginals = np.random.default_rng(1).dirichlet(np.full(62, 0.1), 3)
    weighed = weigh_kinds(emissions, marginals)
    for kind in (slice(0, 10), slice(10, 36), slice(36, 62)):
        ratio = weighed[:, kind] / emissions[:, kind]
        assert ratio == pytest.approx(np.broadcast_to(ratio[:, :1], ratio.shape))
    # A kind that the context rules out can still be asked for.
    others = weigh_kinds(np.ones((3, 62)), np.eye(62)[[0, 0, 0]])[:, 10:].sum(axis=1)
    assert ((others > 0) & (others < 0.1)).all()
