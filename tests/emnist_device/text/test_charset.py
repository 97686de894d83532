from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emnist_device.decoding import CHARSETS
from emnist_device.text.charset import expand_charset
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, SYMBOLS, UPPER
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


@pytest.mark.parametrize(
    ("charset", "chars"),
    [
        ("0-9/.", DIGITS + "/."),
        ("0-9-", DIGITS + "-"),
        ("0-9,.", DIGITS + ",."),
        ("0-9+-*/=", DIGITS + "+-*/="),
        ("[A-Z-]", UPPER + "-"),
        ("[0-9:]", DIGITS + ":"),
        ("?", "?"),
        ("+-", "+-"),
        ("c.a.t", "cat."),
    ],
)
def test_lists_may_have_symbols(charset: str, chars: str) -> None:
    assert expand_charset(charset) == set(chars)


def test_no_name_stands_for_symbols() -> None:
    assert expand_charset(None) == set(BYCLASS + SYMBOLS)
    assert expand_charset("all") == set(BYCLASS)
    for name in CHARSETS:
        assert not expand_charset(name) & set(SYMBOLS)


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
        ("base10", "looks like a name, but is not one"),
        ("letters-only", "looks like a name, but is not one; did you mean letters?"),
        ("only digits", "did you mean digits?"),
        ("dígits", "did you mean digits?"),
        ("numéros", "did you mean digits?"),
        ("lettres", "did you mean letters?"),
        ("digitss", "did you mean digits?"),
        ("d1gits", "did you mean digits?"),
        ("'digits'", "did you mean digits?"),
        ("digits.", "write 0-9."),
        ("A-Z except O", "looks like a name, but is not one; names are digits"),
        ("digits,upper", "is no name and no list of characters; write 0-9A-Z"),
        ("digits and letters", "write alnum"),
        ("uppercase letters", "write upper"),
        ("letters lower", "write lower"),
        ("hexadecimal digits", "write hex"),
        ("uppercase hex", "write 0-9A-F"),
        ("lower hex", "write 0-9a-f"),
        ("numbers 1-6", "write 1-6"),
        ("digits X", "write 0-9X"),
        ("digits 0-9", "write digits"),
        (
            "é0123",
            "has 'é' (LATIN SMALL LETTER E WITH ACUTE), which no model reads; leave it out: 0-3",
        ),
        ("\u0410BC", "(CYRILLIC CAPITAL LETTER A), which no model reads; leave it out: BC"),
        ("B\u0410D", "(CYRILLIC CAPITAL LETTER A), which no model reads; leave it out: BD"),
        ("0-9|", "has '|', which no model reads"),
        ("A,B", "is no name and no list of characters; write AB"),
        ("0 1", "write 01"),
        ("gb d", "write [gbd]"),
        ("0-9, A-Z", "write 0-9A-Z"),
        ("0..9", "write 0-9"),
        ("a..f", "write a-f"),
        ("A\u2013F", "write A-F"),
        ("A\u2013Z0\u20139", "write A-Z0-9"),
        ("[A\u2013F]", "write [A-F]"),
        ("A - Z", "write A-Z"),
        ("A\u2212Z", "write A-Z"),
        ("a to f and 0 to 9", "write a-f0-9"),
        ("A bis Z", "write A-Z"),
        ("A`Z", "has '`', which no model reads; leave it out: AZ"),
        ("12\n", r"has '\n', which no model reads"),
        ("ß", "list letters and digits, such as A-F0-9, or name one of digits"),
        ("A" * 1001, "has 1001 characters; list each once"),
        ("|", "or name one of digits, letters, upper"),
        ("", "is empty: list letters and digits"),
        (r"\D", "which no model reads"),
        (r"A-F\d", r"write classes in brackets, such as [A-F\d]"),
        ("A-9", "has A-9, which is no range of a kind"),
        ("9-0", "has 9-0, which is no range of a kind"),
        ("A-z", "has A-z, which is no range of a kind"),
        ("[A-", "lacks a ]"),
        ("[A-F]0", "goes on after its brackets (at 6)"),
        ("[A-Z|]", "has '|', which no model reads; leave it out: A-Z"),
        ("[:digit:]", "write [[:digit:]]"),
        ("0-9é/", "which no model reads; leave it out: 0-9/"),
        ("0-9 /", "write 0-9/"),
        ("0-9-/`", "leave it out: 0-9/-"),
        ("digits/", "write 0-9/"),
        ("digits + /", "write 0-9/"),
        ("digits and .,", "write 0-9.,"),
        ("upper, @", "write A-Z@"),
        ("alnum-", "write 0-9A-Za-z-"),
        ("A..Z@", "write A-Z@"),
        ("0..9./", "write 0-9./"),
        ("A\u2013Z/", "write A-Z/"),
        ("A to Z and @", "write A-Z@"),
        ("[A\u2013F/]", "write A-F/"),
        ("\uff11\uff12", "which no model reads"),
        ("\u200b1", "which no model reads"),
    ],
)
def test_what_is_no_charset_is_said(charset: str, message: str) -> None:
    with pytest.raises(ConstraintError, match=re.escape(message)):
        expand_charset(charset)


ADVICE = re.compile(r"(?:write|leave it out:|did you mean) (\S+?)\??$")


@pytest.mark.parametrize(
    "charset",
    [
        "0-9 X",
        "digits+X",
        "A..Z",
        "hex letters",
        "12`",
        "di|git",
        "#digt",
        "c|a|t",
        "1..3",
    ],
)
def test_what_is_to_be_written_in_place_of_it_is_a_charset(charset: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        expand_charset(charset)
    found = ADVICE.search(str(caught.value))
    assert found
    assert expand_charset(found[1]) >= set(charset) & set("X12")


@given(st.text("0159ABZabz-[]^\\é ,:d.+to", max_size=8))
@example("[]")
def test_any_text_is_a_charset_or_is_refused(charset: str) -> None:
    try:
        known = expand_charset(charset)
    except ConstraintError:
        return
    assert known
    assert known <= set(BYCLASS + SYMBOLS)
