from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emnist_device.charset import expand_charset
from emnist_device.decoding import CHARSETS
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER
from emnist_edge.errors import ConstraintError


def listed(charset: str | None) -> str:
    """Return the characters of ``charset`` in the order of their classes."""
    known = expand_charset(charset)
    return "".join(char for char in BYCLASS if char in known)


@pytest.mark.parametrize(("name", "chars"), CHARSETS.items())
def test_names_stand_for_their_characters_in_any_case(name: str, chars: str) -> None:
    assert expand_charset(name) == expand_charset(name.upper()) == set(chars)
    assert expand_charset(name.capitalize()) == set(chars)


@pytest.mark.parametrize(
    ("charset", "chars"),
    [
        (None, BYCLASS),
        ("digit", DIGITS),
        ("numbers", DIGITS),
        ("numeric", DIGITS),
        (r"\d", DIGITS),
        ("alpha", UPPER + LOWER),
        ("UPPERCASE", UPPER),
        ("upper-case", UPPER),
        ("Upper Case", UPPER),
        ("digits\n", DIGITS),
        ("decimal", DIGITS),
        ("lower_case", LOWER),
        ("alphanumeric", BYCLASS),
        ("hex", DIGITS + "ABCDEFabcdef"),
        ("0-9", DIGITS),
        ("a-f", "abcdef"),
        ("A-F0-9", DIGITS + "ABCDEF"),
        ("a-zA-Z0-9", BYCLASS),
        ("0-9X", DIGITS + "X"),
        ("X0-3Y", "0123XY"),
        ("A-Fabc", "ABCDEFabc"),
        ("[0-9A-F]", DIGITS + "ABCDEF"),
        ("[[:upper:]5]", "5" + UPPER),
        (r"[\dX]", DIGITS + "X"),
        ("[^0-9a-z]", UPPER),
    ],
)
def test_synonyms_ranges_and_brackets(charset: str | None, chars: str) -> None:
    assert listed(charset) == chars


@pytest.mark.parametrize(
    "charset",
    ["ABC", "0123456789X", "yn", "YN", "MFX", "HELP", "abcxyz", "0O", "AAB", "ABCDEFabcdef", "cCo"],
)
def test_lists_of_characters(charset: str) -> None:
    assert listed(charset) == "".join(char for char in BYCLASS if char in charset)


def test_words_in_brackets_are_lists() -> None:
    assert expand_charset("[digit]") == set("digt")
    assert expand_charset("[lox]") == set("lox")


@pytest.mark.parametrize(
    ("charset", "message"),
    [
        ("digist", "did you mean digits? To list characters, write them in brackets: [digist]"),
        ("DIGTS", "did you mean digits?"),
        ("uper", "did you mean upper?"),
        ("letterz", "did you mean letters?"),
        ("hexa", "did you mean hex?"),
        ("octal", "names are digits, letters"),
        ("cat", "brackets: [cat]"),
        ("base10", "looks like a name, and is none"),
        ("digits,upper", "has several names; name one, or list the characters, such as 0-9A-Z"),
        ("digits upper", "has several names"),
        ("é0123", "has 'é', which no model reads; leave it out: [0123]"),
        ("0-9-", "has '-', which no model reads"),
        ("A,B", "has ',', which no model reads; leave it out: [AB]"),
        ("0 1", "has ' ', which no model reads"),
        ("0..9", "for a range write 0-9"),
        ("A\u2013F", "for a range write A-F"),
        ("12\n", r"has '\n', which no model reads"),
        ("ß", "list letters and digits, such as A-F0-9, or name one of digits"),
        ("A" * 1001, "has 1001 characters; list each once"),
        ("?", "or name one of digits, letters, upper"),
        ("", "is empty: list letters and digits"),
        (r"\D", "which no model reads"),
        (r"A-F\d", r"write classes in brackets, such as [A-F\d]"),
        ("A-9", "has A-9, which is no range of a kind"),
        ("9-0", "has 9-0, which is no range of a kind"),
        ("A-z", "has A-z, which is no range of a kind"),
        ("[A-", "lacks a ]"),
        ("[A-F]0", "goes on after its brackets (at 6)"),
        ("[A-Z-]", "has '-', which no model reads; leave it out: [ABC"),
        ("[:digit:]", "write [[:digit:]]"),
        ("[^A-Za-z0-9]", "leaves nothing"),
        ("\uff11\uff12", "which no model reads"),
        ("\u200b1", "which no model reads"),
    ],
)
def test_what_is_no_charset_is_said(charset: str, message: str) -> None:
    with pytest.raises(ConstraintError, match=re.escape(message)):
        expand_charset(charset)


@given(st.text("0159ABZabz-[]^\\é ,:d", max_size=8))
@example("[]")
def test_any_text_is_a_charset_or_is_refused(charset: str) -> None:
    try:
        known = expand_charset(charset)
    except ConstraintError:
        return
    assert known
    assert known <= set(BYCLASS)
