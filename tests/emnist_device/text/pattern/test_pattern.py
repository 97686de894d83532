from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_device.text.pattern.pattern import Pattern
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError


def accepts(pattern: Pattern, text: str) -> bool:
    """Say whether the compiled automaton accepts ``text``, whose spaces are gaps."""
    chars, gaps = _apart(text)
    emissions = np.zeros((len(chars), len(BYCLASS)))
    emissions[range(len(chars)), [BYCLASS.index(char) for char in chars]] = 1
    return bool(np.isfinite(pattern.source(gaps).evidence(emissions)))


def spell(pattern: str, text: str) -> str | None:
    """Return what ``pattern`` prints for ``text``, whose spaces are gaps; None for nothing."""
    chars, gaps = _apart(text)
    marks = Pattern(pattern).spell(chars, gaps)
    if marks is None:
        return None
    *before, last = marks
    return "".join(mark + char for mark, char in zip(before, chars, strict=True)) + last


def _apart(text: str) -> tuple[str, tuple[bool, ...]]:
    gaps = [before == " " for before, char in zip(" " + text, text, strict=False) if char != " "]
    return text.replace(" ", ""), (False, *gaps[1:])


def test_a_mask_of_capitals_small_letters_and_digits() -> None:
    pattern = Pattern("Aa-99")
    assert accepts(pattern, "Xy07")
    assert not any(accepts(pattern, text) for text in ("xy07", "Xy0", "Xy077", "XyO7"))
    assert spell("Aa-99", "Xy07") == "Xy-07"


def test_what_is_no_mask_is_a_regular_expression() -> None:
    assert accepts(Pattern("A1|B"), "A1")
    assert not accepts(Pattern("A1|B"), "C7")


_ATOMS = st.sampled_from(
    [
        "c",
        "b",
        "1",
        "[ab]",
        "[^a-z]",
        "[1-3x]",
        ".",
        r"\d",
        r"\D",
        r"\w",
        r"\S",
        "[[:upper:]]",
    ]
)
_QUANTIFIERS = ["?", "*", "+", "{2}", "{0,2}", "{1,}", "{,2}", "{0}", "??", "*?", "+?", "{1,2}?"]


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(_QUANTIFIERS)).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    )


# All texts of up to three characters, with all gaps that they may have.
_TEXTS = [
    "".join(gap + char for gap, char in zip(("", *gaps), chars, strict=True))
    for count in (1, 2, 3)
    for chars in product("b1", repeat=count)
    for gaps in product(("", " "), repeat=count - 1)
]


@settings(deadline=None, max_examples=60)
@given(st.recursive(_ATOMS, _wider, max_leaves=6))
def test_a_pattern_accepts_what_the_regular_expression_does(pattern: str) -> None:
    pattern = f"{pattern}|ZZZZ"  # no fixed text
    compiled = Pattern(pattern)
    known = re.compile(pattern.replace("[[:upper:]]", "[A-Z]"))
    for text in _TEXTS:
        kept = [("", " ") if char == " " else (char,) for char in text]
        matches = any(known.fullmatch("".join(each)) for each in product(*kept))
        assert accepts(compiled, text) == matches, text
        assert (compiled.spell(*_apart(text)) is not None) == matches, text
        if " " not in text:
            assert compiled.accepts(text) == matches, text


@pytest.mark.parametrize(
    ("pattern", "read", "printed"),
    [
        ("[0-9]{5}(-[0-9]{4})?", "123456789", "12345-6789"),
        ("[0-9]{5}(-[0-9]{4})?", "12345", "12345"),
        ("AA 99.9", "XY123", "XY 12.3"),
        (r"\d+(\.\d\d)?", "1234", "1234"),
        ("[A-Z]-?[0-9]", "B7", "B7"),
        (r"\[\d\]", "5", "[5]"),
        ("99%", "42", "42%"),
        ("A&A", "QT", "Q&T"),
        ("AA - 9999 - A", "XY1234Z", "XY - 1234 - Z"),
        ("^AA-99$", "XY12", "XY-12"),
        (r"^\d{3}$", "123", "123"),
        (r"\b\d{3}\b", "123", "123"),
        (r"^[A-Z]+$|^\d+$", "123", "123"),
        (r"(?P<year>\d{4})", "1999", "1999"),
        (r"1999|2\d{3}", "1999", "1999"),
        (r"[9]{3}\d?", "999", "999"),
        (r"\$\d", "5", "$5"),
    ],
)
def test_what_has_no_ink_is_printed_where_the_pattern_has_it(
    pattern: str, read: str, printed: str
) -> None:
    assert spell(pattern, read) == printed


@pytest.mark.parametrize(
    ("pattern", "read", "printed"),
    [
        ("EK.*", "EK 123 A", "EK 123 A"),
        ("EK .*", "EK 123 A", "EK 123 A"),
        ("EK.*", "EK123", "EK123"),
        (".{8}", "EK 123 A", "EK 123 A"),
        (".{6}", "EK 123 A", "EK123A"),
        (".{9}", "EK 123 A", None),
        (r"\w+", "EK 123", "EK123"),
        (r"\w+ ?\w+", "EK 123", "EK 123"),
        (r"\w+ ?\w+", "EK123", "EK123"),
        (r"(\w+\s?)+", "EK 123 A", "EK 123 A"),
        (r"[A-Z ]+", "NEW YORK", "NEW YORK"),
        (r"\D+\d+", "NEW YORK 12", "NEW YORK 12"),
        (r"[A-Z]{2} .{3}", "AB 12", None),
        (r".{3} \d", "AB 1", None),
        (r"\D+\s\d+", "NEW YORK12", "NEW YORK 12"),
        ("[^0-9]+", "A B", "A B"),
        ("[^0-9 ]+", "A B", "AB"),
        ("[A-Z]{2}-[0-9]{2}", "AB 12", "AB-12"),
        ("AA 99", "AB12", "AB 12"),
    ],
)
def test_spaces_that_may_be_there_are_where_the_picture_has_gaps(
    pattern: str, read: str, printed: str | None
) -> None:
    assert spell(pattern, read) == printed
    assert accepts(Pattern(pattern), read) == (printed is not None)


def test_whether_a_pattern_can_have_a_space() -> None:
    spaced = {text: Pattern(text).spaced for text in ("A 9", "EK.*", r"\D", "A-9", r"\d\S", "[^ ]")}
    assert spaced == {
        "A 9": True, "EK.*": True, r"\D": True, "A-9": False, r"\d\S": False, "[^ ]": False
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(([cd]{50}){50}){50}", "too large"),
        ("((((|){100}){100}){100}){100}", "too large"),
        (".*Q.{14}", "too many ways"),
        ("[^x]{100}", "too many ways"),
        ("(x|)" * 150, "too many ways"),
    ],
)
def test_what_takes_too_long_to_compile_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(ConstraintError, match=message):
        Pattern(pattern)


@pytest.mark.parametrize("pattern", ["(c*)*", "(((c*)*)*)*", "(c?){0,9}", "(-*)*c", "(()*)*c*"])
def test_repetitions_of_nothing_end(pattern: str) -> None:
    assert accepts(Pattern(pattern), "c")
    assert spell(pattern, "c") == "c"


@settings(deadline=None)
@given(st.text("ab19[]()^-{},|?*+\\.A $:=<sdDbé", max_size=12))
def test_any_text_is_a_pattern_or_is_refused(text: str) -> None:
    try:
        pattern = Pattern(text)
    except ConstraintError:
        return
    assert pattern.accepts("ab") == accepts(pattern, "ab") == (spell(text, "ab") is not None)
