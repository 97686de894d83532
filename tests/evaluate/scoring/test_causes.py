from __future__ import annotations

import re

import pytest

from emnist_device.box import Box
from emnist_device.page import Character, Line, Word
from emnist_device.text.spelling import make_words
from evaluate.scoring.causes import find_causes, reorder

SIDE = 20


def line(text: str, y: int = 0, widths: dict[int, int] | None = None, gap: int = 6) -> Line:
    """Make a line whose characters are ``SIDE`` high and wide, but for those in ``widths``."""
    characters: list[Character] = []
    x = 0
    for place, char in enumerate(text.replace(" ", "")):
        width = (widths or {}).get(place, SIDE)
        characters.append(Character(char, 0.9, Box(x, y, width, SIDE), ()))
        x += width + (2 if width < SIDE else gap)
    return Line(make_words(characters, re.split("[^ ]", text), lambda _: 0.9))


@pytest.mark.parametrize(
    ("truth", "read", "widths", "causes"),
    [
        ("HARBOR 12", "HARBOR 12", {}, {}),
        ("harbor", "HARBOR", {}, {}),
        ("HARBOR", "HARB0R", {}, {"alike": 1}),
        ("HILT", "H1LT", {}, {"alike": 1}),
        ("gate", "9ATE", {}, {"alike": 1}),
        ("HARBOR", "HARBXR", {}, {"misread": 1}),
        ("HARBOR", "HARBR", {}, {"lost": 1}),
        ("HARBOR", "HARBORT", {}, {"added": 1}),
        ("HAKBOR", "HA1CBOR", {2: 6, 3: 10}, {"split": 2}),
        ("KHAM", "1CHAM", {0: 6, 1: 10}, {"split": 2}),
        ("HAKBOR", "HA1CBOR", {}, {"misread": 1, "added": 1}),
        ("HAKBOR", "HA1CBOR", {2: 6}, {"split": 2}),
        ("HAGBOR", "HAGIBOR", {2: 14, 3: 4}, {"split": 1}),
        ("HAGBOR", "HAGIBOR", {3: 10}, {"added": 1}),  # too far from the G to be its part
        ("1111", "11111", dict.fromkeys(range(5), 4), {"added": 1}),
        ("HATTER", "HAWER", {2: 44}, {"merged": 2}),
        ("HATTER", "HAWER", {}, {"misread": 1, "lost": 1}),
        ("", "1", {}, {"added": 1}),
    ],
)
def test_causes_of_one_line(
    truth: str, read: str, widths: dict[int, int], causes: dict[str, int]
) -> None:
    assert dict(find_causes(truth, [line(read, widths=widths)])) == causes


@pytest.mark.parametrize(
    ("truth", "read", "causes"),
    [
        ("12/05", "12105", {"mark": 1}),
        ("St. Ives", "StJIves", {"mark": 1}),
        ("-4", "14", {"mark": 1}),
        ("4 = 4", "4774", {"mark": 1, "added": 1}),
        ("12/05", "120510", {"added": 2}),
        ("12/05", "12/05.", {}),  # symbols that are read are not compared
        ("12/0O5", "1205", {"lost": 1}),
    ],
)
def test_punctuation_that_was_read_as_a_character(
    truth: str, read: str, causes: dict[str, int]
) -> None:
    assert dict(find_causes(truth, [line(read)])) == causes


def test_rules_that_were_read_as_characters() -> None:
    lines = [line("HARBOR1")]
    assert dict(find_causes("HARBOR", lines, lambda box: box.x > 100)) == {"rule": 1}
    assert dict(find_causes("HARBOR", lines, lambda box: box.x < 100)) == {"added": 1}
    assert dict(find_causes("HARBOR/", lines, lambda _: True)) == {"mark": 1}


@pytest.mark.parametrize(("size", "cause"), [(8, "speck"), (14, "added"), (50, "large")])
def test_what_was_added_is_told_by_its_size(size: int, cause: str) -> None:
    extra = Character("0", 0.9, Box(300, 0, size, size), ())
    lines = [Line((Word((*line("HARBOR").characters, extra), 0.9),))]
    assert dict(find_causes("HARBOR", lines)) == {cause: 1}


def test_lines_out_of_order() -> None:
    lines = [line("4816"), line("HARBXR", 40)]
    found = find_causes("HARBOR\n4816", lines)
    assert found["misread"] == 1
    assert set(found) == {"order", "misread"}
    assert [each.text for each in reorder("HARBOR\n4816", lines)] == ["HARBXR", "4816"]


def test_order_is_no_cause_where_it_explains_little() -> None:
    found = find_causes("AB\nCDEFGH", [line("XY"), line("WVUTSR", 40)])
    assert "order" not in found
    assert sum(found.values()) == 8


def test_nothing_read() -> None:
    assert dict(find_causes("AB 1", [])) == {"lost": 3}
    assert dict(find_causes("", [])) == {}
    assert dict(find_causes("", [line("A"), line("B", 40)])) == {"added": 2}
