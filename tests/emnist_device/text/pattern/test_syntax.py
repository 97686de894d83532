from __future__ import annotations

import re

import pytest

from emnist_device.text.pattern.syntax import parse
from emnist_edge.errors import ConstraintError


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "pattern is empty"),
        ("STOP", "is one fixed text, and whatever is as long would be read as that"),
        ("XXX-000", "is one fixed text"),
        ("EK###", "is one fixed text"),
        ("x{3}", "is one fixed text"),
        ("[S](?:top)", "is one fixed text"),
        ("^$", "is one fixed text"),
        ("x" * 1001, "has 1001 characters; at most 1000 can be"),
        ("(", r"lacks a ) for this (; write \( for one that is printed (at 1)"),
        ("c)", r"has a ) too many; write \) for one that is printed (at 2)"),
        ("[a", "lacks a ] (at 1)"),
        ("c]", r"has a ] too many; write \]"),
        ("c**", "repeats what is repeated; put brackets around it (at 3)"),
        ("c*+", "possessive"),
        ("{3}", "nothing before { to repeat"),
        ("+49", r"nothing before + to repeat; write \+ to print it"),
        ("c{3", "needs a count"),
        ("c{x}", "needs a count"),
        ("c{}", "needs a count"),
        ("c{4,2}", "end is before its start"),
        ("c{101}", "repeats more than 100 times; write {100,}"),
        (r"\d{1,100000}", "repeats more than 100 times; write {1,} for any number"),
        (r"\d{100000000000}", "repeats more than 100 times"),
        ("c\\", r"ends in a backslash; write \\"),
        ("(" * 40 + "c" + ")" * 40, "over 30 brackets in each other"),
        ("c\nb", "cannot be printed"),
        ("c\u0301", "cannot be printed"),
        ("c\u202e", "cannot be printed"),
        ("café", "has é, which no model reads; write e (at 4)"),
        ("caf[eé]", "has é, which no model reads; write e"),
        ("東", "has 東, which no model reads; leave it out"),
        ("x²", "has ², which no model reads; write 2"),
        (r"\W", "name what is printed there, such as - or a space"),
        (r"c\bd", "a pattern holds for whole words or lines; leave it out"),
        (r"(c)\1", "write again what is repeated"),
        (r"\p{L}", "write [A-Z] for capitals"),
        (r"c\n", r"write a space, or \s"),
        (r"\q", r"of letters, \d, \D, \w, \s and \S are known"),
        ("(?=c)", "looks ahead"),
        ("(?!c)", "looks ahead"),
        ("(?<=c)", "looks back"),
        ("(?<!c)", "looks back"),
        ("(?i)ek", "for either case write both, such as [Aa]"),
        ("(?#c)", "has a comment"),
        ("(?>c)", "write (?:...)"),
        ("^EK", "has ^ at one end alone"),
        ("EK$", "has $ at one end alone"),
        (r"\bEK", r"has \b at one end alone"),
        ("^A|B$", "at one end alone"),
        ("E^K", "has ^ inside"),
        ("(^E|K$)", "has ^ inside"),
        ("A-Z{3}", r"has A-Z outside of [ ]; write [A-Z], or A\-Z"),
        ("0-9+", "has 0-9 outside of [ ]; write [0-9]"),
        ("[-/]", "has a choice of '-' or '/', which are not told apart here"),
        (r"\d(-|/)\d", "has a choice of '-' or '/'"),
        ("[A-Z-]+", "has '-' in a set with letters or digits, and this model, or the charset, has"),
        ("[A-Z|]+", "has '|' in a set with letters or digits, and no model reads it"),
        ("[:alpha:]+", "write [[:alpha:]]"),
        ("[[:cntrl:]]", "is not one of alpha, digit"),
        ("[[:alpha:]", "lacks a ]"),
        ("[z-a]", "no range of a kind"),
        ("[A-z]", "no range of a kind"),
        (r"[\d-x]", "range from or to a class"),
        ("[^A-Za-z0-9]", "leaves nothing"),
    ],
)
def test_what_has_no_clear_meaning_is_refused_with_what_to_write(
    pattern: str, message: str
) -> None:
    with pytest.raises(ConstraintError, match=re.escape(message)):
        parse(pattern)


@pytest.mark.parametrize(
    ("pattern", "better", "itself"),
    [
        ("9+", r"\d+", "[9]"),
        ("99*", r"\d\d*", "[9]"),
        ("EK999", r"EK\d\d\d", "[9]"),
        ("EK-9999", r"EK-\d\d\d\d", "[9]"),
        ("B9", r"B\d", "[9]"),
        ("A{2}9{3}", r"[A-Z]{2}\d{3}", "[A]"),
        ("AA-999(-9)?", r"[A-Z][A-Z]-\d\d\d(-\d)?", "[A]"),
        ("AA-999|A-99", r"[A-Z][A-Z]-\d\d\d|[A-Z]-\d\d", "[A]"),
        (r"AA-\d{3}", r"[A-Z][A-Z]-\d{3}", "[A]"),
        ("[A-Z]99", r"[A-Z]\d\d", "[9]"),
        ("aa?", "[a-z][a-z]?", "[a]"),
        (r"\d+A+", r"\d+[A-Z]+", "[A]"),
        ("^AA|99$", None, None),
        (r"AA\-99", r"[A-Z][A-Z]\-\d\d", "[A]"),
    ],
)
def test_what_is_half_a_mask_is_refused_and_what_is_offered_instead_is_accepted(
    pattern: str, better: str | None, itself: str | None
) -> None:
    with pytest.raises(ConstraintError) as refused:
        parse(pattern)
    if better is not None:
        assert f"such as {better};" in str(refused.value)
        assert f"itself {itself}" in str(refused.value)
        parse(better)


@pytest.mark.parametrize(
    "pattern",
    [r"A\d{3}", "199[0-9]", r"EK9\d", "A1|A2|A9", "CAT|DOG", "A|B|C", r"\d+A", r"CA\-F[E]\d"],
)
def test_letters_and_digits_that_are_meant_for_themselves(pattern: str) -> None:
    parse(pattern)
